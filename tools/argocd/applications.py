"""Applications as Argo CD reads them, written out or made by an ApplicationSet.

Fields: https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/, the same in
Argo CD 3.2 to 3.5.
"""

import posixpath
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from tools.kubernetes.resource import Resource, as_list, as_map, lookup
from tools.source.place import FieldPath

GROUP = "argoproj.io"
TEMPLATE = ("spec", "template")
INLINE = ("kustomize", "helm", "directory", "plugin")
"""The fields of a source that say how it is rendered."""


class Source(NamedTuple):
    """One source of an Application; `path` is the field path of it inside the Application."""

    path: FieldPath
    data: Mapping[str, Any]

    def text(self, field: str) -> str:
        """The text in a field, "" without one."""
        value = self.data.get(field)
        return value if isinstance(value, str) else ""

    @property
    def repository(self) -> str:
        return self.text("repoURL")

    @property
    def folder(self) -> str | None:
        """The folder in its repository, "" for the root; None if it names a chart or nothing."""
        path = self.text("path")
        if not path or self.text("chart"):
            return None
        folder = posixpath.normpath(path.lstrip("/"))
        return "" if folder == "." else folder


class Application:
    """One Application.

    `resource` is the object that says so, an Application or the ApplicationSet that makes it;
    `root` the field path of its metadata and spec there; `data` those two, filled in.
    """

    def __init__(
        self, resource: Resource, data: Mapping[str, Any], root: FieldPath = (), made: bool = False
    ) -> None:
        self.resource = resource
        self.root = root
        self.data = data
        self.is_made = made

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        return as_map(self.data.get("spec"))

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        return as_map(self.data.get("metadata"))

    @property
    def name(self) -> str:
        return _text(self.metadata.get("name"))

    @property
    def namespace(self) -> str:
        """The namespace that the Application itself is in, "" where the manifest names none."""
        return _text(self.metadata.get("namespace")) or self.resource.namespace

    @property
    def project(self) -> str:
        return _text(self.spec.get("project")) or "default"

    @property
    def destination(self) -> Mapping[str, Any]:
        return as_map(self.spec.get("destination"))

    @property
    def destination_namespace(self) -> str:
        return _text(self.destination.get("namespace"))

    @cached_property
    def sources(self) -> list[Source]:
        """All sources: the hydrator's, else `spec.sources`, else `spec.source`."""
        dry = ("spec", "sourceHydrator", "drySource")
        hydrated = lookup(self.data, dry)
        if isinstance(hydrated, dict):
            return [Source(dry, hydrated)]
        several = as_list(self.spec.get("sources"))
        if several:
            return [
                Source(("spec", "sources", index), item)
                for index, item in enumerate(several)
                if isinstance(item, dict)
            ]
        source = self.spec.get("source")
        return [Source(("spec", "source"), source)] if isinstance(source, dict) else []

    @property
    def policy(self) -> Mapping[str, Any]:
        return as_map(self.spec.get("syncPolicy"))

    @cached_property
    def sync_options(self) -> Sequence[Any]:
        """The sync options as they stand, whatever they are."""
        return as_list(self.policy.get("syncOptions"))

    @property
    def automated(self) -> Mapping[str, Any] | None:
        """`syncPolicy.automated`, None where Argo CD does not sync by itself."""
        automated = self.policy.get("automated")
        if not isinstance(automated, dict) or automated.get("enabled") is False:
            return None
        return automated

    @property
    def heals(self) -> bool:
        """Whether Argo CD undoes what others change in the cluster."""
        return self.automated is not None and self.automated.get("selfHeal") is True

    @cached_property
    def annotations(self) -> Mapping[str, Any]:
        return as_map(self.metadata.get("annotations"))

    @property
    def what(self) -> str:
        """`Application 'shop'`, for messages."""
        return f"Application {self.name!r}"

    def at(self, *path: str | int) -> FieldPath:
        """The field path in `resource` of a field path of the Application."""
        return (*self.root, *path)


def is_application(resource: Resource) -> bool:
    """Whether an object is an Application of Argo CD, and not of another group."""
    return resource.kind == "Application" and resource.ref.group == GROUP


def is_set(resource: Resource) -> bool:
    """Whether an object is an ApplicationSet."""
    return resource.kind == "ApplicationSet" and resource.ref.group == GROUP


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
