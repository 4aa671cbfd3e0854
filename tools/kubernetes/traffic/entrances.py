"""Which Services and Ingresses bring connections from outside to pods.

https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tools.kubernetes.reference import Reference
from tools.kubernetes.resource import Resource
from tools.kubernetes.services import ServicePort, is_headless, selects, service_ports
from tools.kubernetes.traffic.ends import End
from tools.kubernetes.traffic.spans import NOTHING, Spans, ports
from tools.source.place import FieldPath

_PUBLISHED = ("NodePort", "LoadBalancer")


class Entrance(NamedTuple):
    """A field of a Service or Ingress that leads from outside to ports of pods.

    `words` say what a client uses: `NodePort 30080`, `Ingress todo.example.com/api`.
    """

    resource: Resource
    path: FieldPath
    end: End
    ports: Spans
    words: str


def targets(service: Resource, ends: Iterable[End], port: int | str | None) -> Mapping[End, Spans]:
    """The pods behind a port (number or name) of a Service, each with the ports it leads to.

    Behind a headless Service clients reach the pods at the number that they ask for.
    """
    found: dict[End, Spans] = {}
    if is_headless(service) and isinstance(port, int):
        return {end: ports("TCP", port) for end in ends if selects(service, end.pod)}
    for own in service_ports(service):
        if port is not None and port not in (own.number, own.name):
            continue
        for end in ends:
            if selects(service, end.pod):
                found[end] = found.get(end, NOTHING).union(target_ports(own, end))
    return found


def target_ports(port: ServicePort, end: End) -> Spans:
    """The ports of pods that a port of a Service leads to."""
    if isinstance(port.target, str):
        return end.named.get((port.protocol, port.target), NOTHING)
    if isinstance(port.target, int) and not isinstance(port.target, bool):
        return ports(port.protocol, port.target)
    return NOTHING


def entrances(
    services: Iterable[Resource],
    ends: list[End],
    backends: Iterable[tuple[Reference, Resource | None]],
) -> Iterator[Entrance]:
    """Every entrance; `backends` are what Ingresses and routes refer to, with its Service."""
    for service in services:
        for own in service_ports(service):
            if words := _published(service, own):
                for end, there in targets(service, ends, own.number).items():
                    yield Entrance(service, own.path, end, there, words)
    for reference, found in backends:
        for end, there in targets(found, ends, reference.port).items() if found else ():
            ingress = reference.resource
            words = f"{ingress.kind} {ingress.name}{_route(reference)}"
            yield Entrance(ingress, reference.place, end, there, words)


def _published(service: Resource, port: ServicePort) -> str:
    """What a client outside uses to come in by a port of a Service, "" if there is nothing."""
    kind = service.get("spec", "type")
    if kind in _PUBLISHED:
        return f"{kind} {service.get(*port.path, 'nodePort') or port.number}"
    addresses = service.items("spec", "externalIPs")
    if addresses and kind != "ExternalName":
        return f"externalIP {addresses[0]}:{port.number}"
    return ""


def _route(reference: Reference) -> str:
    """The host and path of an Ingress that lead to a backend: ` todo.example.com/api`."""
    path = reference.path
    if path[:2] != ("spec", "rules") or path[3:5] != ("http", "paths"):
        return ""
    host = reference.resource.get(*path[:3], "host") or "*"
    return f" {host}{reference.resource.get(*path[:6], 'path') or '/'}"
