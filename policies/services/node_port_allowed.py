"""A node port is the one that is declared for its Service, and no other Service has it.

Whoever reaches a NodePort from outside (a browser, a firewall, a load balancer in front of the
nodes) knows it by number. A number that nobody wrote down is drawn by the cluster and another one
after the Service is made anew; one that was written down wrong leads nowhere, or to the neighbour.
A number that two Services claim is given to the first, and the API server refuses the second.

`nodePorts` of the options declares the numbers by the name of the Service, per environment:
`{web: [30080]}`. Then each Service has to state exactly those, and one that is not declared may be
no NodePort and state none. If no numbers are declared for any, two things are still found: a number
that two Services have, and one outside of the `range`, which the API server refuses (30000 to
32767 unless the cluster was set up with another). The node ports of a LoadBalancer may be drawn,
because nobody needs to know them, unless they are declared. Services of other targets cannot be
seen.

https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

TYPE = ("spec", "type")


class Range(RuleOptions):
    first: int = 30000
    """The lowest node port."""
    last: int = 32767
    """The highest node port."""


class Options(RuleOptions):
    """Which node ports there are."""

    node_ports: dict[str, tuple[int, ...]] | None = None
    """The numbers by name of the Service; undeclared, any. An empty map allows none."""
    range: Range = Range()
    """What the cluster gives out (`--service-node-port-range` of the API server)."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Service",),
    remedy="State the number that policies.yaml declares for this Service, or declare this one.",
    defers_to=["service-type-allowed"],
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem]:
    taken: dict[int, tuple[Resource, FieldPath]] = {}
    for service in target.resources.of_kind("Service"):
        if service.ref.group:
            continue
        if options.node_ports is not None:
            own = options.node_ports.get(service.name, ())
            problems = list(_undeclared(service, own) if own else _none_declared(service))
            yield from problems
            if problems:
                continue
        for path, number in _stated(service):
            owner, place = taken.setdefault(number, (service, path))
            if owner.ref != service.ref:
                message = f"node port {number} is taken by Service {owner.name!r}"
                related = ((owner, place, "the other Service"),)
                yield Problem(path, message, service, "Choose another number.", related)
            elif not options.range.first <= number <= options.range.last:
                bounds = f"{options.range.first} to {options.range.last}"
                message = f"node port {number} is not in the range of the cluster, {bounds}"
                yield Problem(path, message, service, "Choose a number of the range.")


def _stated(service: Resource) -> Iterator[tuple[FieldPath, int]]:
    """The node ports that a Service states; 0 leaves the choice to the cluster."""
    for path, port in service.maps("spec", "ports"):
        number = port.get("nodePort")
        if isinstance(number, int) and not isinstance(number, bool) and number:
            yield (*path, "nodePort"), number


def _none_declared(service: Resource) -> Iterator[Problem]:
    """A Service with node ports of which policies.yaml says nothing."""
    if service.get("spec", "type") == "NodePort":
        yield Problem(TYPE, "no node port is declared for this NodePort Service", service)
        return
    for path, number in _stated(service):
        yield Problem(path, f"node port {number} is declared nowhere", service)


def _undeclared(service: Resource, own: tuple[int, ...]) -> Iterator[Problem]:
    """Where a Service differs from the numbers that are declared for it."""
    instead = " or ".join(map(str, own))
    stated = dict(_stated(service))
    for path, number in stated.items():
        if number not in own:
            yield Problem(path, f"node port {number} instead of {instead}", service)
    lacking = not set(own) <= set(stated.values())
    kind = service.get("spec", "type")
    if kind == "NodePort" or (kind == "LoadBalancer" and lacking):
        for path, port in service.maps("spec", "ports"):
            if not port.get("nodePort"):
                message = f"the cluster draws the node port of port {port.get('port')!r}"
                yield Problem((*path, "nodePort"), f"{message}; declared is {instead}", service)
    elif lacking and not stated:
        message = f"node port {instead} is declared, and the Service has none"
        remedy = "Write `type: NodePort` and the number, or take it out of policies.yaml."
        yield Problem(TYPE, message, service, remedy)
