"""Which column of a picture a box stands in, and the order in each column."""

from collections.abc import Iterable, Mapping, Sequence

from tools.report.flow_groups import Digest
from tools.report.flow_rows import Party, Row
from tools.report.picture.parts import Arrow, Box

_SWEEPS = 8


def columns_of(found: Digest) -> dict[tuple[Party, str], Box]:
    """A box for everybody, with its column and, for workloads, the band of its namespace.

    Whoever outside is only in shared rows gets none here.
    """
    rows = found.rows
    keys = [key(row.source, True) for row in rows] + [key(row.destination, False) for row in rows]
    keys += [(party, "") for party in found.workloads]
    boxes = {one: Box(one[0], one[1]) for one in dict.fromkeys(keys)}
    workloads = [party for party, side in boxes if not side]
    bands = list(dict.fromkeys(party.namespace for party in workloads))
    depths = _depths(workloads, rows)
    first = int(any(side == "in" for _, side in boxes))
    last = first + max(depths.values(), default=0) + 1
    for (party, side), box in boxes.items():
        box.column = 0 if side == "in" else last if side == "out" else first + depths[party]
        box.band = bands.index(party.namespace) if not side else len(bands) // 2
    return boxes


def key(party: Party, is_source: bool) -> tuple[Party, str]:
    """A workload once; whoever is outside once as a source and once as a destination."""
    return party, "" if party.is_workload else "in" if is_source else "out"


def _depths(workloads: Sequence[Party], rows: Sequence[Row]) -> dict[Party, int]:
    """How many calls away from the outside each workload is, back calls left out."""
    inner = [r for r in rows if r.source.is_workload and r.destination.is_workload]
    calls: dict[Party, list[Party]] = {party: [] for party in workloads}
    for row in inner:
        if row.source != row.destination:
            calls[row.source].append(row.destination)
    entered = [r.destination for r in rows if not r.source.is_workload]
    incoming = {party: sum(party in called for called in calls.values()) for party in workloads}
    outgoing = {party: len(calls[party]) for party in workloads}
    # Who is called from outside comes first, then who calls more than is called.
    ranked = sorted(
        workloads,
        key=lambda p: (p not in entered, incoming[p] - outgoing[p], workloads.index(p)),
    )
    depths: dict[Party, int] = {}
    for party in ranked:
        above = [depths[p] for p in ranked if p in depths and party in calls[p]]
        depths[party] = max(above, default=-1) + 1
    return depths


def order(columns: list[list[Box]], arrows: Iterable[Arrow]) -> None:
    """Order each column by where the neighbours stand, so that few arrows cross."""
    near: dict[int, list[Box]] = {}
    for arrow in arrows:
        for one, other in zip(arrow.via, arrow.via[1:], strict=False):
            near.setdefault(id(one), []).append(other)
            near.setdefault(id(other), []).append(one)
    for column in columns:
        for position, box in enumerate(column):
            box.weight = position
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            _sort(column, near)


def _sort(column: list[Box], near: Mapping[int, Sequence[Box]]) -> None:
    """Sort one column by the middle of each box's neighbours in other ones."""
    for box in column:
        others = [other for other in near.get(id(box), ()) if other.column != box.column]
        if others:
            box.weight = sum(other.weight for other in others) / len(others)
    column.sort(key=lambda box: (box.band, box.weight))
    for position, box in enumerate(column):
        box.weight = position - (len(column) - 1) / 2
