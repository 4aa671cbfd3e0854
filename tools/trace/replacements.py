"""`replacements`: values copied from one field to others (`api/filters/replacement`)."""

from collections.abc import Iterator
from typing import NamedTuple

from tools.source.place import Place, SourceError
from tools.trace.application import Mistake, Mistaken, Target
from tools.trace.equality import same
from tools.trace.fieldpath import (
    CannotFollow,
    IntoText,
    NoSuchField,
    find,
    first_missing,
    parts_of,
    value_at,
)
from tools.trace.fieldspec import Slot
from tools.trace.layer import Layer, record
from tools.trace.objects import Id, Object, is_empty
from tools.trace.origin import Source
from tools.trace.selector import CannotSelect, Selector, target_of
from tools.trace.structured import as_written_over, set_in_text
from tools.trace.value import List, Map, Scalar, Value, copy, place_of, plain, value_of

_DEFAULT_PATH = "metadata.name"


class _Options(NamedTuple):
    delimiter: str
    position: int
    create: bool


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
        value = value_of(Source(text.file, "replacement"), None, root)
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
        _complete(replacement, listed, layer.place)
        value = _source_value(replacement, objects, layer.place)
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
        except (CannotFollow, CannotSelect) as error:
            application.unknown = str(error)


def _complete(replacement: Map, targets: list[Value], fallback: Place) -> None:
    """Raise Mistaken if a replacement lacks a part, or has one too many."""
    place = place_of(replacement) or fallback
    source, given = replacement.get("source"), replacement.get("sourceValue")
    if source is None and given is None:
        remedy = "Write `source:` with the kind, name and fieldPath to copy from."
        raise Mistaken(Mistake(place, "this replacement has no source", remedy))
    if source is not None and given is not None:
        place = place_of(given) or place
        sentence = "this replacement has both `source` and `sourceValue`"
        raise Mistaken(Mistake(place, sentence, "Delete one of the two."))
    if not targets:
        remedy = "Write `targets:` with what to select and the fieldPaths to copy to."
        raise Mistaken(Mistake(place, "this replacement has no targets", remedy))
    for target in targets:
        if not isinstance(target, Map) or not isinstance(target.get("select"), Map):
            place = place_of(target) or place
            remedy = "Write `select:` with the kind and name of the object to copy to."
            raise Mistaken(Mistake(place, "this target selects no object", remedy))


def _source_value(replacement: Map, objects: list[Object], fallback: Place) -> Value:
    """The value to copy, with the place where it is set."""
    given = replacement.get("sourceValue")
    if isinstance(given, Scalar):
        return _as_layer(given, given.value)
    source = replacement.get("source")
    if not isinstance(source, Map):
        raise CannotFollow("a replacement needs a source")
    found = [obj for obj in objects if any(_is_source(one, source) for one in _ids(obj))]
    if len(found) != 1:
        raise Mistaken(_not_one(source, found, objects, place_of(source) or fallback))
    path = source.text("fieldPath") or _DEFAULT_PATH
    value = value_at(found[0].root, parts_of(path))
    if value is None or is_empty(value):
        sentence = f"the source {_called(found[0])} has no field {path!r}"
        name, known = first_missing(found[0].root, parts_of(path))
        mistake = _at(source, "fieldPath", sentence, _FIELD, fallback)
        raise Mistaken(mistake._replace(name=name, known=known))
    return _refined(source, value, fallback)


_FIELD = "Name a field that the object has when the replacement is applied."
_SOURCE = "Name the one object to copy from."


def _not_one(source: Map, found: list[Object], objects: list[Object], fallback: Place) -> Mistake:
    """Why a source does not select exactly one object."""
    if found:
        names = " and ".join(map(_called, found[:2]))
        sentence = f"the source selects {len(found)} objects, such as {names}"
        return _at(source, "name", sentence, "Name the kind, and the namespace, too.", fallback)
    left = [one for obj in objects for one in _ids(obj)]
    for part in ("kind", "name", "group", "version", "namespace"):
        wanted = source.text(part)
        fitting = [one for one in left if not wanted or getattr(one, part) == wanted]
        if not fitting:
            known = tuple(sorted({getattr(one, part) for one in left} - {""}))
            sentence = f"the source selects nothing: no object has the {part} {wanted!r}"
            if part == "name" and source.text("kind"):
                sentence = f"the source selects nothing: no {source.text('kind')} is called "
                sentence += repr(wanted)
            mistake = _at(source, part, sentence, _SOURCE, fallback)
            return mistake._replace(name=wanted, known=known)
        left = fitting
    return _at(source, "", "the source selects nothing", _SOURCE, fallback)


