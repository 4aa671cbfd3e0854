"""How the rows of a target become a picture."""

from collections.abc import Mapping, Sequence

from tools.report.flow_groups import Digest
from tools.report.flow_rows import Party, Row
from tools.report.picture.order import columns_of, key, order
from tools.report.picture.parts import Arrow, Box, Picture
from tools.report.picture.places import place


def picture(found: Digest) -> Picture:
    """Lay out the rows."""
    boxes = columns_of(found)
    for box in boxes.values():
        box.notes = found.notes.get(box.party, ()) if box.party else ()
    arrows = [_arrow(row, boxes) for row in found.rows]
    lanes = [box for arrow in arrows for box in arrow.via if box.party is None]
    made = Picture([*boxes.values(), *lanes], arrows)
    _count(arrows)
    columns = 1 + max((box.column for box in boxes.values()), default=0)
    by_column = [[box for box in made.boxes if box.column == c] for c in range(columns)]
    order(by_column, arrows)
    place(by_column, made, found.shared)
    return made


def _arrow(row: Row, boxes: Mapping[tuple[Party, str], Box]) -> Arrow:
    source, destination = boxes[key(row.source, True)], boxes[key(row.destination, False)]
    backward = destination.column <= source.column
    left, right = (destination, source) if backward else (source, destination)
    band = source.band if source.party and source.party.is_workload else destination.band
    lanes = [Box(None, column=column, band=band) for column in range(left.column + 1, right.column)]
    return Arrow(row, [source, *(reversed(lanes) if backward else lanes), destination], backward)


def _count(arrows: Sequence[Arrow]) -> None:
    """Tell every box how many arrows its busier side has."""
    found: dict[tuple[int, str], int] = {}
    for arrow in arrows:
        for is_start, box in ((True, arrow.via[0]), (False, arrow.via[-1])):
            where = id(box), arrow.side(is_start)
            found[where] = found.get(where, 0) + 1
            box.arrows = max(box.arrows, found[where])
