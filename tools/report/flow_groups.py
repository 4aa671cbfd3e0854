"""Rows told once: workloads whose traffic is alike, and what a whole namespace may do.

Without policies everything flows, and forty workloads make sixteen hundred rows. Nothing is left
out here: a group names its members, and each row of it holds for every one of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tools.report.flow_rows import Party, Row

FEWEST = 3
"""The least number of workloads that are told together."""


@dataclass(frozen=True)
class Note:
    """A row that one box tells: of a workload with all of its namespace, or with itself.

    `who` are the others in words, with an arrow: `← all here`; `ends` are all workloads of it.
    """

    who: str
    row: Row
    ends: tuple[Party, ...]


@dataclass
class Digest:
    """Rows between workloads, groups and the outside, and who has none at all.

    `notes` are rows of one workload with its whole namespace, or with itself; `shared` are rows
    with somebody outside that are alike for all workloads of a namespace, one list for each.
    """

    rows: list[Row]
    silent: list[Party]
    notes: dict[Party, list[Note]] = field(default_factory=dict)
    shared: list[list[Row]] = field(default_factory=list)

    @property
    def workloads(self) -> list[Party]:
        """Every workload, and every group."""
        rows = [*self.rows, *(row for alike in self.shared for row in alike)]
        ends = [party for row in rows for party in (row.source, row.destination)]
        noted = [end for notes in self.notes.values() for note in notes for end in note.ends]
        return [p for p in dict.fromkeys([*ends, *noted, *self.silent]) if p.is_workload]


def digest(rows: Sequence[Row], silent: Sequence[Party]) -> Digest:
    """The rows with groups, and with what is common to a namespace as notes."""
    members = groups(rows)
    together = grouped(rows, members)
    found = Digest(together, list(_quiet(silent)))
    for inward in (True, False):
        found.rows = _with_all(found, inward)
    for row in found.rows:
        if row.source == row.destination:
            who = "↻ each other" if row.source.members else "↻ its own pods"
            found.notes.setdefault(row.source, []).append(Note(who, row, (row.source,)))
    found.rows = [row for row in found.rows if row.source != row.destination]
    found.shared = _shared(found)
    common = {id(row) for alike in found.shared for row in alike}
    found.rows = [row for row in found.rows if id(row) not in common]
    return found


def _shared(found: Digest) -> list[list[Row]]:
    alike: dict[tuple[object, ...], list[Row]] = {}
    for row in found.rows:
        inward = row.destination.is_workload
        if inward != row.source.is_workload:
            own, other = (row.destination, row.source) if inward else (row.source, row.destination)
            what = own.namespace, other, inward, row.state, tuple(row.port_list)
            alike.setdefault(what, []).append(row)
    workloads = found.workloads
    many = {space: sum(p.namespace == space for p in workloads) for space, *_ in alike}
    return [rows for (space, *_), rows in alike.items() if len(rows) == many[space] > 1]


def groups(rows: Sequence[Row], by_policy: bool = False) -> dict[Party, Party]:
    """The group of each workload that has one: same namespace, and the same rows with everybody.

    With `by_policy` also the same policies have to open them. Between two members of a group
    everything flows that flows from one to itself, since otherwise their rows differ.
    """
    traffic: dict[Party, set[tuple[object, ...]]] = {}
    for row in rows:
        policies = tuple(opened.policy for opened in row.opened) if by_policy else ()
        what = row.state, tuple(row.port_list), policies
        for own, other, inward in (
            (row.source, row.destination, False),
            (row.destination, row.source, True),
        ):
            if own.is_workload:
                traffic.setdefault(own, set()).add((inward, other, *what))
    alike: dict[object, list[Party]] = {}
    for party, found in traffic.items():
        alike.setdefault((party.namespace, frozenset(found)), []).append(party)
    return {
        party: _group(parties)
        for parties in alike.values()
        if len(parties) >= FEWEST
        for party in parties
    }


def _quiet(silent: Iterable[Party]) -> Iterator[Party]:
    spaces: dict[str, list[Party]] = {}
    for party in silent:
        spaces.setdefault(party.namespace, []).append(party)
    for parties in spaces.values():
        yield from [_group(parties)] if len(parties) >= FEWEST else parties


def _group(parties: Sequence[Party]) -> Party:
    first = parties[0]
    kinds = {party.kind for party in parties}
    return Party(
        f"{first.name} and {len(parties) - 1} more",
        kinds.pop() if len(kinds) == 1 else "workloads",
        first.namespace,
        tuple(party.name for party in parties),
    )


def grouped(rows: Iterable[Row], members: Mapping[Party, Party]) -> list[Row]:
    """The rows with groups instead of their members."""
    found: dict[tuple[Party, Party, str], Row] = {}
    for row in rows:
        source = members.get(row.source, row.source)
        destination = members.get(row.destination, row.destination)
        known = found.setdefault(
            (source, destination, row.state),
            replace(row, source=source, destination=destination, opened=[], through=[], count=0),
        )
        known.opened = list(dict.fromkeys([*known.opened, *row.opened]))
        known.through = list(dict.fromkeys([*known.through, *row.through]))
        known.count += row.count
    return list(found.values())


def _with_all(found: Digest, inward: bool) -> list[Row]:
    """The rows without those that one party has with all of its namespace: they become notes."""
    ends = [party for row in found.rows for party in (row.source, row.destination)]
    spaces: dict[str, set[Party]] = {}
    for party in [*ends, *found.silent]:
        if party.is_workload:
            spaces.setdefault(party.namespace, set()).add(party)
    alike: dict[tuple[Party, str, tuple[str, ...]], list[Row]] = {}
    for row in found.rows:
        own, other = (row.destination, row.source) if inward else (row.source, row.destination)
        if own.is_workload and other.is_workload and own.namespace == other.namespace:
            alike.setdefault((own, row.state, tuple(row.port_list)), []).append(row)
    gone: set[int] = set()
    for (own, _, _), rows in alike.items():
        others = {row.source if inward else row.destination for row in rows}
        rest = spaces[own.namespace] - {own}
        if len(rest) >= FEWEST and rest <= others:
            row = replace(rows[0], count=sum(row.count for row in rows))
            who = f"{'←' if inward else '→'} all{'' if own in others else ' others'} here"
            about = (own, *sorted(rest, key=lambda party: party.name))
            found.notes.setdefault(own, []).append(Note(who, row, about))
            gone.update(map(id, rows))
    return [row for row in found.rows if id(row) not in gone]