def _at(holder: Map, field: str, sentence: str, remedy: str, fallback: Place) -> Mistake:
    """A mistake at a field, or at what holds it, that follows from what the objects are."""
    value = holder.fields.get(field) or holder
    place = place_of(value) or place_of(holder) or fallback
    return Mistake(place, sentence, remedy, certain=False)


def _called(obj: Object) -> str:
    return f"{obj.kind} {obj.name}"


def _refined(source: Map, value: Value, fallback: Place) -> Value:
    """The part of the value that the options of a source choose."""
    options = _options(source)
    if not options.delimiter:
        return value
    if not isinstance(value, Scalar):
        raise CannotFollow("only a scalar can be split by a delimiter")
    pieces = value.text.split(options.delimiter)
    if not 0 <= options.position < len(pieces):
        found = source.get("options")
        sentence = (
            f"{value.text!r} has no piece {options.position} when it is split at "
            f"{options.delimiter!r}; the first is 0"
        )
        holder = found if isinstance(found, Map) else source
        raise Mistaken(_at(holder, "index", sentence, "Correct the index.", fallback))
    piece = pieces[options.position]
    field_path = source.get("fieldPath")
    if options.position < len(pieces) - 1 and isinstance(field_path, Scalar):
        # Which piece it is, is decided here; most of the text of the source does not matter.
        return Scalar(
            field_path.source.as_layer("replacement"), field_path.key, field_path.node, None, piece
        )
    return _as_layer(value, piece)


def _as_layer(value: Scalar, made: object) -> Scalar:
    return Scalar(value.source.as_layer("replacement"), value.key, value.node, None, made)


def _ids(obj: Object) -> list[Id]:
    return [obj.id._replace(cluster=False), *obj.previous_ids]


def _is_source(one: Id, source: Map) -> bool:
    """Whether an identity is what a source names; parts that it leaves out do not matter."""
    namespace = source.text("namespace")
    wanted = [source.text(part) for part in ("group", "version", "kind", "name")]
    if any(text and text != mine for text, mine in zip(wanted, one[:4], strict=True)):
        return False
    return not namespace or namespace == one.effective_namespace


def _options(holder: Map) -> _Options:
    options = holder.get("options")
    if not isinstance(options, Map):
        return _Options("", 0, False)
    index, create = options.get("index"), options.get("create")
    number = plain(index) if index is not None else 0
    made = isinstance(create, Scalar) and create.value is True
    return _Options(options.text("delimiter"), number if isinstance(number, int) else 0, made)


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
        and any(map(wanted.matches_id, _ids(obj)))
    ]


def _rejects(selector: Selector, obj: Object) -> bool:
    asked: Target = selector.target
    if (asked.labels or asked.annotations) and selector.matches_metadata(obj):
        return True
    return not selector.names_nothing and any(map(selector.matches_id, _ids(obj)))


def _copy_to(selected: list[Object], target: Map, value: Value) -> bool:
    """Copy the value to the fields of the selected objects; whether that changed any."""
    listed = target.get("fieldPaths")
    items = listed.items if isinstance(listed, List) else []
    paths: list[Scalar | None] = [item for item in items if isinstance(item, Scalar)]
    options = _options(target)
    changed = False
    for obj in selected:
        for path in paths or [None]:
            parts = parts_of(_DEFAULT_PATH if path is None else path.text)
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


def _copy_into(obj: Object, parts: tuple[str, ...], value: Value, options: _Options) -> bool:
    try:
        found = find(obj.root, parts, type(value) if options.create else None)
    except IntoText as text:
        return set_in_text(text.slot, text.rest, value, options.create)
    except NoSuchField as error:
        raise NoSuchField(f"{_called(obj)} has no field {'.'.join(parts)!r}: {error}") from error
    if not found:
        raise NoSuchField(f"{_called(obj)} has no field {'.'.join(parts)!r}")
    changed = [_set(slot, value, options) for slot in found]
    return any(changed)


def _set(slot: Slot, value: Value, options: _Options) -> bool:
    old = slot.value
    new = copy(value)
    if isinstance(new, Scalar):
        new = _placed_in(old, new, options) if options.delimiter else new
        made = as_written_over(old, new)
        new = Scalar(new.source.as_layer("replacement"), new.key, new.node, old, made)
    changed = not same(old, new)
    slot.set(new)
    return changed


def _placed_in(old: Value | None, new: Scalar, options: _Options) -> Scalar:
    """The old text with one of its pieces replaced, or with a piece more at an end."""
    if not isinstance(old, Scalar):
        raise CannotFollow("only a scalar can be split by a delimiter")
    pieces = old.text.split(options.delimiter)
    if options.position < 0:
        pieces.insert(0, new.text)
    elif options.position >= len(pieces):
        pieces.append(new.text)
    else:
        pieces[options.position] = new.text
    return _as_layer(new, options.delimiter.join(pieces))
