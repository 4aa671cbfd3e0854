"""The policies let pass exactly the connections that are declared: no flow missing, none besides.

Each policy may be right by itself and the whole wrong: one side of a connection is opened and the
other forgotten, a port is left open after the program that used it is gone, `from: []` was meant
for nobody and is for everybody. What passes is computed here from all policies of the target
together, and compared with the flows that `policies.yaml` declares in `facts.flows`, both ways.

A connection between two pods needs the egress of its source and the ingress of its destination;
ports are those of the destination's pods. Ends of flows are workloads, peers that
`facts.peers` declares (addresses, or pods with their labels), or known everywhere: `internet` (all
public addresses; those of IPv4 or of IPv6 are enough), `cluster-dns`, `ingress-controller`. A
workload may be named with its namespace (`shop/web`); workloads of one name are else meant each
with its neighbours. A peer with all addresses (`0.0.0.0/0`) also stands for the pods that a rule
for everybody lets in. Namespaces that have pods in the target are taken to have no others.

A missing flow is found at the field of the policy that should open it, an extra one at each peer
or port that does. Also found is an Ingress, NodePort, LoadBalancer or `externalIPs` that leads to a
port which the policies open to nobody outside (nor, for an Ingress, to pods of the target that may
be its controller).

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
_FEW = 4


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Open or shut it in the policy, or declare it in facts.flows.",
    defers_to=["network-dns-allowed", "network-policy-port-matches"],
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
    missing = list(comparison.missing())
    yield from (_missing(one, target) for one in missing)
    yield from _extras(comparison, target)
    yield from _unsure(comparison)
    told = [(one.end, one.declared.ports) for one in missing if one.direction is Direction.INGRESS]
    for entrance in _entrances(target):
        if not any(end is entrance.end and entrance.ports == ports for end, ports in told):
            yield from _shut(entrance, target)


def _misspelt(comparison: "Comparison", target: Target) -> Iterator[SourceProblem | Unjudged]:
    for index, field, name in comparison.unknown:
        near = closest(name.rpartition("/")[2], comparison.names, _NEAR)
        place = target.fact_place("flows", index, field)
        if near and place:
            yield SourceProblem(place, f"no workload or peer is called {name!r}", f"Write {near}.")
        elif comparison.is_half_known(index):
            yield Unjudged(f"no workload or peer of a flow is called {name!r} here", place=place)


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
    from tools.rules.flow_words import opening_remedy

    related = ((missing.end.pod.workload, ("metadata", "name"), "its pods are restricted by it"),)
    message, remedy = f"{message}: {found.words}", opening_remedy(missing, found)
    return Problem(found.path, message, found.policy.resource, remedy, related=related)


def _extras(comparison: "Comparison", target: Target) -> Iterator[Problem]:
    """One problem for each field that opens something, with everything that it opens."""
    from tools.rules.flow_places import opened_at
    from tools.rules.flow_words import declaring_remedy, extra_words

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
        words = list(
            dict.fromkeys(extra_words(extra, target.traffic.outsiders) for extra in extras)
        )
        more = f"; and {len(words) - _FEW} more" if len(words) > _FEW else ""
        message = f"opens what no flow declares: {'; '.join(words[:_FEW])}{more}"
        remedy = declaring_remedy(first, comparison)
        yield Problem(path, message, resource, remedy, related=tuple(_besides(extras)))


def _besides(extras: list["Extra"]) -> Iterator[tuple[Resource, FieldPath, str]]:
    """What opens the other side, and what opens the same besides."""
    noted = [(extra.counterpart, "opens the other side") for extra in extras]
    noted += [(opening, "opens it too") for extra in extras for opening in extra.also]
    seen = set()
    for opening, words in noted:
        if opening and opening.policy:
            key = id(opening.policy), opening.path, words
            if key not in seen:
                yield opening.policy.resource, opening.path, words
            seen.add(key)


def _unsure(comparison: "Comparison") -> Iterator[Unjudged]:
    from tools.rules.flow_doubts import doubts

    for resource, path, words in doubts(comparison):
        reason = f"whether it opens what no flow declares, {words}, is for the cluster to say"
        yield Unjudged(reason, resource, path)


def _entrances(target: Target) -> Iterator["Entrance"]:
    from tools.kubernetes.traffic.entrances import entrances

    services = target.resources.of_kind("Service")
    found = target.references.via(Via.BACKEND)
    backends = [(reference, target.references.resolve(reference)) for reference in found]
    return entrances(services, target.traffic.ends, backends)


def _shut(entrance: "Entrance", target: Target) -> Iterator[Problem]:
    matrix = target.traffic
    ways = list(matrix.exits(entrance.end, Direction.INGRESS))
    if not entrance.ports or any(way.ports.intersection(entrance.ports) for way in ways):
        return
    if entrance.resource.kind != "Service" and _has_controller(entrance, target):
        return
    words = f"{entrance.words} leads to {entrance.end.slug} ({port_words(entrance.ports)})"
    message = f"{words}, which policies let nobody outside connect to"
    yield Problem(entrance.path, message, entrance.resource)


def _has_controller(entrance: "Entrance", target: Target) -> bool:
    """Whether pods of the target that are reached from outside may connect to it themselves."""
    matrix = target.traffic
    for end in matrix.ends:
        flow = matrix.flow(end, entrance.end)
        connects = end is not entrance.end and flow.all_ports.intersection(entrance.ports)
        if connects and any(matrix.exits(end, Direction.INGRESS)):
            return True
    return False
