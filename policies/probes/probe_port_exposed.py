"""Every probe asks a port that its container declares.

A probe of a port on which nothing listens fails for ever: the container is restarted in a loop, or
never becomes ready. It happens when a port is renumbered in one place, or when the probe has the
name of the Service's port. A name that the container does not declare cannot even be looked up.

Looks at `httpGet`, `tcpSocket` and `grpc` of all probes of main containers and sidecars. The port
has to be among the `ports` of the same container, by number or name; what another container of the
pod listens on says nothing about this one. In a container that declares no port at all a number is
accepted, because declaring ports is optional and nothing contradicts it; `requireDeclaration: true`
makes it a finding too. A probe with a `host` of its own asks somebody else, so only names are
judged. kube-linter reports a port of a container that declares none.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
"""

from collections.abc import Iterator, Sequence

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.probes import PROBES, Probe, port_number, ports_of, probe_of
from tools.kubernetes.services import service_ports, services_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Cause, Consequences, Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    require_declaration: bool = False
    """Demand that the port is declared even where the container declares no port at all."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Use the number or name of one of the container's ports, or declare the port.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    for container in pod.containers:
        probes = [probe_of(container, field) for field in PROBES if container.stays]
        asking: dict[object, list[Probe]] = {}
        for probe in probes:
            if probe and probe.port is not None and not _declared(probe, options):
                asking.setdefault(probe.port, []).append(probe)
        for alike in asking.values():
            problem = _of_several(alike) if len(alike) > 1 else _of_one(alike[0])
            lacked = (pod.workload, container.at("ports", str(alike[0].port)))
            followers = tuple(_followers(alike[0], target))
            yield problem._replace(missing=(lacked,), explains=followers)


def _of_one(probe: Probe) -> Problem:
    return Problem.between(
        f"{probe.words} asks port {probe.port!r}; "
        f"the container declares {_declares(probe.container)}",
        _asks(probe),
        *_only_port(probe),
    )


def _of_several(probes: Sequence[Probe]) -> Problem:
    """Several probes that miss the same port: the one that is declared is called otherwise."""
    container = probes[0].container
    *others, last = (probe.field.removesuffix("Probe") for probe in probes)
    words = f"{', '.join(others)} and {last}"
    return Problem.between(
        f"the {words} probes of container {container.name!r} ask port {probes[0].port!r}; "
        f"the container declares {_declares(container)}",
        *_only_port(probes[0]),
        *map(_asks, probes),
    )


def _followers(probe: Probe, target: Target) -> Iterator[Consequences]:
    """The Services that lead to the port which the probe misses as well."""
    pod = probe.container.pod
    for service in services_of(pod, target.resources):
        lost = [port.target_path for port in service_ports(service) if port.target == probe.port]
        if lost:
            yield Consequences(service, tuple(lost))


def _asks(probe: Probe) -> Cause:
    path = probe.at(probe.handler or "", "port")
    return Cause(
        probe.container.pod.workload, path, f"the {probe.field.removesuffix('Probe')} probe"
    )


def _declares(container: Container) -> str:
    ports = [f"{number} {name}".strip() for name, number in ports_of(container)]
    return f"only {', '.join(ports)}" if ports else "none"


def _only_port(probe: Probe) -> Iterator[Cause]:
    """What the container declares, if that is one port: of several none is at fault alone."""
    container = probe.container
    if len(list(ports_of(container))) == 1:
        fields = ("name", "containerPort") if isinstance(probe.port, str) else ("containerPort",)
        for field in fields:
            path = container.at("ports", 0, field)
            yield Cause(container.pod.workload, path, "the port of the container")


def _declared(probe: Probe, options: Options) -> bool:
    port = port_number(probe.container, probe.port)
    if isinstance(port, str):
        return False
    numbers = [number for _, number in ports_of(probe.container)]
    elsewhere = probe.host is not None or not isinstance(port, int)
    return port in numbers or elsewhere or not (numbers or options.require_declaration)
