"""The answer to: which line sets this field?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from tools.kubernetes.resource import Resource
from tools.source.place import FieldPath, Place
from tools.trace.application import Application

if TYPE_CHECKING:
    from tools.trace.objects import Object


class Override(NamedTuple):
    """An earlier place that set a field before another one replaced it."""

    place: Place
    value: Any


class Location(NamedTuple):
    """Where a field of a rendered object is set.

    `place` is the one place to edit; None where none can be named, and then `reason` says why.
    A place with a `reason` sets only a part of the value: Kustomize itself adds a hash to it.
    `layer` is what set it last: resource, patch, images, replicas, labels, annotations, namespace,
    name, generator, replacement or hash. `overrides` are earlier places, oldest first.
    `path` is what `place` belongs to: the field asked for, or its nearest existing parent.
    `turn` orders places by when Kustomize applies what stands there: an overlay after its bases,
    its patches after its resources. What is listed side by side, also by components, has the same
    turn; plain YAML has 0.
    `key` is where the key stands that leads to the field, None for items of lists.
    `removed` says that a patch took the field away, and that `place` is where it does.
    """

    place: Place | None
    layer: str
    path: FieldPath
    overrides: tuple[Override, ...] = ()
    reason: str | None = None
    key: Place | None = None
    turn: int = 0
    removed: bool = False


class Tracer(Protocol):
    """Finds the place of fields of the objects of one target.

    `applied` says what each entry of the kustomizations did, in the order of the build; plain YAML
    has none.
    """

    @property
    def applied(self) -> Sequence[Application]: ...

    def rendered(self, obj: "Object") -> Resource | None:
        """The rendered resource that an object of the log became, None if it is gone."""

    def locate(self, resource: Resource, path: FieldPath, part: str = "") -> Location:
        """Where the field at `path` is set; for a missing field, its nearest existing parent.

        An element of a list that is missing is asked for by its name instead of an index.
        `part` asks for what sets the name, the tag or the digest of an image.
        """

    def written_name(self, resource: Resource) -> str:
        """The name of an object as the files have it, where a generator's hash changes it."""

    def added(self, resource: Resource) -> tuple[int, int]:
        """When the object itself was added, to be compared with others: an overlay's after those
        of its bases, and what is listed later after what is listed before it.
        """

    def common(self, resource: Resource, path: FieldPath, field: str) -> Location | None:
        """Where a field of a kustomization could give the object what it lacks at `path`.

        None where it is the object itself that lacks it, while others like it do not.
        """
