"""From a rendered field to the line that sets it, for the objects of one kustomization."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.kubernetes.resource import Resource
from tools.source.place import FieldPath
from tools.source.tree import Tree
from tools.trace.location import Location, Override

if TYPE_CHECKING:
    from tools.trace.application import Application
    from tools.trace.objects import Object
    from tools.trace.replay import Replay
    from tools.trace.value import Scalar, Value

_UNKNOWN_OBJECT = "the replay of the build does not arrive at this object"
_UNKNOWN_FIELD = "the replay of the build does not arrive at this field"
_OTHER_VALUE = "the replay of the build arrives at another value"
_NOWHERE = "no file sets this field"
_MISSING = object()
_HASH = 11
"""Characters that a hash adds to a name, its dash included."""


class Entry(NamedTuple):
    """A rendered scalar, or an empty map or list, and where it is set."""

    path: FieldPath
    value: Any
    location: Location


class Trace:
    """Implements Tracer for what Kustomize renders. The build is replayed at the first question.

    A place is only named where the replay arrives at the value that Kustomize rendered.
    """

    def __init__(self, tree: Tree, resources: Sequence[Resource]) -> None:
        self._tree = tree
        self._resources = resources

    @property
    def applied(self) -> "list[Application]":
        """What every entry of the kustomizations did, in the order of the build."""
        return self._replay.applied

    def locate(self, resource: Resource, path: FieldPath) -> Location:
        """Where the field at `path` is set; for a missing field, its nearest existing parent."""
        obj = self._objects.get(id(resource))
        if obj is None:
            return Location(None, "resource", path, reason=_UNKNOWN_OBJECT)
        return _walk(obj.root, resource.data, path)

    def entries(self, resource: Resource) -> Iterator[Entry]:
        """Every scalar of a resource, and each empty map or list, with where it is set."""
        obj = self._objects.get(id(resource))
        root = None if obj is None else obj.root
        reason = _UNKNOWN_OBJECT if obj is None else _UNKNOWN_FIELD
        yield from _entries(root, resource.data, (), reason)

    def rendered(self, obj: "Object") -> Resource | None:
        """The rendered resource that an object of the log became, None if it is gone."""
        return self._rendered.get(id(obj))

    @cached_property
    def _replay(self) -> "Replay":
        from tools.trace.replay import replay

        return replay(self._tree)

    @cached_property
    def _objects(self) -> "dict[int, Object]":
        """The replayed object of each resource, by the identity of the resource."""
        known: dict[tuple[str, ...], Object] = {}
        for obj in self._replay.objects:
            known[(obj.api_version, obj.kind, obj.namespace, obj.name)] = obj
            if obj.hashed:
                # If the hash came out differently, the rest of the object is still known.
                name = obj.name[:-_HASH]
                known.setdefault((obj.api_version, obj.kind, obj.namespace, name, "hashed"), obj)
        found = {}
        for resource in self._resources:
            ref = resource.ref
            key = (ref.api_version, ref.kind, ref.namespace, ref.name)
            match = known.get(key) or known.get((*key[:3], ref.name[:-_HASH], "hashed"))
            if match is not None:
                found[id(resource)] = match
        return found

    @cached_property
    def _rendered(self) -> dict[int, Resource]:
        return {
            id(self._objects[id(resource)]): resource
            for resource in self._resources
            if id(resource) in self._objects
        }


def _child(rendered: Any, part: str | int) -> Any:
    if isinstance(rendered, dict):
        return rendered.get(part, _MISSING)
    if isinstance(rendered, list) and isinstance(part, int) and 0 <= part < len(rendered):
        return rendered[part]
    return _MISSING


def _step(value: "Value", rendered: Any, part: str | int) -> "Value | None":
    """The replayed value at a part of a path, None unless both sides are alike so far."""
    from tools.trace.value import List, Map

    if isinstance(value, Map) and isinstance(part, str):
        return value.fields.get(part)
    if isinstance(value, List) and isinstance(part, int) and len(value.items) == len(rendered):
        item = value.items[part]
        return item if _same_name(item, rendered[part]) else None
    return None


def _same_name(value: "Value", rendered: Any) -> bool:
    """Whether two elements of a list can be the same one."""
    from tools.trace.value import Map

    if not isinstance(value, Map) or not isinstance(rendered, dict):
        return True
    name = rendered.get("name")
    return not isinstance(name, str) or value.text("name") == name


def _walk(root: "Value", data: Any, path: FieldPath) -> Location:
    value: Value | None = root
    rendered = data
    known: list[Value] = [root]
    for index, part in enumerate(path):
        below = _child(rendered, part)
        if below is _MISSING:
            return _nearest(known, path[:index])
        value = _step(value, rendered, part) if value is not None else None
        if value is not None:
            known.append(value)
        rendered = below
    return _location(value, rendered, path)


def _nearest(known: "list[Value]", path: FieldPath) -> Location:
    """The place of the last value on the way to a missing field that has one."""
    from tools.trace.value import place_of

    for depth in range(len(known) - 1, -1, -1):
        place = place_of(known[depth])
        source = known[depth].source
        if place is not None and source is not None:
            return Location(place, source.layer, path[:depth])
    return Location(None, "resource", path, reason=_NOWHERE)


def _location(value: "Value | None", rendered: Any, path: FieldPath) -> Location:
    """The location of a value that is in the render."""
    from tools.trace.value import List, Map, Scalar, place_of, rendered_as

    if value is None:
        return Location(None, "resource", path, reason=_UNKNOWN_FIELD)
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
    place = place_of(value)
    reason = source.reason if source is not None else None
    if place is None:
        return Location(None, layer, path, reason=reason or _NOWHERE)
    overrides = _overrides(value) if isinstance(value, Scalar) else ()
    return Location(place, layer, path, overrides, reason)


def _overrides(value: "Scalar") -> tuple[Override, ...]:
    """The earlier places that set a field, oldest first."""
    from tools.trace.value import Scalar, place_of

    found: list[Override] = []
    earlier = value.previous
    while earlier is not None:
        place = place_of(earlier)
        if place is not None:
            found.append(Override(place, _plain(earlier)))
        earlier = earlier.previous if isinstance(earlier, Scalar) else None
    return tuple(reversed(found))


def _plain(value: "Value") -> Any:
    from tools.trace.value import plain

    return plain(value)


def _entries(value: "Value | None", rendered: Any, path: FieldPath, reason: str) -> Iterator[Entry]:
    if isinstance(rendered, dict | list) and rendered:
        pairs = rendered.items() if isinstance(rendered, dict) else enumerate(rendered)
        for part, below in pairs:
            child = None if value is None else _step(value, rendered, part)
            yield from _entries(child, below, (*path, part), reason)
    elif value is None:
        yield Entry(path, rendered, Location(None, "resource", path, reason=reason))
    else:
        yield Entry(path, rendered, _location(value, rendered, path))
