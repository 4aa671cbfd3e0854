"""Which Services send connections to a pod, and to which of its containers.

https://kubernetes.io/docs/concepts/services-networking/service/
"""

from collections.abc import Sequence
from typing import Any

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.resource import Resource, ResourceSet, as_list, as_map
from tools.kubernetes.selector import matches_map


def services_of(pod: Pod, resources: ResourceSet) -> list[Resource]:
    """The Services of the pod's namespace that select it.

    One without a selector, or of type ExternalName, selects nothing.
    """
    return [service for service in resources.of_kind("Service") if _selects(service, pod)]


def _selects(service: Resource, pod: Pod) -> bool:
    selector = service.map("spec", "selector")
    return (
        service.ref.api_version == "v1"
        and service.namespace == pod.namespace
        and service.get("spec", "type") != "ExternalName"
        and bool(selector)
        and matches_map(selector, pod.labels)
    )


def request_services_of(pod: Pod, resources: ResourceSet) -> list[Resource]:
    """The Services that send a pod requests which somebody waits for.

    Those that only carry metrics are left out: a scrape that fails once is no outage.
    """
    return [service for service in services_of(pod, resources) if not _only_metrics(service)]


def _only_metrics(service: Resource) -> bool:
    ports = [as_map(port) for port in service.items("spec", "ports")]
    return bool(ports) and all("metrics" in str(port.get("name")) for port in ports)


def serving_containers(pod: Pod, services: Sequence[Resource]) -> list[Container]:
    """The containers of a pod that answer what the Services send.

    Those that declare a target port; declaring ports is optional, so if none does it may be any.
    """
    targets = {_target(port) for service in services for port in service.items("spec", "ports")}
    staying = [container for container in pod.containers if container.stays]
    return [c for c in staying if targets & _ports(c)] or staying


def _target(port: Any) -> str:
    """The target of a Service port, which is the port itself if it names none."""
    port = as_map(port)
    target = port.get("targetPort")
    return str(port.get("port") if target is None else target)


def _ports(container: Container) -> set[str]:
    """The numbers and names of the ports that a container declares."""
    ports = [as_map(port) for port in as_list(container.get("ports"))]
    return {str(port[key]) for port in ports for key in ("name", "containerPort") if key in port}
