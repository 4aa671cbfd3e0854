"""What a rule sees: the objects of one target, where they come from, and what is declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

from tools.kubernetes.autoscaling import AUTOSCALERS, ScaleTarget, identity, target_of
from tools.kubernetes.pod import POD_TEMPLATES, Pod, pod_of
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.schema import ARGOCD, Schemas
from tools.rules.facts import Facts
from tools.source.document import Document
from tools.source.place import FieldPath
from tools.source.repository import Repository
from tools.source.targets import NamedTarget
from tools.source.tree import Tree
from tools.trace.location import Tracer


class Neighbours(Protocol):
    """What else the repository holds, for rules that look beyond their target."""

    @property
    def named(self) -> Sequence[NamedTarget]:
        """The targets of the run."""

    def rendered(self, named: NamedTarget) -> "Rendered":
        """Another target, rendered at most once in a run."""

    def fleet(self) -> "Sequence[Target]":
        """The targets of the run in whose files Argo CD's kinds are mentioned."""


@dataclass(eq=False)
class Target:
    """One target while it is judged; read-only for rules.

    `path` names it in reports; `tree` and `trace` are None for plain YAML; `files` are the YAML
    files it was read from (for a kustomization: all of its tree) and `documents` what stands in
    them, standard input included; `environment` is the name that `policies.yaml` gives it, None
    without one.
    """

    path: str
    repository: Repository
    resources: ResourceSet
    files: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    tree: Tree | None = None
    trace: Tracer | None = None
    environment: str | None = None
    kubernetes: tuple[str, ...] = ("1.34", "1.36")
    facts: Facts = field(default_factory=Facts)
    schema_folders: tuple[str, ...] = ()
    kinds_without_schema: tuple[str, ...] = ()
    argocd: str = ARGOCD
    pod_templates: Mapping[str, FieldPath] = field(default_factory=lambda: POD_TEMPLATES)
    neighbours: Neighbours | None = None

    @cached_property
    def pods(self) -> list[Pod]:
        """The pods that the objects make, in the order of the render."""
        found = (pod_of(resource, self.pod_templates) for resource in self.resources)
        return [pod for pod in found if pod is not None]

    @cached_property
    def _pod_by_index(self) -> Mapping[int, Pod]:
        return {id(pod.workload): pod for pod in self.pods}

    def pod(self, resource: Resource) -> Pod | None:
        """The pod that a resource makes, None if it makes none."""
        return self._pod_by_index.get(id(resource))

    def autoscaler_of(self, workload: Resource) -> Resource | None:
        """The HorizontalPodAutoscaler, or ScaledObject, of the target that scales a workload.

        It has to name the workload's group, kind, namespace and name. None if there is none; the
        first if there are several.
        """
        return self._autoscalers.get(identity(workload))

    @cached_property
    def schemas(self) -> Schemas:
        """What every kind of object of the target may look like."""
        return Schemas(
            self.kubernetes, self.resources, self.repository, self.schema_folders, self.argocd
        )

    @cached_property
    def _autoscalers(self) -> Mapping[ScaleTarget, Resource]:
        found: dict[ScaleTarget, Resource] = {}
        for autoscaler in self.resources.of_kind(*AUTOSCALERS):
            found.setdefault(target_of(autoscaler), autoscaler)
        return found

    @cached_property
    def deployed_by_argocd(self) -> bool:
        """Whether Argo CD deploys the target, as far as the repository tells.

        An Application of the repository names its folder, or an object has one of Argo CD's
        annotations.
        """
        from tools.argocd.deployments import is_deployed

        return any(
            key.startswith("argocd.argoproj.io/")
            for resource in self.resources
            for key in resource.annotations
        ) or is_deployed(self.repository, self.path)


class Rendered(NamedTuple):
    """A target that was asked for; `reason` says why its objects are not, or not all, known."""

    target: Target
    reason: str | None
