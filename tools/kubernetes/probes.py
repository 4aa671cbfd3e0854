"""The probes of containers, with the defaults that the API server fills in.

https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from math import inf
from typing import Any

from tools.kubernetes.pod import Container, Pod, Role
from tools.kubernetes.resource import as_map, lookup
from tools.source.place import FieldPath

LIVENESS = "livenessProbe"
READINESS = "readinessProbe"
STARTUP = "startupProbe"
PROBES = (LIVENESS, READINESS, STARTUP)

HANDLERS = ("httpGet", "tcpSocket", "grpc", "exec")
_DEFAULTS = {
    "initialDelaySeconds": 0,
    "timeoutSeconds": 1,
    "periodSeconds": 10,
    "failureThreshold": 3,
}
COUNTS = {"timeoutSeconds": 1, "periodSeconds": 10, "failureThreshold": 3, "successThreshold": 1}
"""Numbers of a probe of which 0 is none: the API server fills in these defaults."""
_FINITE = frozenset({"Job", "CronJob"})


class Probe:
    """One probe of a container; `field` is `livenessProbe` or one of the others."""

    def __init__(self, container: Container, field: str, data: Mapping[str, Any]) -> None:
        self.container = container
        self.field = field
        self.data = data

    def at(self, *path: str | int) -> FieldPath:
        """The field path, from the root of the workload, of a field below the probe."""
        return self.container.at(self.field, *path)

    @property
    def words(self) -> str:
        """`the liveness probe of container 'web'`."""
        kind = self.field.removesuffix("Probe")
        return f"the {kind} probe of container {self.container.name!r}"

    @cached_property
    def handler(self) -> str | None:
        """What the probe does, None if it says nothing: the API server refuses that."""
        return next((name for name in HANDLERS if isinstance(self.data.get(name), dict)), None)

    def asks_at(self) -> Iterator[FieldPath]:
        """The fields that make up the endpoint, the most telling first."""
        handler = self.handler or ""
        fields = {"httpGet": ("path", "port"), "grpc": ("port", "service"), "tcpSocket": ("port",)}
        for field in fields.get(handler, ()):
            yield self.at(handler, field)
        if handler == "exec":
            yield self.at(handler)

    def seconds(self, name: str) -> int | None:
        """A number of the probe with its default; None if it has another type."""
        value = self.data.get(name)
        if value is None or (value == 0 and name in COUNTS):
            return _DEFAULTS[name]
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def budget(self) -> int | None:
        """Seconds of failure in a row until it counts; None if they are no numbers."""
        period, threshold = self.seconds("periodSeconds"), self.seconds("failureThreshold")
        return None if period is None or threshold is None else period * threshold

    @property
    def states_budget(self) -> bool:
        """Whether the manifest says anything about the budget, or leaves it to the defaults."""
        return any(self.data.get(name) for name in ("periodSeconds", "failureThreshold"))

    @property
    def deadline(self) -> int | None:
        """Seconds after the start of the container until a failure counts that was there always."""
        delay, budget = self.seconds("initialDelaySeconds"), self.budget
        return None if delay is None or budget is None else delay + budget

    def budget_at(self) -> Iterator[FieldPath]:
        """The fields that make up the deadline, the one to change first."""
        for name in ("failureThreshold", "periodSeconds", "initialDelaySeconds"):
            yield self.at(name)

    @property
    def port(self) -> Any:
        """The port that the probe names, None if it needs none or names none."""
        return lookup(self.data, (self.handler, "port")) if self.handler else None

    @property
    def host(self) -> Any:
        """The host that the probe asks instead of the pod, None if it asks the pod."""
        return lookup(self.data, (self.handler, "host")) if self.handler else None

    @property
    def endpoint(self) -> tuple[Any, ...] | None:
        """What the probe asks, to be compared with another one of the container.

        Path and port of an HTTP probe; not its headers, which do not make another endpoint. None
        if that cannot be compared.
        """
        what = as_map(self.data.get(self.handler)) if self.handler else {}
        port = port_number(self.container, self.port)
        if self.handler == "httpGet":
            return "httpGet", port, what.get("path") or "/", what.get("host")
        if self.handler == "tcpSocket":
            return "tcpSocket", port, what.get("host")
        if self.handler == "grpc":
            return "grpc", port, what.get("service") or ""
        return ("exec", str(what.get("command"))) if self.handler else None


def probe_of(container: Container, field: str) -> Probe | None:
    """A probe of a container; None without one, or if it does nothing."""
    data = container.data.get(field)
    probe = Probe(container, field, data) if isinstance(data, dict) else None
    return probe if probe and probe.handler else None


def keeps_running(pod: Pod) -> bool:
    """Whether the pod is meant to run until somebody replaces it, and not to finish.

    All workloads but Jobs; a bare Pod, or one of a custom kind, if its containers are always
    restarted, which is the default.
    """
    if pod.workload.kind in _FINITE:
        return False
    return pod.get("restartPolicy") in (None, "Always")


def lacking(pod: Pod, field: str) -> Iterator[Container]:
    """The main containers and sidecars of a pod that keeps running without a certain probe."""
    if keeps_running(pod):
        for container in pod.containers:
            if container.stays and probe_of(container, field) is None:
                yield container


def missing(container: Container, field: str) -> tuple[str, None, str | None]:
    """Message, no object and remedy of a problem about a container that lacks a probe.

    The remedy is for a probe that is there and asks nothing.
    """
    kind = field.removesuffix("Probe")
    if not as_map(container.data.get(field)):
        return f"container {container.name!r} has no {kind} probe", None, None
    sentence = f"the {kind} probe of container {container.name!r} asks nothing"
    return sentence, None, f"Write httpGet, tcpSocket, grpc or exec below {field}."


def ports_of(container: Container) -> Iterator[tuple[str, int]]:
    """The declared ports of a container: name, "" without one, and number."""
    for _, port in container.pod.workload.maps(*container.at("ports")):
        number = port.get("containerPort")
        if isinstance(number, int) and not isinstance(number, bool):
            yield str(port.get("name") or ""), number


def port_number(container: Container, port: Any) -> Any:
    """The number of a port that is given by number or name; the value itself if it is neither.

    As the kubelet does it: a text is a name first, then a number.
    """
    if isinstance(port, str):
        named = dict(ports_of(container))
        if port in named and port:
            return named[port]
        if port.isascii() and port.isdigit():
            return int(port)
    return port


def start_probes(pod: Pod) -> list[Probe]:
    """The probes whose deadlines together are what a pod may take to become ready.

    Sidecars start one after the other, each waiting for the startup probe of the one before, then
    all main containers together. Without a startup probe the others bound the start. A
    deadline that is no number counts as the longest.
    """
    sidecars: list[Probe] = []
    rest: list[Probe] = []
    for container in pod.containers:
        if not container.stays:
            continue
        startup = probe_of(container, STARTUP)
        if startup and container.role is Role.SIDECAR:
            sidecars.append(startup)
            continue
        probes = [startup] if startup else [probe_of(container, f) for f in (LIVENESS, READINESS)]
        rest += [probe for probe in probes if probe]
    return sidecars + sorted(rest, key=_deadline)[-1:]


def _deadline(probe: Probe) -> float:
    return inf if probe.deadline is None else probe.deadline


def start_budget(pod: Pod) -> int | None:
    """Seconds that the probes of a pod allow it to become ready; None if they are no numbers."""
    deadlines = [probe.deadline for probe in start_probes(pod)]
    known = [deadline for deadline in deadlines if deadline is not None]
    return sum(known) if len(known) == len(deadlines) else None
