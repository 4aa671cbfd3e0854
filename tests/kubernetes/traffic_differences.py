"""Where the matrix of a random cluster and the naive evaluator do not agree, in words."""

from collections.abc import Iterator
from itertools import product

from tests.kubernetes.naive_traffic import Connection, Party, connects
from tests.kubernetes.random_traffic import HOSTS, NAMESPACES, POD_NETWORK, Cluster
from tools.kubernetes.traffic.ends import End, Outsider
from tools.kubernetes.traffic.label_sets import NAME_LABEL, NAMESPACE, POD, passes
from tools.kubernetes.traffic.opening import Exit
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.spans import addresses, ports

PROBES = [
    (protocol, port) for protocol in ("TCP", "UDP", "SCTP") for port in (1, 53, 80, 81, 443, 65535)
]
OURS = set(NAMESPACES)
POD_ADDRESSES = addresses(POD_NETWORK)


def told(made: Cluster, *what: object) -> str:
    return f"TRAFFIC_SEED={made.seed} TRAFFIC_CASES=1: {what}\n{made.policies}"


def between_pods(made: Cluster) -> Iterator[str]:
    """Where everything is known, nothing is only possible."""
    ends = list(zip(made.matrix.ends, made.parties, strict=True))
    for (end, source), (other, destination) in product(ends, repeat=2):
        flow = made.matrix.flow(end, other)
        if flow.possible:
            yield told(made, end.slug, other.slug, "possible", flow.possible)
        for protocol, port in PROBES:
            naive = connects(made.policies, Connection(source, destination, protocol, port), OURS)
            if naive != bool(flow.ports.intersection(ports(protocol, port))):
                yield told(made, source, destination, protocol, port)


def beyond_what_is_possible(made: Cluster) -> Iterator[str]:
    """What is certain passes in every world, and what passes in some world is possible."""
    for parties in made.worlds:
        ends = list(zip(made.matrix.ends, parties, strict=True))
        for (end, source), (other, destination) in product(ends, repeat=2):
            flow = made.matrix.flow(end, other)
            for protocol, port in PROBES:
                connection = Connection(source, destination, protocol, port)
                naive = connects(made.policies, connection, OURS)
                wanted = ports(protocol, port)
                sure = bool(flow.ports.intersection(wanted))
                if not sure <= naive <= bool(flow.all_ports.intersection(wanted)):
                    yield told(made, source, destination, protocol, port)


def with_strangers(made: Cluster) -> Iterator[str]:
    """One connection at a time with somebody who is not in the render."""
    for end, inner, outer in _pairs(made):
        named = {(p, name): ports(p, number) for p, name, number in outer.ports}
        for p, name, number in outer.ports:
            named[p, name] = named[p, name].union(ports(p, number))
        space = None if outer.namespace is None else {NAME_LABEL: outer.namespace}
        stranger = Outsider("stranger", space, outer.labels, addresses(outer.address), named)
        for direction in Direction:
            passed = {}
            for protocol, port in PROBES:
                ways = (outer, inner) if direction is Direction.INGRESS else (inner, outer)
                naive = connects(made.policies, Connection(*ways, protocol, port), OURS)
                passed[protocol, port] = naive
                computed = made.matrix.permits(end, direction, stranger, protocol, port)
                if computed != naive:
                    yield told(made, direction, *ways, protocol, port)
            both = ports("TCP", 80).union(ports("TCP", 443))
            together = made.matrix.permits_all(end, direction, stranger, both)
            if together != (passed["TCP", 80] and passed["TCP", 443]):
                yield told(made, direction, inner, outer, "TCP 80 and 443 together")


def at_exits(made: Cluster) -> Iterator[str]:
    """A stranger is in some region, at some port, exactly if a connection with it passes.

    And no region is one of pods in the render.
    """
    ends = zip(made.matrix.ends, made.parties, strict=True)
    for (end, inner), direction in product(ends, Direction):
        exits = list(made.matrix.exits(end, direction))
        for outer, (protocol, port) in product(_strangers(made), PROBES):
            ways = (outer, inner) if direction is Direction.INGRESS else (inner, outer)
            naive = connects(made.policies, Connection(*ways, protocol, port), OURS)
            if naive != any(_leads_to(way, outer, protocol, port) for way in exits):
                yield told(made, direction, outer, protocol, port)
        for way in exits:
            has_pods = way.region.boxes or way.region.addresses.intersection(POD_ADDRESSES)
            if way.names and not has_pods:
                yield told(made, direction, "named ports of hosts", way.names)
        for way, party in product(exits, made.parties):
            if _holds(way, party):
                yield told(made, direction, "leads outside to", party)


def _strangers(made: Cluster) -> list[Party]:
    return [*made.outside, *map(Party, HOSTS)]


def _pairs(made: Cluster) -> Iterator[tuple[End, Party, Party]]:
    for end, inner in zip(made.matrix.ends, made.parties, strict=True):
        for outer in _strangers(made):
            yield end, inner, outer


def _leads_to(way: Exit, outer: Party, protocol: str, port: int) -> bool:
    names = {(p, name) for p, name, number in outer.ports if (p, number) == (protocol, port)}
    if not (way.ports.intersection(ports(protocol, port)) or names & way.names):
        return False
    return bool(way.region.addresses.intersection(addresses(outer.address))) or _holds(way, outer)


def _holds(way: Exit, pod: Party) -> bool:
    """Whether a pod is in a region by its labels."""
    space = {**pod.namespace_labels, NAME_LABEL: pod.namespace or ""}
    return pod.namespace is not None and any(
        passes(box, NAMESPACE, space) and passes(box, POD, pod.labels) for box in way.region.boxes
    )
