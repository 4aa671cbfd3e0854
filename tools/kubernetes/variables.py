"""The environment of a container: its variables in their order, and what `$(NAME)` becomes.

The kubelet sets what envFrom gives, then `env` in the order of the list, and last what Services
add. A `$(NAME)` in a value is replaced if NAME is set by then, else it stays as it is; `$$` stands
for `$`. The same goes for `command` and `args`, after all variables are set.
https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
and, exactly, k8s.io/kubernetes/third_party/forked/golang/expansion.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.resource import Resource, ResourceSet, as_map
from tools.source.place import FieldPath

_TOKEN = re.compile(r"\$(?:\$|\((?P<name>[^)]*)\))")


class Variable(NamedTuple):
    """One entry of `env`; `path` is that of the entry, `value` None unless it is a literal."""

    name: str
    path: FieldPath
    value: str | None


class Use(NamedTuple):
    """A `$(NAME)`; `path` is that of the text it stands in, `position` its entry in `env`.

    The position of one in `command` or `args` is after all entries.
    """

    name: str
    path: FieldPath
    position: int
    text: str


def variables_of(container: Container) -> list[Variable]:
    """The entries of `env` that have a name, in their order; duplicates stay."""
    found = []
    for path, entry in container.pod.workload.maps(*container.at("env")):
        name, value = entry.get("name"), entry.get("value")
        if isinstance(name, str):
            literal = entry.get("valueFrom") is None and (value is None or isinstance(value, str))
            found.append(Variable(name, path, (value or "") if literal else None))
    return found


def names_in(text: str) -> list[str]:
    """The names that `$(NAME)` refers to in a text; those after an escaping `$` are left out."""
    return [match["name"] for match in _TOKEN.finditer(text) if match["name"]]


def expanded(text: str, values: Mapping[str, str]) -> str:
    """A text with every `$(NAME)` replaced of which the value is known."""

    def replace(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return "$"
        return values.get(name, match[0])

    return _TOKEN.sub(replace, text)


def uses_of(container: Container) -> Iterator[Use]:
    """Every `$(NAME)` of a container, in `env`, `command` and `args`."""
    variables = variables_of(container)
    for position, variable in enumerate(variables):
        for name in names_in(variable.value or ""):
            path = (*variable.path, "value")
            yield Use(name, path, position, variable.value or "")
    for path, text in words_of(container):
        for name in names_in(text):
            yield Use(name, path, len(variables), text)


def words_of(container: Container) -> Iterator[tuple[FieldPath, str]]:
    """The texts of `command` and `args`, each with its path."""
    workload = container.pod.workload
    for field in ("command", "args"):
        for index, word in enumerate(workload.items(*container.at(field))):
            if isinstance(word, str):
                yield container.at(field, index), word


_LINK = re.compile(
    r"[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_[A-Z]+)?)"
)


def looks_like_link(name: str) -> bool:
    """Whether a variable is called like one that the kubelet sets for a Service."""
    return bool(_LINK.fullmatch(name))


def service_links(pod: Pod, resources: ResourceSet) -> frozenset[str]:
    """The variables that the Services of the namespace, and that of the API server, add.

    https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
    """
    found = set(_links("KUBERNETES", [{"port": 443, "name": "https"}]))
    if pod.get("enableServiceLinks") is not False:
        for service in resources.of_kind("Service"):
            if service.namespace == pod.namespace and _has_address(service):
                name = service.name.upper().replace("-", "_")
                found.update(_links(name, service.items("spec", "ports")))
    return frozenset(found)


def _has_address(service: Resource) -> bool:
    headless = service.get("spec", "clusterIP") == "None"
    return not headless and service.get("spec", "type") != "ExternalName"


def _links(name: str, ports: Any) -> Iterator[str]:
    yield from (f"{name}_SERVICE_HOST", f"{name}_SERVICE_PORT", f"{name}_PORT")
    for port in map(as_map, ports):
        if isinstance(port.get("name"), str):
            yield f"{name}_SERVICE_PORT_{port['name'].upper().replace('-', '_')}"
        base = f"{name}_PORT_{port.get('port')}_{str(port.get('protocol', 'TCP')).upper()}"
        yield from (base, f"{base}_PROTO", f"{base}_PORT", f"{base}_ADDR")
