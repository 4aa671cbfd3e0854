"""The traffic of a target as rows: who connects to whom, where, and what lets it pass."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from tools.kubernetes.reference import Via
from tools.kubernetes.resource import Resource
from tools.kubernetes.traffic.ends import End, Outsider, Region
from tools.kubernetes.traffic.entrances import Entrance, entrances
from tools.kubernetes.traffic.opening import Exit, Opening
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.spans import IPV4, IPV6, NOTHING, Spans, blocks, each_port, port_words
from tools.kubernetes.traffic.words import FEW, region_words
from tools.rules.flows import Comparison, Extra
from tools.rules.target import Target
from tools.source.place import Place

DECLARED, EXTRA, MISSING, OPEN, MAYBE = "declared", "extra", "missing", "open", "maybe"
"""What a row is: a declared flow, one that is not, one that does not pass; without declared flows
simply open; or for the cluster to decide."""


@dataclass(frozen=True)
class Party:
    """One end of a row: a workload, with its kind and namespace, or somebody outside (kind "").

    A group of workloads names its `members`.
    """

    name: str
    kind: str = ""
    namespace: str = ""
    members: tuple[str, ...] = ()

    @property
    def is_workload(self) -> bool:
        return bool(self.kind)


@dataclass(frozen=True)
class Opened:
    """What lets a flow pass on one side: a policy with its place, "" where none restricts."""

    direction: str
    policy: str
    place: Place | None


@dataclass
class Row:
    """One flow with its ports. `through` are the Services and Ingresses that lead there.

    `count` is how many rows it stands for.
    """

    source: Party
    destination: Party
    state: str
    ports: Spans
    names: set[tuple[str, str]] = field(default_factory=set)
    opened: list[Opened] = field(default_factory=list)
    through: list[str] = field(default_factory=list)
    count: int = 1

    @property
    def section(self) -> int:
        """0 from outside, 1 between workloads, 2 to outside."""
        return self.source.is_workload + (not self.destination.is_workload)

    @property
    def port_list(self) -> list[str]:
        """`TCP 80`, one entry for each span of ports."""
        if words := port_words(self.ports):
            listed = [words] if words == "every port" else [p.words for p in each_port(self.ports)]
        else:
            listed = []
        return [*listed, *(f"{protocol} {name}" for protocol, name in sorted(self.names))]


class FlowRows:
    """The rows of one target, in the order of its workloads."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.matrix = target.traffic
        self.comparison = Comparison(self.matrix, target.facts)
        self._rows: dict[tuple[Party, Party, str], Row] = {}

    @cached_property
    def rows(self) -> list[Row]:
        """Every row: from outside, between workloads, to outside."""
        for end in self.matrix.ends:
            for way in self.matrix.exits(end, Direction.INGRESS):
                self._outside(way)
        self._between()
        for end in self.matrix.ends:
            for way in self.matrix.exits(end, Direction.EGRESS):
                self._outside(way)
        self._missing()
        return sorted(self._rows.values(), key=lambda row: row.section)

    @cached_property
    def silent(self) -> list[Party]:
        """The workloads that are in no row: nothing may connect to them, nor they to anything."""
        seen = {party for row in self.rows for party in (row.source, row.destination)}
        return [party for party in map(self.party, self.matrix.ends) if party not in seen]

    def party(self, end: End) -> Party:
        """The pods of a workload as an end of rows."""
        ref = end.pod.workload.ref
        return Party(ref.name, ref.kind, ref.namespace)

    @cached_property
    def entrances(self) -> list[Entrance]:
        """The Services and Ingresses that lead in from outside."""
        target = self.target
        backends = target.references.via(Via.BACKEND)
        found = [(reference, target.references.resolve(reference)) for reference in backends]
        return list(entrances(target.resources.of_kind("Service"), self.matrix.ends, found))

    def _row(self, source: Party, destination: Party, state: str) -> Row:
        key = source, destination, state
        if key not in self._rows:
            self._rows[key] = Row(source, destination, state, NOTHING)
        return self._rows[key]

    def _between(self) -> None:
        extras = {
            (e.end, e.other) if e.direction is Direction.EGRESS else (e.other, e.end): e.ports
            for e in self._extras
            if isinstance(e.other, End)
        }
        for flow in self.matrix.flows:
            extra = extras.get((flow.source, flow.destination), NOTHING)
            ends = self.party(flow.source), self.party(flow.destination)
            named = flow.destination.named
            for state, spans in (
                (self._good, flow.ports.minus(extra)),
                (EXTRA, flow.ports.intersection(extra)),
                (MAYBE, flow.possible),
            ):
                if spans:
                    row = self._row(*ends, state)
                    row.ports = row.ports.union(spans)
                    for direction, sides in (
                        (Direction.EGRESS, flow.leaving),
                        (Direction.INGRESS, flow.entering),
                    ):
                        used = [o for o in sides if o.ports(named).intersection(spans)]
                        self._note(row, direction, used)

    @cached_property
    def _extras(self) -> list[Extra]:
        return list(self.comparison.extra()) if self.comparison.concerned else []

    @property
    def _good(self) -> str:
        return DECLARED if self.comparison.concerned else OPEN

    def _note(self, row: Row, direction: Direction, openings: Iterable[Opening]) -> None:
        for opening in openings:
            policy = opening.policy.resource if opening.policy else None
            place = self._place(policy, opening) if policy else None
            noted = Opened(direction.field, policy.name if policy else "", place)
            if noted not in row.opened:
                row.opened.append(noted)

    def _place(self, policy: Resource, opening: Opening) -> Place | None:
        trace = self.target.trace
        return trace.locate(policy, opening.path).place if trace else None

    def _outside(self, way: Exit) -> None:
        """What is open between a workload and somebody outside; what is not declared apart."""
        if not (self.comparison.concerned and way.opening.certain):
            self._add(way, MAYBE if self.comparison.concerned or not way.opening.certain else OPEN)
            return
        for other, wanted in self.comparison.outsiders(way):
            names = {n for n in way.names if n in other.ports and not other.ports[n].minus(wanted)}
            part = way._replace(ports=way.ports.intersection(wanted), names=frozenset(names))
            addresses = way.region.addresses.intersection(other.addresses)
            if self.matrix.admits(way.opening, other):
                self._add(part, DECLARED, Party(other.name))
            elif addresses:
                self._add(part, DECLARED, Party(_part_of(other, addresses)))
        for extra in self._extras:
            mine = extra.opening is way.opening and extra.end is way.end
            if mine and isinstance(extra.other, Region):
                part = way._replace(region=extra.other, ports=extra.ports, names=extra.names)
                self._add(part, EXTRA)

    def _add(self, way: Exit, state: str, other: Party | None = None) -> None:
        if not (way.ports or way.names):
            return
        own = self.party(way.end)
        other = other or Party(region_words(way.region, self.matrix.outsiders))
        inward = way.direction is Direction.INGRESS
        row = self._row(*((other, own) if inward else (own, other)), state)
        row.ports, row.names = row.ports.union(way.ports), row.names | way.names
        self._note(row, way.direction, [way.opening])
        for entrance in self.entrances if inward else ():
            if entrance.end is way.end and entrance.ports.intersection(way.ports):
                row.through = list(dict.fromkeys([*row.through, entrance.words]))

    def _missing(self) -> None:
        if not self.comparison.concerned:
            return
        for missing in self.comparison.missing():
            one = missing.declared
            if missing.certain:
                ends = (self._named(one.source), self._named(one.destination))
                row = self._row(*ends, MISSING)
                row.ports = row.ports.union(one.ports)

    def _named(self, who: End | Outsider) -> Party:
        return self.party(who) if isinstance(who, End) else Party(who.name)


def _part_of(other: Outsider, addresses: Spans) -> str:
    """Some addresses of somebody: `part of internet: 20.0.0.0/9`; their family if they are many."""
    listed = blocks(addresses)
    if len(listed) <= FEW:
        return f"part of {other.name}: {', '.join(listed)}"
    families = [
        name for name, all_of in (("IPv4", IPV4), ("IPv6", IPV6)) if all_of.intersection(addresses)
    ]
    return f"part of {other.name} ({', '.join(families)})"
