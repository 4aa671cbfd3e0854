"""Locations in plain YAML: an object stands where it was read."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from tools.kubernetes.resource import Resource
from tools.source.document import Document
from tools.source.place import FieldPath
from tools.source.tree import Tree
from tools.trace.application import Application
from tools.trace.location import Location


class PlainTrace:
    """Implements Tracer for objects that were read from files and not rendered.

    `origins` maps the index of a resource to its document and its path inside it (`("items", 2)`
    for a member of a List). `tree` is that of a component by itself, which is not rendered.
    """

    def __init__(
        self, origins: Mapping[int, tuple[Document, FieldPath]], tree: Tree | None = None
    ) -> None:
        self._origins = origins
        self._tree = tree

    @cached_property
    def applied(self) -> Sequence[Application]:
        """What the entries of a component do to what it adds itself; nothing else has entries."""
        if self._tree is None:
            return ()
        from tools.trace.replay import replay

        return replay(self._tree).applied

    def rendered(self, obj: object) -> Resource | None:
        """Nothing was replayed, so no object of a log became anything."""
        return None

    def written_name(self, resource: Resource) -> str:
        """Nothing has renamed an object in plain files."""
        return resource.name

    def added(self, resource: Resource) -> tuple[int, int]:
        """In the order of the files."""
        return 0, resource.index

    def common(self, resource: Resource, path: FieldPath, field: str) -> None:
        """Nothing gives objects in plain files what they lack."""

    def locate(self, resource: Resource, path: FieldPath, part: str = "") -> Location:
        document, root = self._origins[resource.index]
        found, place = document.nearest((*root, *path))
        is_there = len(found) == len(root) + len(path)
        key = document.key_place(found) if is_there else None
        return Location(place, "resource", found[len(root) :], key=key)
