"""From a rendered field to the line that sets it, for the objects of one kustomization."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from tools.kubernetes.resource import Resource
from tools.source.place import FieldPath
from tools.source.tree import Tree
from tools.trace.location import Location

if TYPE_CHECKING:
    from tools.trace.application import Application
    from tools.trace.common import Common
    from tools.trace.lookup import Entry
    from tools.trace.objects import Object
    from tools.trace.replay import Replay

_UNKNOWN_OBJECT = "the replay of the build does not arrive at this object"
_HASH = 11
"""Characters that a hash adds to a name, its dash included."""


class Trace:
    """Implements Tracer for what Kustomize renders. The build is replayed at the first question,
    unless it was before.

    A place is only named where the replay arrives at the value that Kustomize rendered.
    """

    def __init__(
        self, tree: Tree, resources: Sequence[Resource], replayed: "Replay | None" = None
    ) -> None:
        self._tree = tree
        self._resources = resources
        self._replayed = replayed

    @property
    def applied(self) -> "list[Application]":
        """What every entry of the kustomizations did, in the order of the build."""
        return self._replay.applied

    def locate(self, resource: Resource, path: FieldPath, part: str = "") -> Location:
        """Where the field at `path` is set; for a missing field, its nearest existing parent."""
        obj = self._objects.get(id(resource))
        if obj is None:
            return Location(None, "resource", path, reason=_UNKNOWN_OBJECT)
        from tools.trace.lookup import locate

        return locate(obj.root, resource.data, path, part)

    def written_name(self, resource: Resource) -> str:
        """The name of an object as the files have it, where a generator's hash changes it."""
        obj = self._objects.get(id(resource))
        return obj.original.name if obj and obj.hashed else resource.name

    def added(self, resource: Resource) -> tuple[int, int]:
        """When the object itself was added, to be compared with others."""
        obj = self._objects.get(id(resource))
        source = obj.root.source if obj else None
        return (source.turn, obj.number) if obj and source else (0, resource.index)

    def common(self, resource: Resource, path: FieldPath, field: str) -> Location | None:
        """Where a field of a kustomization could give the object what it lacks at `path`."""
        obj = self._objects.get(id(resource))
        place = self._common.place(obj, path, field) if obj else None
        return Location(place, field, ()) if place else None

    def entries(self, resource: Resource) -> "Iterator[Entry]":
        """Every scalar of a resource, and each empty map or list, with where it is set."""
        from tools.trace.lookup import UNKNOWN_FIELD, entries

        obj = self._objects.get(id(resource))
        root = None if obj is None else obj.root
        reason = _UNKNOWN_OBJECT if obj is None else UNKNOWN_FIELD
        yield from entries(root, resource.data, (), reason)

    def rendered(self, obj: "Object") -> Resource | None:
        """The rendered resource that an object of the log became, None if it is gone."""
        return self._rendered.get(id(obj))

    @cached_property
    def _common(self) -> "Common":
        from tools.trace.common import Common

        return Common(self._tree, self._replay.objects)

    @cached_property
    def _replay(self) -> "Replay":
        if self._replayed is not None:
            return self._replayed
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
