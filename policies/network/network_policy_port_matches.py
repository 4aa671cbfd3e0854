"""The ports of a NetworkPolicy are ports of the pods, not of their Service.

Policies look at connections as they reach the pod: a Service has replaced its own port by the
`targetPort` before. A policy with the Service's port therefore opens a port on which nothing
listens, and keeps the real one shut. A named port is looked up in the containers of each pod; a
name that only the Service has, or that is declared for another protocol, opens nothing. `protocol`
is TCP unless stated.

Compared are, for ingress, the pods that the policy selects, and for egress those that the rule's
peers select, if all of these are pods of the target's namespaces. One pod that declares the port
with its protocol is enough, and so is one declared port within a range. Declaring ports is
optional: a number that is neither the port of a Service of these pods nor declared for another
protocol is accepted if a container declares no ports, or mentions it in an argument, a variable or
a probe; `requireDeclaration: true` makes these findings too.

https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.kubernetes.services import (
    container_ports,
    mentions,
    pod_ports,
    selects,
    service_ports,
)
from tools.kubernetes.traffic.ends import End
from tools.kubernetes.traffic.opening import Opening
from tools.kubernetes.traffic.policy import Direction, Policy, PolicyPort, PolicyRule
from tools.kubernetes.traffic.spans import HIGHEST_PORT, Ports, each_port, ports
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    """How much a number must be backed by the pods."""

    require_declaration: bool = False
    """Demand that the port is declared, whatever else suggests that something listens there."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("NetworkPolicy",),
    remedy="Write the number or name of a containerPort of the pods, and its protocol.",
    defers_to=["port-valid"],
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem]:
    services = target.resources.of_kind("Service")
    for policy in target.traffic.policies:
        for direction in Direction:
            for stated in policy.of(direction):
                ends = _destinations(policy, stated, target)
                for port in stated.ports or () if ends else ():
                    yield from _judge(policy, port, ends, services, options)


def _destinations(policy: Policy, stated: PolicyRule, target: Target) -> list[End]:
    """The pods that a rule is about connections to, none if some of them are not in the target."""
    matrix = target.traffic
    if stated.direction is Direction.INGRESS:
        return matrix.selected(policy)
    found: list[End] = []
    for peer in stated.peers or ():
        opening = Opening(policy, stated, peer)
        met = [e for e in matrix.ends if matrix.meets(opening, e, Direction.EGRESS) is not False]
        if not met or matrix.region(opening):
            return []
        found += met
    return found


def _judge(
    policy: Policy, port: PolicyPort, ends: list[End], services: list[Resource], options: Options
) -> Iterator[Problem]:
    if port.name:
        if not any((port.protocol, port.name) in end.named for end in ends):
            why = _other_protocol(port, ends) or _of_service(port.name, ends, services)
            yield _problem(policy, port, repr(port.name), why, ends)
        return
    for span in each_port(port.numbers):
        if (span.first, span.last) == (1, HIGHEST_PORT) or any(_declares(e, span) for e in ends):
            continue
        why = _other_protocol(port, ends)
        if span.first == span.last:
            why = why or _of_service(span.first, ends, services)
        if why or options.require_declaration or not any(_may_listen(e, span) for e in ends):
            yield _problem(policy, port, span.words, why, ends)


def _problem(policy: Policy, port: PolicyPort, words: str, why: str, ends: list[End]) -> Problem:
    first = ends[0]
    declared = ", ".join(own.words for own in pod_ports(first.pod)) or "no port"
    message = f"{words} is no port of {first.slug!r}, which declares {declared}"
    related = tuple((e.pod.workload, e.pod.at("containers"), "the containers") for e in ends)
    return Problem(port.port_path, message + why, policy.resource, related=related)


def _declares(end: End, span: Ports) -> bool:
    return any(
        own.protocol == span.protocol and span.first <= own.number <= span.last
        for own in pod_ports(end.pod)
        if isinstance(own.number, int)
    )


def _other_protocol(port: PolicyPort, ends: list[End]) -> str:
    """That the pods declare the port for another protocol only, "" if they do not."""
    for end in ends:
        for own in pod_ports(end.pod):
            if own.protocol == port.protocol or not isinstance(own.number, int):
                continue
            same = ports(port.protocol, own.number) == port.numbers
            if own.name == port.name if port.name else same:
                return f": the rule says {port.protocol}"
    return ""


def _of_service(port: int | str, ends: list[End], services: list[Resource]) -> str:
    """That the port is one of a Service that leads to another port of the pods, "" if it is not."""
    for service in services:
        if not any(selects(service, end.pod) for end in ends):
            continue
        for own in service_ports(service):
            if port in (own.number, own.name) and own.target != port:
                return f": it is a port of Service {service.name!r}, which leads to {own.target!r}"
    return ""


def _may_listen(end: End, span: Ports) -> bool:
    staying = [container for container in end.pod.containers if container.stays]
    return any(
        not list(container_ports(c)) or mentions(c, span.first) or mentions(c, span.last)
        for c in staying
    )
