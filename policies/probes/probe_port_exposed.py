"""Every probe asks a port that its container declares.

A probe of a port on which nothing listens fails for ever: the container is restarted in a loop, or
never becomes ready. It happens when a port is renumbered in one place, or when the probe has the
name of the Service's port. A name that the container does not declare cannot even be looked up.

Looks at `httpGet`, `tcpSocket` and `grpc` of all probes of main containers and sidecars. The port
has to be among the `ports` of the same container, by number or name; what another container of the
pod listens on says nothing about this one. In a container that declares no port at all a number is
accepted, because declaring ports is optional and nothing contradicts it; `requireDeclaration: true`
makes it a finding too. A probe with a `host` of its own asks somebody else, so only names are
judged.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.probes import PROBES, Probe, port_number, ports_of, probe_of
from tools.rules.rule import Cause, Judges, Problem, Severity, rule
from tools.rules.target import Target


@dataclass(frozen=True)
class Options:
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
        for field in PROBES if container.stays else ():
            probe = probe_of(container, field)
            if probe and probe.port is not None and not _declared(probe, options):
                ports = [f"{number} {name}".strip() for name, number in ports_of(container)]
                declared = f"only {', '.join(ports)}" if ports else "none"
                yield Problem.between(
                    f"{probe.words} asks port {probe.port!r}; the container declares {declared}",
                    Cause(pod.workload, probe.at(probe.handler or "", "port"), "the probe"),
                    *_only_port(container),
                )


def _only_port(container: Container) -> Iterator[Cause]:
    """What the container declares, if that is one port: of several none is at fault alone."""
    if len(container.get("ports") or ()) == 1:
        for field in ("containerPort", "name"):
            path = container.at("ports", 0, field)
            yield Cause(container.pod.workload, path, "the port of the container")


def _declared(probe: Probe, options: Options) -> bool:
    port = port_number(probe.container, probe.port)
    if isinstance(port, str):
        return False
    numbers = [number for _, number in ports_of(probe.container)]
    elsewhere = probe.host is not None or not isinstance(port, int)
    return port in numbers or elsewhere or not (numbers or options.require_declaration)
