"""How arrows of a picture run from box to box."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tools.report.picture.parts import SLOT, Arrow, Box, Picture

Point = tuple[float, float]
_LOOP = 46


class Curve(NamedTuple):
    """A piece of an arrow: a cubic curve by its four points."""

    start: Point
    first: Point
    second: Point
    end: Point

    def at(self, t: float) -> Point:
        """The point after a part of the way."""
        u = 1 - t
        weights = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
        x, y = (sum(w * p[i] for w, p in zip(weights, self, strict=True)) for i in (0, 1))
        return x, y


def curves(made: Picture) -> dict[int, list[Curve]]:
    """The pieces of each arrow, by the arrow's identity."""
    slots = _slots(made.arrows)
    return {id(arrow): list(_pieces(arrow, slots)) for arrow in made.arrows}


def _slots(arrows: Sequence[Arrow]) -> dict[tuple[int, bool], float]:
    """The height at which each arrow meets its boxes: in the order of where it comes from."""
    sides: dict[tuple[int, str], list[tuple[float, int, bool, Box]]] = {}
    for number, arrow in enumerate(arrows):
        for is_start, box, near in (
            (True, arrow.via[0], arrow.via[1]),
            (False, arrow.via[-1], arrow.via[-2]),
        ):
            # There and back between two boxes stay beside each other.
            entry = (near.middle + number / 1000, id(arrow), is_start, box)
            sides.setdefault((id(box), arrow.side(is_start)), []).append(entry)
    found: dict[tuple[int, bool], float] = {}
    for entries in sides.values():
        entries.sort(key=lambda entry: entry[0])
        box = entries[0][3]
        step = min(SLOT, (box.height - 10) / len(entries))
        for position, (_, arrow_id, is_start, _) in enumerate(entries):
            found[arrow_id, is_start] = box.middle + step * (position - (len(entries) - 1) / 2)
    return found


def _pieces(arrow: Arrow, slots: dict[tuple[int, bool], float]) -> Iterator[Curve]:
    source, destination = arrow.via[0], arrow.via[-1]
    start_y, end_y = slots[id(arrow), True], slots[id(arrow), False]
    if arrow.is_loop:
        x, other = source.x + source.width, destination.x + destination.width
        if start_y == end_y or source is destination:
            start_y, end_y = min(start_y, end_y) - SLOT / 2, max(start_y, end_y) + SLOT / 2
        yield Curve((x, start_y), (x + _LOOP, start_y), (other + _LOOP, end_y), (other, end_y))
        return
    leave, enter = (0.0, 1.0) if arrow.backward else (1.0, 0.0)
    here: Point = (source.x + leave * source.width, start_y)
    for lane in arrow.via[1:-1]:
        there = (lane.x + enter * lane.width, lane.middle)
        yield _bow(here, there)
        here = (lane.x + leave * lane.width, lane.middle)
        yield Curve(there, there, here, here)
    yield _bow(here, (destination.x + enter * destination.width, end_y))


def _bow(start: Point, end: Point) -> Curve:
    middle = (start[0] + end[0]) / 2
    return Curve(start, (middle, start[1]), (middle, end[1]), end)
