"""The declared flows beside the traffic matrix: what is missing, and what else is open."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from tools.kubernetes.traffic.ends import End, Outsider, Region, nowhere
from tools.kubernetes.traffic.label_sets import all_minus
from tools.kubernetes.traffic.matrix import Matrix
from tools.kubernetes.traffic.opening import Exit, Opening
from tools.kubernetes.traffic.opening import Flow as PodFlow
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.spans import EVERY_ADDRESS, NOTHING, Spans, ports, union
from tools.rules.facts import Facts, Flow


class Declared(NamedTuple):
    """A declared flow with its ends found, each workload or somebody outside."""

    number: int
    flow: Flow
    source: End | Outsider
    destination: End | Outsider

    @property
    def ports(self) -> Spans:
        return ports(self.flow.protocol, self.flow.port, self.flow.end_port)


class Missing(NamedTuple):
    """A side of a declared flow that is shut; `certain` is False if the cluster decides."""

    declared: Declared
    end: End
    direction: Direction
    other: End | Outsider
    certain: bool


class Extra(NamedTuple):
    """Something that is open and not declared: to, or from, `other`, by an opening of `end`.

    `also` are what else opens some of it on the same side, `counterpart` is the opening of the
    other side, where there is one.
    """

    end: End
    direction: Direction
    other: End | Region
    ports: Spans
    names: frozenset[tuple[str, str]]
    opening: Opening
    counterpart: Opening | None = None
    also: tuple[Opening, ...] = ()


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
            for source, destination in _pairs(
                self._named(flow.source), self._named(flow.destination)
            )
        ]

    @cached_property
    def concerned(self) -> bool:
        """Whether any declared flow is about a workload of the target."""
        names = {name for flow in self.facts.flows for name in (flow.source, flow.destination)}
        return any(not names.isdisjoint(end.names) for end in self.matrix.ends)

    @cached_property
    def unknown(self) -> list[tuple[int, str, str]]:
        """Names of flows that nobody here has: the flow's index, the field, the name."""
        return [
            (index, field, name)
            for index, flow in enumerate(self.facts.flows)
            for field, name in (("source", flow.source), ("destination", flow.destination))
            if not self._named(name)
        ]

    def is_half_known(self, index: int) -> bool:
        """Whether one end of a flow is a workload of the target, whoever the other one is."""
        flow = self.facts.flows[index]
        ends = {flow.source, flow.destination}
        return any(not ends.isdisjoint(end.names) for end in self.matrix.ends)

    @property
    def names(self) -> set[str]:
        """Every name that a flow can use here."""
        return {*self.matrix.outsiders, *(end.pod.workload.name for end in self.matrix.ends)}

    def _named(self, name: str) -> Sequence[End | Outsider]:
        ends = [end for end in self.matrix.ends if name in end.names]
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
        if isinstance(other, Outsider):
            answer = self.matrix.permits_all(end, direction, other, declared.ports)
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
                        yield from self.outside(way)

    @cached_property
    def wanted(self) -> Mapping[tuple[End, End], Spans]:
        """The declared ports between pods of the render."""
        wanted: dict[tuple[End, End], Spans] = {}
        for one in self.declared:
            if isinstance(one.source, End) and isinstance(one.destination, End):
                pair = one.source, one.destination
                wanted[pair] = wanted.get(pair, NOTHING).union(one.ports)
        return wanted

    def _between_pods(self) -> Iterator[Extra]:
        for flow in self.matrix.flows:
            rest = flow.ports.minus(self.wanted.get((flow.source, flow.destination), NOTHING))
            if rest:
                yield from _opened(flow, rest)

    def outside(self, way: Exit) -> Iterator[Extra]:
        """What an exit opens beyond the declared flows, for each rest with all of its ports."""
        outsiders = list(self.outsiders(way))
        rests: list[tuple[Region, Spans]] = []
        for part in _parts(way.ports, [spans for _, spans in outsiders]):
            there = [other for other, spans in outsiders if not part.minus(spans)]
            _add(rests, self.without(way.region, there), part)
        for rest, found in rests:
            yield Extra(way.end, way.direction, rest, found, frozenset(), way.opening)
        for name in sorted(way.names):
            there = [
                o for o, spans in outsiders if name in o.ports and not o.ports[name].minus(spans)
            ]
            if rest := self.without(Region(way.region.boxes), there):
                yield Extra(way.end, way.direction, rest, NOTHING, frozenset({name}), way.opening)

    def without(self, region: Region, outsiders: Sequence[Outsider]) -> Region:
        """What of a region is nobody of these, nor nowhere.

        Whoever has all addresses that there are is everybody, pods included.
        """
        within = union(other.addresses for other in outsiders)
        rest = region.addresses.minus(within).minus(nowhere())
        if region.addresses == EVERY_ADDRESS and self.matrix.holds_pods(within):
            return Region((), rest)
        boxes = [box for other in outsiders for box in other.region.boxes]
        return Region(tuple(all_minus(region.boxes, boxes)), rest)

    def outsiders(self, way: Exit) -> Iterator[tuple[Outsider, Spans]]:
        """Who is declared to connect this way, with the ports."""
        for one in self.declared:
            ends = one.source, one.destination
            own, other = ends if way.direction is Direction.EGRESS else reversed(ends)
            if own is way.end and isinstance(other, Outsider):
                yield other, one.ports


def _pairs(
    sources: Sequence[End | Outsider], destinations: Sequence[End | Outsider]
) -> list[tuple[End | Outsider, End | Outsider]]:
    """The two ends that a flow means, of all that have its names.

    Workloads of one name in several namespaces are meant each with its neighbours; where there is
    no such pair, a workload of another namespace is.
    """
    found = [
        (source, destination)
        for source in sources
        for destination in destinations
        if isinstance(source, End) or isinstance(destination, End)
    ]
    return [pair for pair in found if _are_neighbours(*pair)] or found


def _are_neighbours(source: End | Outsider, destination: End | Outsider) -> bool:
    ends = [end for end in (source, destination) if isinstance(end, End)]
    return len({end.namespace for end in ends}) == 1


def _opened(flow: PodFlow, rest: Spans) -> Iterator[Extra]:
    """What opens the rest of a flow: each policy of the destination that has a part in it.

    The source's, if nothing restricts the destination.
    """
    named = flow.destination.named
    sides = [
        (flow.destination, Direction.INGRESS, flow.source, flow.entering, flow.leaving),
        (flow.source, Direction.EGRESS, flow.destination, flow.leaving, flow.entering),
    ]
    restricted = (side for side in sides if any(o.policy and o.certain for o in side[3]))
    end, way, other, own, across = next(restricted, sides[0])
    here = sorted(own, key=lambda opening: not opening.certain)
    for number, opening in enumerate(here):
        part = rest.intersection(opening.ports(named))
        if not part:
            continue
        counterpart = next(o for o in across if o.ports(named).intersection(part))
        also = tuple(o for o in here[number + 1 :] if o.ports(named).intersection(part))
        yield Extra(end, way, other, part, frozenset(), opening, counterpart, also)
        rest = rest.minus(part)


def _parts(spans: Spans, declared: Sequence[Spans]) -> list[Spans]:
    """A set of ports cut into those that no flow names, and each that one does."""
    found = [spans.minus(union(declared)), *(spans.intersection(one) for one in declared)]
    return list(dict.fromkeys(part for part in found if part))


def _add(rests: list[tuple[Region, Spans]], rest: Region, part: Spans) -> None:
    for index, (known, spans) in enumerate(rests):
        if known == rest:
            rests[index] = (known, spans.union(part))
            return
    if rest:
        rests.append((rest, part))
