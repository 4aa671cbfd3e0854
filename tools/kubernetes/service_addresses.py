"""What a Service answers to, and which one somebody meant who wrote another name.

https://kubernetes.io/docs/concepts/services-networking/service/
"""

import re
from collections.abc import Iterable, Mapping

from tools.kubernetes.pod import Pod
from tools.kubernetes.reference import Reference
from tools.kubernetes.resource import Resource
from tools.kubernetes.services import (
    ServicePort,
    is_headless,
    pod_ports,
    selected_by,
    service_ports,
)
from tools.kubernetes.spelling import closest

_AS_NEAR = 0.85
_DIGITS = re.compile(r"\d+")


def answered_ports(service: Resource, pods: Iterable[Pod]) -> Mapping[int, str] | None:
    """The ports that clients of a Service can connect to, each with its name; None: nobody knows.

    The clients of a headless Service reach the pods themselves, at the pods' own ports.
    """
    if service.get("spec", "type") == "ExternalName":
        return None
    ports = list(service_ports(service))
    if not is_headless(service):
        return {port.number: port.name for port in ports if isinstance(port.number, int)}
    chosen = selected_by(service, pods)
    if not chosen:
        return None
    declared = [port for pod in chosen for port in pod_ports(pod)]
    found = {port.number: port.name for port in declared if isinstance(port.number, int)}
    return {**found, **{port.target: port.name for port in ports if isinstance(port.target, int)}}


def protocol_of(service: Resource, number: int) -> str:
    """`http` or `https` if a port of a Service says by appProtocol or name which it is, else ""."""
    for port in service_ports(service):
        if port.number == number:
            return _protocol(service, port)
    return ""


def _protocol(service: Resource, port: ServicePort) -> str:
    stated = service.get(*port.path, "appProtocol")
    word = (stated if isinstance(stated, str) else port.name).partition("-")[0].lower()
    return word if word in ("http", "https") else ""


def near_service(address: Reference, services: Iterable[Resource]) -> Resource | None:
    """The Service of the same namespace that an address seems to mean, None if none is near.

    One that is spelt nearly like it, not only with another number, or that has one more word in
    front (`shop-cart` for `cart`).
    """
    here = {s.name: s for s in services if s.namespace == address.namespace}
    longer = [name for name in here if name.endswith(f"-{address.name}")]
    if len(longer) == 1:
        return here[longer[0]]
    plain = _DIGITS.sub("", address.name)
    spelt = [name for name in here if _DIGITS.sub("", name) != plain]
    return here.get(closest(address.name, spelt, _AS_NEAR) or "")
