"""Replayed values and rendered data side by side: where the value at a path is set."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.source.place import FieldPath, Place
from tools.trace.equality import rendered_as
from tools.trace.location import Location, Override
from tools.trace.value import List, Map, Scalar, Value, key_place_of, place_of, plain

UNKNOWN_FIELD = "the replay of the build does not arrive at this field"
_OTHER_VALUE = "the replay of the build arrives at another value"
_NOWHERE = "no file sets this field"
_MISSING = object()


class Entry(NamedTuple):
    """A rendered scalar, or an empty map or list, and where it is set."""

    path: FieldPath
    value: Any
    location: Location


def _child(rendered: Any, part: str | int) -> Any:
    if isinstance(rendered, dict):
        return rendered.get(part, _MISSING)
    if isinstance(rendered, list) and isinstance(part, int) and 0 <= part < len(rendered):
        return rendered[part]
    return _MISSING


def _step(value: Value, rendered: Any, part: str | int) -> Value | None:
    """The replayed value at a part of a path, None unless both sides are alike so far."""
    if isinstance(value, Map) and isinstance(part, str):
        return value.fields.get(part)
    if isinstance(value, List) and isinstance(part, int) and len(value.items) == len(rendered):
        item = value.items[part]
        return item if _same_name(item, rendered[part]) else None
    return None


def _same_name(value: Value, rendered: Any) -> bool:
    """Whether two elements of a list can be the same one."""
    if not isinstance(value, Map) or not isinstance(rendered, dict):
        return True
    name = rendered.get("name")
    return not isinstance(name, str) or value.text("name") == name


def locate(root: Value, data: Any, path: FieldPath, image_part: str = "") -> Location:
    """Where the value at a path is set, or that part of an image: name, tag or digest."""
    value: Value | None = root
    rendered = data
    known: list[Value] = [root]
    for index, part in enumerate(path):
        below = _child(rendered, part)
        if below is _MISSING:
            return _removed(value, part, path[:index]) or _nearest(known, path[:index])
        value = _step(value, rendered, part) if value is not None else None
        if value is not None:
            known.append(value)
        rendered = below
    found = _location(value, rendered, path, image_part)
    if found.place and not found.key and len(known) > len(path) > 0:
        return found._replace(key=_moved_to(known[-2], path[-1]))
    return found


def _moved_to(parent: Value, key: str | int) -> Place | None:
    """Where a JSON patch spells the key to which it moved or copied a value."""
    moved = parent.moved if isinstance(parent, Map) else None
    return moved.get(str(key)) if moved else None


def _removed(value: Value | None, part: str | int, path: FieldPath) -> Location | None:
    """The patch that took a field or an element away, if one did: that is the line to change."""
    if isinstance(value, Map | List) and isinstance(part, str) and part in (value.removed or {}):
        place, source = (value.removed or {})[part]
        return Location(place, source.layer, path, turn=source.turn, removed=True)
    return None


def _nearest(known: list[Value], path: FieldPath) -> Location:
    """The place of the last value on the way to a missing field that has one."""
    for depth in range(len(known) - 1, -1, -1):
        place = place_of(known[depth])
        source = known[depth].source
        if place is not None and source is not None:
            return Location(place, source.layer, path[:depth], turn=source.turn)
    return Location(None, "resource", path, reason=_NOWHERE)


def _location(
    value: Value | None, rendered: Any, path: FieldPath, image_part: str = ""
) -> Location:
    """The location of a value that is in the render."""
    if value is None:
        return Location(None, "resource", path, reason=UNKNOWN_FIELD)
    if isinstance(value, Scalar):
        same = not isinstance(rendered, dict | list) and rendered_as(value, rendered)
    else:
        same = isinstance(rendered, dict if isinstance(value, Map) else list)
        if same and not rendered:
            same = not (value.items if isinstance(value, List) else value.fields)
    source = value.source
    layer = source.layer if source is not None else "resource"
    if not same:
        return Location(None, layer, path, reason=_OTHER_VALUE)
    if isinstance(value, Map) and not rendered and value.removed:
        emptied, by = list(value.removed.values())[-1]
        return Location(emptied, by.layer, path, turn=by.turn)
    if image_part and isinstance(value, Scalar):
        from tools.trace.images import setter_of

        value = setter_of(value, image_part)
        return _set_at(value, value.source.layer, path)
    return _set_at(value, layer, path)


def _set_at(value: Value, layer: str, path: FieldPath) -> Location:
    source, place = value.source, place_of(value)
    reason = source.reason if source is not None else None
    if place is None:
        return Location(None, layer, path, reason=reason or _NOWHERE)
    overrides = _overrides(value) if isinstance(value, Scalar) else ()
    turn = source.turn if source is not None else 0
    key = key_place_of(value, path)
    return Location(place, layer, path, overrides, reason, key, turn)


def _overrides(value: Scalar) -> tuple[Override, ...]:
    """The earlier places that set a field, oldest first."""
    found: list[Override] = []
    earlier = value.previous
    while earlier is not None:
        place = place_of(earlier)
        if place is not None:
            found.append(Override(place, plain(earlier)))
        earlier = earlier.previous if isinstance(earlier, Scalar) else None
    return tuple(reversed(found))


def entries(value: Value | None, rendered: Any, path: FieldPath, reason: str) -> Iterator[Entry]:
    if isinstance(rendered, dict | list) and rendered:
        pairs = rendered.items() if isinstance(rendered, dict) else enumerate(rendered)
        for part, below in pairs:
            child = None if value is None else _step(value, rendered, part)
            yield from entries(child, below, (*path, part), reason)
    elif value is None:
        yield Entry(path, rendered, Location(None, "resource", path, reason=reason))
    else:
        yield Entry(path, rendered, _location(value, rendered, path))
