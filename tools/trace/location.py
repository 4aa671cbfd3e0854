"""The answer to: which line sets this field?"""

from typing import Any, NamedTuple, Protocol

from tools.kubernetes.resource import Resource
from tools.source.place import FieldPath, Place


class Override(NamedTuple):
    """An earlier place that set a field before another one replaced it."""

    place: Place
    value: Any


class Location(NamedTuple):
    """Where a field of a rendered object is set.

    `place` is the one place to edit; None where none can be named, and then `reason` says why.
    `layer` is what set it last: resource, patch, images, replicas, labels, annotations, namespace,
    name, generator, replacement or hash. `overrides` are earlier places, oldest first.
    `path` is what `place` belongs to: the field asked for, or its nearest existing parent.
    """

    place: Place | None
    layer: str
    path: FieldPath
    overrides: tuple[Override, ...] = ()
    reason: str | None = None


class Tracer(Protocol):
    """Finds the place of fields of the objects of one target."""

    def locate(self, resource: Resource, path: FieldPath) -> Location:
        """Where the field at `path` is set; for a missing field, its nearest existing parent."""
