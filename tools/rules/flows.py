"""The declared flows beside the traffic matrix: what is missing, and what else is open."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from tools.kubernetes.resource import Resource
from tools.kubernetes.traffic.ends import End, Outsider, Region, nowhere
from tools.kubernetes.traffic.label_sets import all_minus
from tools.kubernetes.traffic.matrix import Matrix
from tools.kubernetes.traffic.opening import Exit, Opening
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.spans import NOTHING, Spans, ports, union
from tools.rules.facts import Facts, Flow
from tools.source.place import FieldPath


class Declared(NamedTuple):
    """A declared flow with its ends found, each workload or somebody outside."""

    number: int
    flow: Flow
    source: End | Outsider
    destination: End | Outsider

    @property
    def ports(self) -> Spans:
        return ports(self.flow.protocol, self.flow.port)


class Missing(NamedTuple):
    """A side of a declared flow that is shut; `certain` is False if the cluster decides."""

    declared: Declared
    end: End
    direction: Direction
    other: End | Outsider
    certain: bool


class Extra(NamedTuple):
    """Something that is open and not declared: to, or from, `other`, by an opening of `end`.

    `counterpart` is the opening of the other side, where there is one.
    """

    end: End
    direction: Direction
    other: End | Region
    ports: Spans
    names: frozenset[tuple[str, str]]
    opening: Opening
    counterpart: Opening | None = None


class Comparison:
    """Flows that `policies.yaml` declares, compared with what the policies of a target do."""

    def __init__(self, matrix: Matrix, facts: Facts) -> None:
        self.matrix = matrix
        self.facts = facts

    @cached_property
    def declared(self) -> list[Declared]:
        """The declared flows of which both ends are known here, and one is a workload."""
        return [
            Declared(number, flow, source, destination)
            for number, flow in enumerate(self.facts.flows)
            for source in self._named(flow.source)
            for destination in self._named(flow.destination)
            if _is_pair(source, destination)
        ]

    @cached_property
    def concerned(self) -> bool:
        """Whether any declared flow is about a workload of the target."""
        names = {name for flow in self.facts.flows for name in (flow.source, flow.destination)}
        return any(names & {end.slug, end.pod.workload.name} for end in self.matrix.ends)

    @cached_property
    def unknown(self) -> list[tuple[int, str, str]]:
        """Names of flows that nobody here has: the flow's index, the field, the name."""
        return [
            (index, field, name)
            for index, flow in enumerate(self.facts.flows)
            for field, name in (("source", flow.source), ("destination", flow.destination))
            if not self._named(name)
        ]

    @property
    def names(self) -> set[str]:
        """Every name that a flow can use here."""
        return {*self.matrix.outsiders, *(end.pod.workload.name for end in self.matrix.ends)}

    def _named(self, name: str) -> Sequence[End | Outsider]:
        ends = [e for e in self.matrix.ends if name in (e.slug, e.pod.workload.name)]
        if ends:
            return ends
        return [self.matrix.outsiders[name]] if name in self.matrix.outsiders else []

    def missing(self) -> Iterator[Missing]:
        """The sides of declared flows that are shut."""
        for declared in self.declared:
            source, destination = declared.source, declared.destination
            if isinstance(source, End):
                yield from self._shut(declared, source, Direction.EGRESS, destination)
            if isinstance(destination, End):
                yield from self._shut(declared, destination, Direction.INGRESS, source)

    def _shut(
        self, declared: Declared, end: End, direction: Direction, other: End | Outsider
    ) -> Iterator[Missing]:
        flow = declared.flow
        if isinstance(other, Outsider):
            answer = self.matrix.permits(end, direction, other, flow.protocol, flow.port)
        else:
            _, sure, possible = self.matrix.opened(end, direction, other)
            is_open, may_be = (not declared.ports.minus(found) for found in (sure, possible))
            answer = True if is_open else None if may_be or other.in_host_network else False
        if answer is not True:
            yield Missing(declared, end, direction, other, answer is False)

    def extra(self) -> Iterator[Extra]:
        """What is open for certain and not declared."""
        yield from self._between_pods()
        for end in self.matrix.ends:
            for direction in Direction:
                for way in self.matrix.exits(end, direction):
                    if way.opening.certain:
                        yield from self._outside(way)

    def _between_pods(self) -> Iterator[Extra]:
        wanted: dict[tuple[End, End], Spans] = {}
        for one in self.declared:
            if isinstance(one.source, End) and isinstance(one.destination, End):
                pair = one.source, one.destination
                wanted[pair] = wanted.get(pair, NOTHING).union(one.ports)
        for flow in self.matrix.flows:
            rest = flow.ports.minus(wanted.get((flow.source, flow.destination), NOTHING))
            if not rest:
                continue
            named = flow.destination.named
            entering = [o for o in flow.entering if rest.intersection(o.ports(named))]
            leaving = [o for o in flow.leaving if rest.intersection(o.ports(named))]
            sides = [
                (flow.destination, Direction.INGRESS, flow.source, entering[0], leaving[0]),
                (flow.source, Direction.EGRESS, flow.destination, leaving[0], entering[0]),
            ]
            end, way, other, own, counterpart = next((s for s in sides if s[3].policy), sides[0])
            yield Extra(end, way, other, rest, frozenset(), own, counterpart)

    def _outside(self, way: Exit) -> Iterator[Extra]:
        """What an exit opens beyond the declared flows, for each rest with all of its ports."""
        outsiders = list(self.outsiders(way))
        rests: list[tuple[Region, Spans]] = []
        for part in _parts(way.ports, [spans for _, spans in outsiders]):
            there = [other for other, spans in outsiders if not part.minus(spans)]
            _add(rests, _without(way.region, there), part)
        for rest, found in rests:
            yield Extra(way.end, way.direction, rest, found, frozenset(), way.opening)
        for name in sorted(way.names):
            there = [
                o for o, spans in outsiders if name in o.ports and not o.ports[name].minus(spans)
            ]
            if rest := _without(Region(way.region.boxes), there):
                yield Extra(way.end, way.direction, rest, NOTHING, frozenset({name}), way.opening)

    def outsiders(self, way: Exit) -> Iterator[tuple[Outsider, Spans]]:
        """Who is declared to connect this way, with the ports."""
        for one in self.declared:
            ends = one.source, one.destination
            own, other = ends if way.direction is Direction.EGRESS else reversed(ends)
            if own is way.end and isinstance(other, Outsider):
                yield other, one.ports


