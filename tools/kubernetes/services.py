"""Which Services send connections to a pod, and to which of its containers.

https://kubernetes.io/docs/concepts/services-networking/service/
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.resource import Resource, ResourceSet, as_list, as_map
from tools.kubernetes.selector import matches_map
from tools.source.place import FieldPath

DEFAULT_PROTOCOL = "TCP"
_JOBS = frozenset({"Job", "CronJob"})
ADDED_LABELS = {
    "pod-template-hash": {"Deployment", "ReplicaSet"},
    "rollouts-pod-template-hash": {"Rollout"},
    "controller-revision-hash": {"StatefulSet", "DaemonSet"},
    "pod-template-generation": {"DaemonSet"},
    "statefulset.kubernetes.io/pod-name": {"StatefulSet"},
    "apps.kubernetes.io/pod-index": {"StatefulSet"},
    "job-name": _JOBS,
    "batch.kubernetes.io/job-name": _JOBS,
    "controller-uid": _JOBS,
    "batch.kubernetes.io/controller-uid": _JOBS,
    "batch.kubernetes.io/job-completion-index": _JOBS,
}
"""Labels that the controllers of these workloads give to their pods, and no template shows."""

_NUMBERED = re.compile(r"(?P<name>.+)-[0-9]+")


class ServicePort(NamedTuple):
    """One port of a Service, with the defaults filled in.

    `target` is the number or name on the pods; `target_path` is the field that says it.
    """

    path: FieldPath
    name: str
    number: Any
    target: Any
    target_path: FieldPath
    protocol: str

    @property
    def number_path(self) -> FieldPath:
        return (*self.path, "port")


class PodPort(NamedTuple):
    """A port that a container of a pod declares."""

    container: Container
    path: FieldPath
    name: str
    number: Any
    protocol: str

    @property
    def number_path(self) -> FieldPath:
        return (*self.path, "containerPort")

    @property
    def words(self) -> str:
        """`8080 http`, with the protocol if it is not the usual one."""
        unusual = "" if self.protocol == DEFAULT_PROTOCOL else self.protocol
        return " ".join(filter(None, (str(self.number), self.name, unusual)))


def services_of(pod: Pod, resources: ResourceSet) -> list[Resource]:
    """The Services of the pod's namespace that select it.

    One without a selector, or of type ExternalName, selects nothing.
    """
    return [service for service in resources.of_kind("Service") if selects(service, pod)]


def selected_by(service: Resource, pods: Iterable[Pod]) -> list[Pod]:
    """The pods that a Service selects."""
    return [pod for pod in pods if selects(service, pod)]


def selects(service: Resource, pod: Pod) -> bool:
    """Whether a Service selects a pod of its own namespace."""
    return service.namespace == pod.namespace and labels_match(service, pod)


def labels_match(service: Resource, pod: Pod, granted: Collection[str] = ()) -> bool:
    """Whether the labels of a pod are what a Service asks for, whatever the namespaces.

    Labels that controllers add to the pods they make count. So do those with `granted` keys, which
    something sets on running pods, as long as one label of the selector stands in the manifest.
    """
    if not has_selector(service):
        return False
    selector = service.map("spec", "selector")
    wanted = {k: v for k, v in selector.items() if k not in granted or k in pod.labels}
    rest = {k: v for k, v in wanted.items() if not _is_added(k, v, pod)}
    return bool(wanted) and matches_map(rest, pod.labels)


def has_selector(service: Resource) -> bool:
    """Whether an object is a Service of Kubernetes itself that sends to the pods it selects."""
    return (
        service.ref.api_version == "v1"
        and service.kind == "Service"
        and service.get("spec", "type") != "ExternalName"
        and bool(service.map("spec", "selector"))
    )


def _is_added(key: str, value: Any, pod: Pod) -> bool:
    """Whether a controller gives pods of this workload that label, maybe with that value."""
    workload = pod.workload
    if workload.kind not in ADDED_LABELS.get(key, ()):
        return False
    if key.endswith("/pod-name") or (key.endswith("job-name") and workload.kind == "CronJob"):
        found = _NUMBERED.fullmatch(str(value))
        return found is not None and found["name"] == workload.name
    return not key.endswith("job-name") or value == workload.name


def is_headless(service: Resource) -> bool:
    """Whether the Service only answers with the pods' addresses, and sends nothing anywhere."""
    return bool(service.get("spec", "clusterIP") == "None")


def request_services_of(pod: Pod, resources: ResourceSet) -> list[Resource]:
    """The Services that send a pod requests which somebody waits for.

    Those that only carry metrics are left out: a scrape that fails once is no outage.
    """
    return [service for service in services_of(pod, resources) if not is_only_metrics(service)]


def is_only_metrics(service: Resource) -> bool:
    """Whether all ports of a Service are named after metrics."""
    ports = [as_map(port) for port in service.items("spec", "ports")]
    return bool(ports) and all("metrics" in str(port.get("name")) for port in ports)


def service_ports(service: Resource) -> Iterator[ServicePort]:
    """The ports of a Service; a target port that is not set (or 0, or empty) is the port itself."""
    for path, port in service.maps("spec", "ports"):
        number, target = port.get("port"), port.get("targetPort")
        field = "targetPort" if target else "port"
        name, protocol = _text(port.get("name")), _text(port.get("protocol"))
        yield ServicePort(
            path, name, number, target or number, (*path, field), protocol or DEFAULT_PROTOCOL
        )


def pod_ports(pod: Pod) -> list[PodPort]:
    """The ports that the main containers of a pod and its sidecars declare."""
    return [port for c in pod.containers if c.stays for port in container_ports(c)]


def container_ports(container: Container) -> Iterator[PodPort]:
    """The ports that a container declares."""
    for path, port in container.pod.workload.maps(*container.at("ports")):
        name, protocol = _text(port.get("name")), _text(port.get("protocol"))
        yield PodPort(
            container, path, name, port.get("containerPort"), protocol or DEFAULT_PROTOCOL
        )


def declares(declared: PodPort, port: ServicePort) -> bool:
    """Whether a declared port is the one that a port of a Service leads to."""
    value = declared.name if isinstance(port.target, str) else declared.number
    return bool(value == port.target) and declared.protocol == port.protocol


def mentions(container: Container, number: int) -> bool:
    """Whether a number stands in what a container is started with, or in its probes."""
    fields = ("command", "args", "env", "livenessProbe", "readinessProbe", "startupProbe")
    given = " ".join(str(container.get(field)) for field in fields)
    return re.search(rf"(?<![0-9.]){number}(?![0-9.])", given) is not None


def serving_containers(pod: Pod, services: Sequence[Resource]) -> list[Container]:
    """The containers of a pod that answer what the Services send.

    Those that declare a target port; declaring ports is optional, so if none does it may be any.
    """
    targets = {str(port.target) for service in services for port in service_ports(service)}
    staying = [container for container in pod.containers if container.stays]
    return [c for c in staying if targets & _ports(c)] or staying


def _ports(container: Container) -> set[str]:
    """The numbers and names of the ports that a container declares."""
    ports = [as_map(port) for port in as_list(container.get("ports"))]
    return {str(port[key]) for port in ports for key in ("name", "containerPort") if key in port}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
