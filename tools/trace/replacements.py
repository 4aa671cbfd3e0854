"""`replacements`: values copied from one field to others (`api/filters/replacement`)."""

from collections.abc import Iterator

from tools.source.place import SourceError
from tools.trace.application import Mistake, Mistaken, Target
from tools.trace.equality import same
from tools.trace.fieldpath import (
    CannotFollow,
    IntoText,
    NoSuchField,
    find,
    first_missing,
    parts_of,
)
from tools.trace.fieldspec import Slot
from tools.trace.layer import Layer, record
from tools.trace.objects import Object
from tools.trace.origin import Source
from tools.trace.replacement_source import (
    DEFAULT_PATH,
    Options,
    as_layer,
    called,
    ids_of,
    options_of,
    require_parts,
    source_value,
)
from tools.trace.selector import CannotSelect, Selector, target_of
from tools.trace.structured import as_written_over, set_in_text, text_of
from tools.trace.value import List, Map, Scalar, Value, copy, place_of, value_of


def apply_replacements(layer: Layer, objects: list[Object]) -> None:
    """Apply the `replacements` of a kustomization in order."""
    for entry in layer.maps("replacements"):
        for replacement in _replacements(layer, entry):
            _apply(layer, replacement, objects)


def _replacements(layer: Layer, entry: Map) -> Iterator[Map]:
    """The replacements of an entry: itself, or those in the file that it names."""
    path = entry.text("path")
    if not path:
        yield entry
        return
    if any(field in entry.fields for field in ("source", "sourceValue", "targets")):
        sentence = "this entry has both `path` and what a replacement in the file has"
        mistake = Mistake(place_of(entry) or layer.place, sentence, "Delete `path`, or the rest.")
        layer.log.entry(layer, "replacement", "replacements", entry).note(mistake)
        return
    try:
        text = layer.named(path)
    except SourceError as error:
        layer.log.entry(layer, "replacement", "replacements", entry).unknown = str(error)
        return
    for root in text.roots[:1]:
        value = value_of(Source(text.file, "replacement").at(layer.turn), None, root)
        listed = value.items if isinstance(value, List) else [value]
        yield from (item for item in listed if isinstance(item, Map))


def _apply(layer: Layer, replacement: Map, objects: list[Object]) -> None:
    targets = replacement.get("targets")
    listed = targets.items if isinstance(targets, List) else []
    maps = [(number, target) for number, target in enumerate(listed) if isinstance(target, Map)]
    logged = [
        (target, layer.log.entry(layer, "replacement", "replacements", target, number))
        for number, target in maps
    ] or [(replacement, layer.log.entry(layer, "replacement", "replacements", replacement))]
    try:
        require_parts(replacement, listed, layer.place)
        value = source_value(replacement, objects, layer.place)
    except (CannotFollow, Mistaken) as error:
        for _, application in logged:
            application.unknown = str(error)
        if isinstance(error, Mistaken):
            logged[0][1].note(error.mistake)
        return
    for target, application in logged:
        try:
            selected = _targets(target, objects, layer)
            record(application, selected, _copy_to(selected, target, value))
        except Mistaken as error:
            application.note(error.mistake)
        except CannotSelect as error:
            select = target.get("select")
            holder = select if isinstance(select, Map) else target
            application.note(error.mistake(holder, layer.place))
        except CannotFollow as error:
            application.unknown = str(error)


def _targets(target: Map, objects: list[Object], layer: Layer) -> list[Object]:
    """The objects that a target selects and does not reject."""
    select = target.get("select")
    if not isinstance(select, Map):
        raise CannotSelect("a target needs select")
    place = place_of(target) or layer.place
    wanted = Selector(target_of(select, place))
    reject = target.get("reject")
    rejected = [
        Selector(target_of(one, place))
        for one in (reject.items if isinstance(reject, List) else ())
        if isinstance(one, Map)
    ]
    return [
        obj
        for obj in objects
        if wanted.matches_metadata(obj)
        and not any(_rejects(one, obj) for one in rejected)
        and any(map(wanted.matches_id, ids_of(obj)))
    ]


def _rejects(selector: Selector, obj: Object) -> bool:
    asked: Target = selector.target
    if (asked.labels or asked.annotations) and selector.matches_metadata(obj):
        return True
    return not selector.names_nothing and any(map(selector.matches_id, ids_of(obj)))


def _copy_to(selected: list[Object], target: Map, value: Value) -> bool:
    """Copy the value to the fields of the selected objects; whether that changed any."""
    listed = target.get("fieldPaths")
    items = listed.items if isinstance(listed, List) else []
    paths: list[Scalar | None] = [item for item in items if isinstance(item, Scalar)]
    options = options_of(target)
    changed = False
    for obj in selected:
        for path in paths or [None]:
            parts = parts_of(DEFAULT_PATH if path is None else path.text)
            try:
                changed |= _copy_into(obj, parts, value, options)
            except NoSuchField as error:
                place = (None if path is None else place_of(path)) or place_of(target)
                if place is None:
                    raise
                sentence = f"this target of a replacement cannot be set: {error}"
                name, known = first_missing(obj.root, parts)
                raise Mistaken(
                    Mistake(place, sentence, _CREATE, certain=False, name=name, known=known)
                ) from error
        obj.refresh()
    return changed


_CREATE = "Name a field that the object has, or set `options: {create: true}` for a new one."


def _copy_into(obj: Object, parts: tuple[str, ...], value: Value, options: Options) -> bool:
    try:
        found = find(obj.root, parts, type(value) if options.create else None)
    except IntoText as text:
        return set_in_text(text.slot, text.rest, value, options.create)
    except NoSuchField as error:
        raise NoSuchField(f"{called(obj)} has no field {'.'.join(parts)!r}: {error}") from error
    if not found:
        raise NoSuchField(f"{called(obj)} has no field {'.'.join(parts)!r}")
    changed = [_set(slot, value, options) for slot in found]
    return any(changed)


def _set(slot: Slot, value: Value, options: Options) -> bool:
    old = slot.value
    new = text_of(old, copy(value))
    if isinstance(new, Scalar):
        new = _placed_in(old, new, options) if options.delimiter else new
        made = as_written_over(old, new)
        new = Scalar(new.source.as_layer("replacement"), new.key, new.node, old, made)
    changed = not same(old, new)
    slot.set(new)
    return changed


def _placed_in(old: Value | None, new: Scalar, options: Options) -> Scalar:
    """The old text with one of its pieces replaced, or with a piece more at an end."""
    if not isinstance(old, Scalar):
        raise NoSuchField(f"the field holds no text that can be split at {options.delimiter!r}")
    pieces = old.text.split(options.delimiter)
    if options.position < 0:
        pieces.insert(0, new.text)
    elif options.position >= len(pieces):
        pieces.append(new.text)
    else:
        pieces[options.position] = new.text
    return as_layer(new, options.delimiter.join(pieces))
