"""`replacements`: values copied from one field to others (`api/filters/replacement`)."""

from collections.abc import Iterator
from typing import NamedTuple

from tools.source.place import SourceError
from tools.trace.application import Target
from tools.trace.equality import same
from tools.trace.fieldpath import CannotFollow, IntoText, find, parts_of, value_at
from tools.trace.fieldspec import Slot
from tools.trace.layer import Layer, record
from tools.trace.objects import Id, Object, is_empty
from tools.trace.origin import Source
from tools.trace.selector import CannotSelect, Selector, target_of
from tools.trace.structured import as_written_over, set_in_text, text_of
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
    try:
        value = _source_value(replacement, objects)
    except (CannotFollow, CannotSelect) as error:
        value, reason = None, str(error)
    for number, target in enumerate(listed):
        if not isinstance(target, Map):
            continue
        application = layer.log.entry(layer, "replacement", "replacements", target, number)
        if value is None:
            application.unknown = reason
            continue
        try:
            selected = _targets(target, objects, layer)
            record(application, selected, _copy_to(selected, target, value))
        except (CannotFollow, CannotSelect) as error:
            application.unknown = str(error)


def _source_value(replacement: Map, objects: list[Object]) -> Value:
    """The value to copy, with the place where it is set."""
    given = replacement.get("sourceValue")
    if isinstance(given, Scalar):
        return _as_layer(given, given.value)
    source = replacement.get("source")
    if not isinstance(source, Map):
        raise CannotFollow("a replacement needs a source")
    found = [obj for obj in objects if any(_is_source(one, source) for one in _ids(obj))]
    if len(found) != 1:
        raise CannotFollow(f"the source selects {len(found)} objects")
    path = source.text("fieldPath") or _DEFAULT_PATH
    value = value_at(found[0].root, parts_of(path))
    if value is None or is_empty(value):
        raise CannotFollow(f"the source has no field {path}")
    return _refined(source, value)


def _refined(source: Map, value: Value) -> Value:
    """The part of the value that the options of a source choose."""
    options = _options(source)
    if not options.delimiter:
        return value
    if not isinstance(value, Scalar):
        raise CannotFollow("only a scalar can be split by a delimiter")
    pieces = value.text.split(options.delimiter)
    if not 0 <= options.position < len(pieces):
        raise CannotFollow(f"the source has no piece {options.position}")
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
    paths = [item.text for item in items if isinstance(item, Scalar)]
    options = _options(target)
    changed = False
    for obj in selected:
        for path in paths or [_DEFAULT_PATH]:
            changed |= _copy_into(obj, parts_of(path), value, options)
        obj.refresh()
    return changed


def _copy_into(obj: Object, parts: tuple[str, ...], value: Value, options: _Options) -> bool:
    try:
        found = find(obj.root, parts, type(value) if options.create else None)
    except IntoText as text:
        return set_in_text(text.slot, text.rest, value, options.create)
    if not found:
        raise CannotFollow(f"{obj.kind} {obj.name} has no field {'.'.join(parts)}")
    changed = [_set(slot, value, options) for slot in found]
    return any(changed)


def _set(slot: Slot, value: Value, options: _Options) -> bool:
    old = slot.value
    new = text_of(old, copy(value))
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
