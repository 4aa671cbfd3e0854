"""The pods that objects make: where a workload keeps its pod template, and what is in it."""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property
from typing import Any

from tools.kubernetes.resource import Resource, as_list, as_map, lookup
from tools.source.place import FieldPath

POD_TEMPLATES: Mapping[str, FieldPath] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Rollout": ("spec", "template"),
}
"""The path of the pod template by kind: the Kubernetes API, and Argo Rollouts."""

LONG_RUNNING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"})
"""Workloads whose pods are meant to run until they are replaced."""


class Role(Enum):
    """When a container runs. https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/"""

    INIT = "initContainers"
    SIDECAR = "sidecar"
    MAIN = "containers"
    EPHEMERAL = "ephemeralContainers"


class Container:
    """One container of a pod; `path` is its field path from the root of the workload."""

    __slots__ = ("data", "path", "pod", "role")

    def __init__(self, pod: "Pod", path: FieldPath, data: Mapping[str, Any], role: Role) -> None:
        self.pod = pod
        self.path = path
        self.data = data
        self.role = role

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))

    @property
    def stays(self) -> bool:
        """Whether the container runs as long as the pod: a main container or a native sidecar."""
        return self.role in (Role.MAIN, Role.SIDECAR)

    def get(self, *path: str | int) -> Any:
        """The value at a field path below the container, or None."""
        return lookup(self.data, path)

    def at(self, *path: str | int) -> FieldPath:
        """The field path, from the root of the workload, of a field below the container."""
        return (*self.path, *path)

    def security(self, field: str) -> tuple[FieldPath, Any]:
        """The effective value of a securityContext field, and the path that decides it.

        The container's own value wins over the pod's; unset in both, the path is the container's.
        """
        own = lookup(self.data, ("securityContext", field))
        if own is None and field in _INHERITED:
            inherited = lookup(self.pod.spec, ("securityContext", field))
            if inherited is not None:
                return self.pod.at("securityContext", field), inherited
        return self.at("securityContext", field), own


_INHERITED = frozenset(
    {"runAsUser", "runAsGroup", "runAsNonRoot", "seLinuxOptions", "seccompProfile"}
    | {"windowsOptions", "appArmorProfile"}
)
"""Fields of PodSecurityContext that a container's SecurityContext inherits (core/v1 API)."""


class Pod:
    """The pod that a workload makes, or a Pod itself; read-only."""

    def __init__(self, workload: Resource, template: FieldPath) -> None:
        self.workload = workload
        self.template = template

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        """The pod's spec, {} if it is missing."""
        return as_map(self.workload.get(*self.template, "spec"))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The labels that the pods carry."""
        return as_map(self.workload.get(*self.template, "metadata", "labels"))

    def label_at(self, key: str) -> FieldPath:
        """The field path, from the root of the workload, of a label of the pod."""
        return (*self.template, "metadata", "labels", key)

    @property
    def annotations(self) -> Mapping[str, str]:
        return as_map(self.workload.get(*self.template, "metadata", "annotations"))

    @property
    def namespace(self) -> str:
        return self.workload.namespace

    def get(self, *path: str | int) -> Any:
        """The value at a field path below the pod's spec, or None."""
        return lookup(self.spec, path)

    def at(self, *path: str | int) -> FieldPath:
        """The field path, from the root of the workload, of a field below the pod's spec."""
        return (*self.template, "spec", *path)

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Every container: init, sidecar, main and ephemeral, in the order of the manifest."""
        return tuple(self._containers())

    def _containers(self) -> Iterator[Container]:
        for role in (Role.INIT, Role.MAIN, Role.EPHEMERAL):
            for index, data in enumerate(as_list(self.spec.get(role.value))):
                if isinstance(data, dict):
                    sidecar = role is Role.INIT and data.get("restartPolicy") == "Always"
                    path = self.at(role.value, index)
                    yield Container(self, path, data, Role.SIDECAR if sidecar else role)

    @property
    def is_windows(self) -> bool:
        """Whether spec.os.name says windows, which turns most Linux-only requirements off."""
        return bool(lookup(self.spec, ("os", "name")) == "windows")


def pod_of(resource: Resource, templates: Mapping[str, FieldPath] = POD_TEMPLATES) -> Pod | None:
    """The pod that a resource makes, or None if it makes none.

    `templates` maps kinds to the field path of their pod template.
    """
    template = templates.get(resource.kind)
    if template is None or not isinstance(resource.get(*template, "spec"), dict):
        return None
    return Pod(resource, template)
