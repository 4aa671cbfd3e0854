"""Every URL with a NodePort carries the NodePort of the Service that it is meant for.

A browser reaches a Service without an Ingress at the address of a node and the Service's
NodePort, and the page that it gets names that URL in its scripts, in CORS settings and in
redirects after a login. The number stands twice, in the Service and in the text. If one of them is
changed, or the URL of the API carries the port of the frontend, everything is healthy and nothing
works for the user.

Looks at URLs in the variables and arguments of containers and in the data of ConfigMaps. Judged
are those whose host is an IP address, or one that the option `hosts` names, with a port between
30000 and 32767: one of the target's Services must have it as `nodePort`. No text says which
Service it is meant for; the option `services` does, by the name of the ConfigMap key, or of the
variable that is written out: `services: {API_URL: api}`. Then the port must be a NodePort of that
very Service, and any other number is wrong too, as long as the Service has one.

Not judged: a Service whose NodePort the cluster chooses (`nodePort` is not set), and targets in
which no Service has a NodePort, where the address may be that of something else. URLs with other
host names may lead to a load balancer with ports of its own, unless they are declared.

https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import NamedTuple

from tools.kubernetes.addresses import DEFAULT_PORTS, Address, addresses_in
from tools.kubernetes.resource import Resource
from tools.kubernetes.texts import texts_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

NODE_PORTS = range(30000, 32768)
ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
OWN = ("127.", "0.0.0.0")
EXPOSED = ("NodePort", "LoadBalancer")


class Url(NamedTuple):
    """A URL, the field that holds it, and what that is called."""

    address: Address
    resource: Resource
    path: FieldPath
    name: str


class Options(RuleOptions):
    hosts: tuple[str, ...] = ()
    """Host names that stand for a node, besides every IP address but those of the pod itself."""
    services: dict[str, str] = field(default_factory=dict)
    """The Service that a URL is meant for, by the name of its ConfigMap key, else its variable."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Write the NodePort of the Service that the URL is meant for.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    exposed = [s for s in target.resources.of_kind("Service") if list(_node_ports(s))]
    for url in _urls(target, options):
        meant = options.services.get(url.name)
        port = url.address.port or DEFAULT_PORTS.get(url.address.scheme)
        services = [s for s in exposed if meant in (None, s.name)]
        ports = {number for service in services for _, number in _node_ports(service)}
        in_range = port in NODE_PORTS
        if port in ports or not (in_range or (meant and ports)):
            continue
        written = f"{url.address.text!r} of {url.name!r}"
        if None in ports or not (ports or meant):
            reason = f"no manifest says which NodePort it is that {written} carries"
            yield Unjudged(reason, url.resource, url.path)
        else:
            yield _problem(url, written, meant, services)


def _problem(url: Url, written: str, meant: str | None, services: Iterable[Resource]) -> Problem:
    ports = [(s, path, number) for s in services for path, number in _node_ports(s)]
    if meant:
        there = f"Service {meant!r} has {', '.join(str(number) for *_, number in ports) or 'none'}"
    else:
        numbers = ", ".join(f"{number} ({service.name})" for service, _, number in ports)
        there = f"the Services have {numbers}"
    return Problem(
        url.path,
        f"{written} carries a wrong NodePort: {there}",
        url.resource,
        related=tuple((s, path, f"NodePort of {s.name!r}") for s, path, _ in ports),
    )


def _urls(target: Target, options: Options) -> Iterator[Url]:
    """The URLs of nodes, each once, wherever it is used."""
    found: dict[tuple[int, FieldPath, str], Url] = {}
    for resource, path, name, text in _texts(target):
        for address in addresses_in(text):
            is_node = ADDRESS.fullmatch(address.host) and not address.host.startswith(OWN)
            if address.scheme and (is_node or address.host in options.hosts):
                url = Url(address, resource, path, name)
                found.setdefault((id(resource), path, address.text), url)
    return iter(found.values())


def _texts(target: Target) -> Iterator[tuple[Resource, FieldPath, str, str]]:
    for config_map in target.resources.of_kind("ConfigMap"):
        for key, value in config_map.map("data").items():
            if isinstance(value, str):
                yield config_map, ("data", key), str(key), value
    for pod in target.pods:
        for container in pod.containers:
            for text in texts_of(container, target.resources):
                yield text.resource, text.path, text.name, text.text


def _node_ports(service: Resource) -> Iterator[tuple[FieldPath, int | None]]:
    """The NodePorts of a Service with their fields; None for one that the cluster chooses."""
    kind = service.get("spec", "type")
    for path, port in service.maps("spec", "ports") if kind in EXPOSED else ():
        number = port.get("nodePort")
        if isinstance(number, int) or kind == "NodePort":
            yield (*path, "nodePort"), number if isinstance(number, int) else None
