"""The schemas that the objects of one target must fit, from wherever they are known."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any

from tools.kubernetes.builtin import builtin_violations, compile_builtin
from tools.kubernetes.crds import Custom, custom_kinds
from tools.kubernetes.decoding import decoded_custom
from tools.kubernetes.openapi import openapi
from tools.kubernetes.resource import Resource
from tools.kubernetes.schema_folders import Found, Kind, bundled, in_folder
from tools.kubernetes.served import is_builtin
from tools.kubernetes.shape import Shape, with_metadata
from tools.kubernetes.violations import Violation
from tools.source.repository import Repository

ARGOCD = "3.2"
"""The version of Argo CD whose kinds are expected where none is declared."""


def warm_up(versions: Sequence[str], kinds: Iterable[tuple[str, str]] = ()) -> None:
    """Do ahead of time, while Kustomize renders, what the first validation would have to.

    `kinds` are pairs of apiVersion and kind that are expected; any others cost their time later.
    Raises UnknownVersion.
    """
    wanted = tuple(openapi(version).version for version in versions)
    for version in wanted:
        openapi(version).load()
    Shape({}, "").compile()
    for api_version, kind in kinds:
        compile_builtin(api_version, kind, wanted)


class Schemas:
    """What every kind of object of a target may look like.

    Kubernetes' own kinds come from each version in `versions`; custom kinds from the
    CustomResourceDefinitions among the target's own `resources`, then from `folders` of the
    repository, then from what comes with the gate.
    """

    def __init__(
        self,
        versions: Sequence[str],
        resources: Sequence[Resource] = (),
        repository: Repository | None = None,
        folders: Sequence[str] = (),
        argocd: str = ARGOCD,
    ) -> None:
        self.versions = tuple(openapi(version).version for version in versions)
        self._resources = resources
        self._repository = repository
        self._folders = folders
        self._argocd = argocd

    def knows(self, resource: Resource) -> bool:
        """Whether there is a schema for an object, or something better to say of its kind.

        Raises UnusableSchema.
        """
        ref = resource.ref
        return (
            is_builtin(ref.api_version, ref.kind)
            or (ref.group, ref.kind) in self.own
            or self._custom(_kind(resource)) is not None
        )

    def violations(self, resource: Resource) -> list[Violation]:
        """Where an object breaks the schemas of its kind; [] for a kind without a schema.

        Raises UnusableSchema.
        """
        ref = resource.ref
        if is_builtin(ref.api_version, ref.kind):
            return builtin_violations(ref.api_version, ref.kind, resource.data, self.versions)
        shape = self._custom(_kind(resource))
        if shape is None:
            return []
        # The server sets the status of custom objects aside before it looks at them.
        seen = {name: value for name, value in resource.data.items() if name != "status"}
        found = shape.violations(decoded_custom(seen, shape.schema))
        return [_as_named(violation).noted(shape.origin) for violation in found]

    def custom_schema(self, resource: Resource) -> Mapping[str, Any] | None:
        """The schema of an object's custom kind, None where none is known.

        Raises UnusableSchema.
        """
        shape = self._custom(_kind(resource))
        return shape.schema if shape else None

    @cached_property
    def own(self) -> Mapping[tuple[str, str], list[Custom]]:
        """The kinds that the target's own CustomResourceDefinitions define, in all versions."""
        found: dict[tuple[str, str], list[Custom]] = {}
        for resource in self._resources:
            if resource.kind == "CustomResourceDefinition":
                for custom in custom_kinds(resource.data):
                    found.setdefault((custom.group, custom.kind), []).append(custom)
        return found

    @cached_property
    def _own_shapes(self) -> Mapping[Kind, Shape]:
        return {
            Kind(custom.group, custom.version, custom.kind): _custom_shape(
                Found(custom.schema, "its CustomResourceDefinition here"), self.versions[-1]
            )
            for customs in self.own.values()
            for custom in customs
            if custom.served
        }

    def _custom(self, kind: Kind) -> Shape | None:
        if (kind.group, kind.name) in self.own:
            return self._own_shapes.get(kind)
        newest = self.versions[-1]
        for folder in self._folders if self._repository else ():
            shape = _folder_shape(self._repository, folder, kind, newest)
            if shape:
                return shape
        return _bundled_shape(kind, self._argocd, newest)


def _kind(resource: Resource) -> Kind:
    group, _, version = resource.ref.api_version.rpartition("/")
    return Kind(group, version, resource.kind)


@cache
def _bundled_shape(kind: Kind, argocd: str, newest: str) -> Shape | None:
    found = bundled(kind, argocd)
    return found and _custom_shape(found, newest)


@lru_cache(maxsize=256)
def _folder_shape(repository: Repository, folder: str, kind: Kind, newest: str) -> Shape | None:
    found = in_folder(repository, folder, kind)
    return found and _custom_shape(found, newest)


def _as_named(violation: Violation) -> Violation:
    """The same at the field that the server names. It decodes nothing but the metadata."""
    return violation.as_decoded() if violation.path[:1] == ("metadata",) else violation


def _custom_shape(found: Found, newest: str) -> Shape:
    return Shape(with_metadata(found.schema, openapi(newest).object_meta()), found.origin)
