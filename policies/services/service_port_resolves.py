"""Every port of a Service leads to a port of its pods.

If `targetPort` is a name that a pod does not declare, that pod never becomes an endpoint of this
port; if it is a number on which nothing listens, every connection is refused. Either way the
Service exists, the pods are ready, and nobody can reach them. It happens when a container's port
is renumbered or renamed, or when `targetPort` is left out and the Service has another port.

Compared are the ports that main containers and sidecars of every selected pod declare, with
number or name and protocol (TCP unless stated). Without `targetPort` (or with 0) the port of the
Service is meant. Declaring ports is optional: a number is accepted if some container of the pod
declares none, since that one may listen there, and if it stands in an argument, a variable or a
probe; `requireDeclaration: true` makes these findings too. Where the selector catches different
programs, one of them is enough: the rest is `service-selector-unique`'s to say. Which port a
program really opens cannot be seen here.

Services without selector or pods are skipped; a port that is no valid number or name is
`port-valid`'s to report.

https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.programs import same_program
from tools.kubernetes.resource import Resource
from tools.kubernetes.services import (
    ServicePort,
    container_ports,
    declares,
    mentions,
    pod_ports,
    selected_by,
    service_ports,
)
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    require_declaration: bool = False
    """Demand that the port is declared, whatever else suggests that something listens there."""


@rule(
    judges=Judges.OBJECT,
    kinds=["Service"],
    severity=Severity.ERROR,
    remedy="Write the number or name of a containerPort of the pods as targetPort.",
    defers_to=["port-valid"],
    options=Options,
)
def check(service: Resource, target: Target, options: Options) -> Iterator[Problem]:
    pods = selected_by(service, target.pods)
    for port in service_ports(service) if pods else ():
        kinds = (int, str) if port.target_path[-1] == "targetPort" else int
        if not isinstance(port.target, kinds) or isinstance(port.target, bool):
            continue
        lacking = [pod for pod in pods if not _leads_to(port, pod, options)]
        found = [pod for pod in pods if pod not in lacking]
        if found:
            lacking = [p for p in lacking if any(same_program(p, other) for other in found)]
        if lacking:
            yield _problem(port, lacking)


def _leads_to(port: ServicePort, pod: Pod, options: Options) -> bool:
    if any(declares(declared, port) for declared in pod_ports(pod)):
        return True
    if isinstance(port.target, str) or options.require_declaration:
        return False
    staying = [container for container in pod.containers if container.stays]
    return any(not list(container_ports(c)) or mentions(c, port.target) for c in staying)


def _problem(port: ServicePort, lacking: list[Pod]) -> Problem:
    first = lacking[0]
    declared = ", ".join(own.words for own in pod_ports(first)) or "no port"
    words = f"port {port.name!r}" if port.name else f"port {port.number!r}"
    protocol = "" if port.protocol == "TCP" else f" {port.protocol}"
    return Problem(
        port.target_path,
        f"{words} leads to {port.target!r}{protocol}, and {first.workload.ref.slug!r} declares"
        f" {declared}",
        related=tuple((p.workload, p.at("containers"), "the containers") for p in lacking),
        missing=tuple(
            (own.pod.workload, own.at("ports", str(port.target))) for own in first.containers
        ),
    )
