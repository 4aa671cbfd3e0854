"""Fields that hold the number or the name of a port, and what the API server has against them.

https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports and, exactly, the
validation of k8s.io/kubernetes/pkg/apis/core and of networking; names of ports are service names
of https://www.rfc-editor.org/rfc/rfc6335#section-5.1.
"""

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, NamedTuple

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, as_map
from tools.kubernetes.services import PodPort, ServicePort
from tools.source.place import FieldPath, dotted

HIGHEST = 65535
NAME_LENGTH = 15
"""The longest name of a port."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("postStart", "preStop")
_ZERO_IS_UNSET = ("hostPort", "nodePort", "targetPort")


class Holds(Enum):
    """What a field accepts."""

    NUMBER = "a number"
    NAME = "a name"
    EITHER = "a number or a name"


class PortField(NamedTuple):
    """A field that holds a port; `words` call it: `containerPort of container 'web'`."""

    path: FieldPath
    value: Any
    words: str
    holds: Holds = Holds.NUMBER

    @property
    def objection(self) -> str:
        """What the API server has against the value, "" if nothing.

        The wrong type is the schema's to tell, and so is a missing value.
        """
        value = self.value
        if isinstance(value, str):
            return "" if self.holds is Holds.NUMBER else self._name_objection(value)
        if not isinstance(value, int) or isinstance(value, bool) or self.holds is Holds.NAME:
            return ""
        if (value == 0 and self.path[-1] in _ZERO_IS_UNSET) or 0 < value <= HIGHEST:
            return ""
        return f"ports go from 1 to {HIGHEST}"

    def _name_objection(self, name: str) -> str:
        if not name and self.path[-1] in _ZERO_IS_UNSET:
            return ""
        if name.isascii() and name.isdigit() and self.holds is Holds.EITHER:
            return "in quotes it is a name, and names need a letter"
        return name_objection(name)


def name_objection(name: str) -> str:
    """What keeps a text from being the name of a port, "" if nothing does."""
    if len(name) > NAME_LENGTH:
        return f"names of ports have {NAME_LENGTH} characters at most"
    if _NAME.fullmatch(name) and re.search("[a-z]", name):
        return ""
    return "only lower case letters, digits and single '-' between them, with at least one letter"


def port_fields(resource: Resource, pod: Pod | None) -> Iterator[PortField]:
    """The fields of a Service, an Ingress, a NetworkPolicy or a pod that hold a port."""
    if pod is not None:
        return _of_pod(pod)
    readers = {
        ("", "Service"): _of_service,
        ("networking.k8s.io", "Ingress"): _of_ingress,
        ("networking.k8s.io", "NetworkPolicy"): _of_network_policy,
    }
    reader = readers.get((resource.ref.group, resource.kind))
    return reader(resource) if reader else iter(())


def _of_service(service: Resource) -> Iterator[PortField]:
    for path, port in service.maps("spec", "ports"):
        for field in ("port", "targetPort", "nodePort"):
            holds = Holds.EITHER if field == "targetPort" else Holds.NUMBER
            yield PortField((*path, field), port.get(field), field, holds)


def _of_network_policy(policy: Resource) -> Iterator[PortField]:
    for direction in ("ingress", "egress"):
        for rule, _ in policy.maps("spec", direction):
            for path, port in policy.maps(*rule, "ports"):
                yield PortField((*path, "port"), port.get("port"), "port", Holds.EITHER)
                yield PortField((*path, "endPort"), port.get("endPort"), "endPort")


def _of_pod(pod: Pod) -> Iterator[PortField]:
    for container in pod.containers:
        of = f"of container {container.name!r}"
        for path, port in pod.workload.maps(*container.at("ports")):
            for field in ("containerPort", "hostPort"):
                yield PortField((*path, field), port.get(field), f"{field} {of}")
            name = port.get("name") or None
            yield PortField((*path, "name"), name, f"the name of a port {of}", Holds.NAME)
        hooks = [("lifecycle", hook) for hook in _HOOKS]
        for above in (*((probe,) for probe in _PROBES), *hooks):
            for handler in ("httpGet", "tcpSocket", "grpc"):
                given = as_map(container.get(*above, handler))
                path = container.at(*above, handler, "port")
                holds = Holds.NUMBER if handler == "grpc" else Holds.EITHER
                yield PortField(path, given.get("port"), f"the port of {above[-1]} {of}", holds)


def _of_ingress(ingress: Resource) -> Iterator[PortField]:
    backends: list[FieldPath] = [("spec", "defaultBackend")]
    for rule, _ in ingress.maps("spec", "rules"):
        backends += [(*path, "backend") for path, _ in ingress.maps(*rule, "http", "paths")]
    for backend in backends:
        port = ingress.map(*backend, "service", "port")
        field = "name" if port.get("name") else "number"
        holds = Holds.NAME if port.get("name") else Holds.NUMBER
        path = (*backend, "service", "port", field)
        yield PortField(path, port.get(field), f"port {field}", holds)


class Duplicate(NamedTuple):
    """A port that stands a second time at `path`.

    `whole` is its entry of the list, if an earlier one has both its number and its name.
    """

    path: FieldPath
    sentence: str
    whole: FieldPath | None = None


def duplicates(ports: Iterable[PodPort | ServicePort]) -> Iterator[Duplicate]:
    """The ports of a list whose number (with its protocol) or name stands in it before."""
    first: dict[object, FieldPath] = {}
    entries: set[tuple[object, object, str]] = set()
    for port in ports:
        seen: list[tuple[object, FieldPath, str]] = []
        if isinstance(port.number, int):
            words = f"port {port.number} {port.protocol}"
            seen.append(((port.number, port.protocol), port.number_path, words))
        if port.name:
            seen.append((port.name, (*port.path, "name"), f"port name {port.name!r}"))
        entry = (port.number, port.name, port.protocol)
        whole = port.path if entry in entries else None
        entries.add(entry)
        for key, path, words in seen[:1] if whole else seen:
            if key in first:
                sentence = f"{words} is declared already, by {dotted(first[key])}"
                yield Duplicate(path, sentence, whole)
            first.setdefault(key, path)