def _is_pair(source: End | Outsider, destination: End | Outsider) -> bool:
    """Whether two ends that have the names of a flow are meant together.

    Workloads of one name in several namespaces are: each with its neighbours.
    """
    if isinstance(source, End) and isinstance(destination, End):
        return source.namespace == destination.namespace
    return isinstance(source, End) or isinstance(destination, End)


def _parts(spans: Spans, declared: Sequence[Spans]) -> list[Spans]:
    """A set of ports cut into those that no flow names, and each that one does."""
    found = [spans.minus(union(declared)), *(spans.intersection(one) for one in declared)]
    return list(dict.fromkeys(part for part in found if part))


def _without(region: Region, outsiders: Sequence[Outsider]) -> Region:
    """What of a region is nobody of these, nor nowhere."""
    boxes = [box for other in outsiders for box in other.region.boxes]
    addresses = union(other.addresses for other in outsiders)
    rest = region.addresses.minus(addresses).minus(nowhere())
    return Region(tuple(all_minus(region.boxes, boxes)), rest)


def _add(rests: list[tuple[Region, Spans]], rest: Region, part: Spans) -> None:
    for index, (known, spans) in enumerate(rests):
        if known == rest:
            rests[index] = (known, spans.union(part))
            return
    if rest:
        rests.append((rest, part))


def opened_at(extra: Extra, comparison: Comparison) -> tuple[Resource, FieldPath]:
    """The object and the field that open something that is not declared.

    The entry of `ports` if all of the same peer is declared at other ports, else the peer.
    """
    opening = extra.opening
    if opening.policy is None or opening.rule is None:
        return extra.end.pod.workload, (*extra.end.pod.template, "metadata", "labels")
    policy = opening.policy.resource
    whole = isinstance(extra.other, End) or extra.other == _without(
        comparison.matrix.region(opening), ()
    )
    if opening.rule.ports is None or not whole or not _is_wanted(extra, comparison):
        return policy, opening.path
    named = _destination(extra).named if isinstance(extra.other, End) else {}
    for port in opening.rule.ports:
        key = port.protocol, port.name
        numbers = port.numbers.union(named.get(key, NOTHING))
        if numbers.intersection(extra.ports) or key in extra.names:
            return policy, port.path
    return policy, opening.path


def _destination(extra: Extra) -> End:
    other = extra.other
    assert isinstance(other, End)
    return other if extra.direction is Direction.EGRESS else extra.end


def _is_wanted(extra: Extra, comparison: Comparison) -> bool:
    """Whether some declared flow passes by the same opening."""
    opening, matrix = extra.opening, comparison.matrix
    for one in comparison.declared:
        ends = one.source, one.destination
        own, other = ends if extra.direction is Direction.EGRESS else reversed(ends)
        if own is not extra.end:
            continue
        if isinstance(other, End):
            is_met = other is extra.other
        else:
            is_met = not isinstance(extra.other, End) and matrix.admits(opening, other) is True
        if is_met:
            return True
    return False
