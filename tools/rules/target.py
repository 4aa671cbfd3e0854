"""What a rule sees: the objects of one target, where they come from, and what is declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tools.kubernetes.pod import POD_TEMPLATES, Pod, pod_of
from tools.kubernetes.resource import Resource, ResourceSet
from tools.rules.facts import Facts
from tools.source.place import FieldPath
from tools.source.repository import Repository
from tools.source.tree import Tree
from tools.trace.location import Tracer


@dataclass(eq=False)
class Target:
    """One target while it is judged; read-only for rules.

    `path` names it in reports; `tree` and `trace` are None for plain YAML; `files` are the YAML
    files it was read from (for a kustomization: all of its tree); `environment` is the name that
    `policies.yaml` gives it, None without one.
    """

    path: str
    repository: Repository
    resources: ResourceSet
    files: tuple[str, ...] = ()
    tree: Tree | None = None
    trace: Tracer | None = None
    environment: str | None = None
    kubernetes: tuple[str, ...] = ("1.34", "1.36")
    facts: Facts = field(default_factory=Facts)
    schema_folders: tuple[str, ...] = ()
    kinds_without_schema: tuple[str, ...] = ()
    pod_templates: Mapping[str, FieldPath] = field(default_factory=lambda: POD_TEMPLATES)

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
        """The HorizontalPodAutoscaler of the target that scales a workload, or None."""
        return self._autoscalers.get((workload.kind, workload.namespace, workload.name))

    @cached_property
    def _autoscalers(self) -> Mapping[tuple[str, str, str], Resource]:
        return {
            (str(hpa.get("spec", "scaleTargetRef", "kind")), hpa.namespace,
             str(hpa.get("spec", "scaleTargetRef", "name"))): hpa
            for hpa in self.resources.of_kind("HorizontalPodAutoscaler")
        }  # fmt: skip
