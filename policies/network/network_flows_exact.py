"""The policies let pass exactly the connections that are declared: no flow missing, none besides.

Each policy may be right by itself and the whole wrong: one side of a connection is opened and the
other forgotten, a port is left open after the program that used it is gone, `from: []` was meant
for nobody and is for everybody. What passes is computed here from all policies of the target
together, and compared with the flows that `policies.yaml` declares in `facts.flows`, both ways.

A connection between two pods needs the egress of its source and the ingress of its destination;
ports are those of the destination's pods. Ends of flows are workloads, peers that
`facts.peers` declares (addresses, or pods with their labels), or known everywhere: `internet` (all
public addresses; those of IPv4 or of IPv6 are enough), `cluster-dns`, `ingress-controller`.
Namespaces that have pods in the target are taken to have no others. A missing flow is found at the
field of the policy that should open it, an extra one at the peer or port that does. Also found is
an Ingress, NodePort or LoadBalancer that leads to a port which the policies open to nobody outside.

Without `facts.flows`, or where none is about a workload of the target, nothing is judged. Nor is
what depends on labels that no manifest shows or on addresses that pods will get
(`facts.podNetworks`, `facts.namespaceLabels`), what touches the network of nodes, targets with
policies of a network plugin, and components by themselves.

https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.kubernetes.reference import Via
from tools.kubernetes.resource import Resource
from tools.kubernetes.spelling import closest
from tools.kubernetes.traffic.ends import End
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.spans import port_words
from tools.rules.rule import Judges, Problem, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target
from tools.rules.unseen import unseen_policies
from tools.source.place import FieldPath

if TYPE_CHECKING:
    from tools.kubernetes.traffic.entrances import Entrance
    from tools.rules.flows import Comparison, Extra, Missing

_NEAR = 0.8


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Open or shut it in the policy, or declare it in facts.flows.",
    defers_to=["network-dns-allowed"],
)
def check(target: Target, options: None) -> Iterator[Problem | SourceProblem | Unjudged]:
    if not target.facts.flows:
        return
    from tools.rules.flows import Comparison

    comparison = Comparison(target.traffic, target.facts)
    if not comparison.concerned:
        return
    for end in target.traffic.ends:
        if unknown := unseen_policies(target, end.namespace):
            yield Unjudged(f"what flows is not known: {unknown}", end.pod.workload)
            return
    yield from _misspelt(comparison, target)
    for missing in comparison.missing():
        yield _missing(missing, target)
    yield from _extras(comparison, target)
    for entrance in _entrances(target):
        yield from _shut(entrance, target)


def _misspelt(comparison: "Comparison", target: Target) -> Iterator[SourceProblem]:
    for index, field, name in comparison.unknown:
        near = closest(name.rpartition("/")[2], comparison.names, _NEAR)
        place = target.fact_place("flows", index, field)
        if near and place:
            yield SourceProblem(place, f"no workload or peer is called {name!r}", f"Write {near}.")


def _missing(missing: "Missing", target: Target) -> Problem | Unjudged:
    one = missing.declared
    place = target.fact_place("flows", one.number)
    where = f"{place.file}:{place.line}" if place else "facts.flows"
    source, destination = one.flow.source, one.flow.destination
    flow = f"from {source} to {destination} ({port_words(one.ports)})"
    side = f"{missing.direction.field} of {missing.end.slug}"
    if not missing.certain:
        reason = f"whether policies let pass {flow}, {side}, is for the cluster to say"
        return Unjudged(reason, missing.end.pod.workload)
    from tools.kubernetes.traffic.remedies import gap

    found = gap(target.traffic, missing.end, missing.direction, missing.other, one.ports)
    message = f"shuts {side} to the flow {flow} that {where} declares"
    if found is None:
        return Problem(("metadata", "name"), message, missing.end.pod.workload)
    related = ((missing.end.pod.workload, ("metadata", "name"), f"its {side} is restricted"),)
    return Problem(found.path, f"{message}: {found.words}", found.policy.resource, related=related)


def _extras(comparison: "Comparison", target: Target) -> Iterator[Problem]:
    """One problem for each field that opens something, with everything that it opens."""
    from tools.rules.flows import opened_at

    found: dict[tuple[int, FieldPath, Direction], tuple[Resource, list[Extra]]] = {}
    for extra in comparison.extra():
        resource, path = opened_at(extra, comparison)
        found.setdefault((id(resource), path, extra.direction), (resource, []))[1].append(extra)
    for (_, path, direction), (resource, extras) in found.items():
        first = extras[0]
        if first.opening.policy is None:
            message = (
                f"nothing restricts the {direction.field} of {first.end.slug}, which opens more"
            )
            yield Problem(path, f"{message} than the declared flows", resource)
            continue
        words = "; ".join(dict.fromkeys(_words(extra, target) for extra in extras))
        counterparts = ((e.counterpart, e) for e in extras if e.counterpart)
        related = tuple(
            (o.policy.resource, o.path, "opens the other side") for o, _ in counterparts if o.policy
        )
        yield Problem(path, f"opens what no flow declares: {words}", resource, related=related)


def _words(extra: "Extra", target: Target) -> str:
    from tools.kubernetes.traffic.words import region_words

    other = extra.other
    who = other.slug if isinstance(other, End) else region_words(other, target.traffic.outsiders)
    ends = (extra.end.slug, who) if extra.direction is Direction.EGRESS else (who, extra.end.slug)
    names = ", ".join(f"{protocol} {name!r}" for protocol, name in sorted(extra.names))
    return f"{ends[0]} to {ends[1]} ({names or port_words(extra.ports)})"


def _entrances(target: Target) -> Iterator["Entrance"]:
    from tools.kubernetes.traffic.entrances import entrances

    services = target.resources.of_kind("Service")
    found = target.references.via(Via.BACKEND)
    backends = [(reference, target.references.resolve(reference)) for reference in found]
    return entrances(services, target.traffic.ends, backends)


def _shut(entrance: "Entrance", target: Target) -> Iterator[Problem]:
    ways = target.traffic.exits(entrance.end, Direction.INGRESS)
    if entrance.ports and not any(way.ports.intersection(entrance.ports) for way in ways):
        words = f"{entrance.words} leads to {entrance.end.slug} ({port_words(entrance.ports)})"
        message = f"{words}, which policies let nobody outside connect to"
        yield Problem(entrance.path, message, entrance.resource)
