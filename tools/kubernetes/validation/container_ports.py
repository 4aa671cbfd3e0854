"""The ports of containers.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports; exactly,
validateContainerPorts, AccumulateUniqueHostPorts and validatePodHostNetworkDeps.
"""

from collections.abc import Iterable

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import enumeration, port_name, port_number

PROTOCOLS = ("SCTP", "TCP", "UDP")


def container_ports(field: Field) -> Refusals:
    """The ports of one container."""
    names: set[str] = set()
    for port in field.items():
        name, number = port["name"], port["containerPort"]
        if name.text:
            objections = list(port_name(name))
            yield from objections
            if not objections and name.text in names:
                yield name.duplicate()
            names.add(name.text)
        if not number.number:
            yield number.required("a port has a number")
        else:
            yield from port_number(number)
        if port["hostPort"].number:
            yield from port_number(port["hostPort"])
        if port["protocol"].text:
            yield from enumeration(port["protocol"], PROTOCOLS)


def host_ports(containers: Iterable[Field]) -> Refusals:
    """No port of the node twice, among containers that run at the same time."""
    seen: set[tuple[str, str, int]] = set()
    for container in containers:
        for port in container["ports"].items():
            number = port["hostPort"].number
            if not number:
                continue
            key = (port["protocol"].text or "TCP", port["hostIP"].text, number)
            if key in seen:
                yield port["hostPort"].duplicate()
            seen.add(key)


def ports_of_node(spec: Field, *, is_pod: bool) -> Refusals:
    """In the network of the node, a container's port is the node's."""
    if not spec["hostNetwork"].is_true:
        return
    for container in spec["containers"].items():
        for port in container["ports"].items():
            there, inside = port["hostPort"].number or 0, port["containerPort"].number or 0
            if (is_pod or there) and there != inside:
                yield port["hostPort"].must(
                    f"be the containerPort {inside}, because hostNetwork is true",
                    "Delete the hostPort; the server fills it in.",
                )
