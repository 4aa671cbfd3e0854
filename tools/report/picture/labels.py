"""Where the labels of arrows find room."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tools.report.flow_rows import Row
from tools.report.picture.parts import MARKS, Arrow, Picture, shown_ports
from tools.report.picture.paths import Curve, Point

LETTER = 6.8
LINE = 15
_STEPS = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.2, 0.8)
_SAMPLES = 16
_CELL = 48


class Label(NamedTuple):
    """The rectangle of a label."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: "Label", room: float = 3) -> float:
        """The area that two rectangles share, with some room around them."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x) + room
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y) + room
        return max(0.0, width) * max(0.0, height)

    def holds(self, point: Point) -> bool:
        """Whether a point is in the rectangle."""
        x, y = point
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


def label_words(row: Row) -> list[str]:
    """The lines of a label: the ports, behind a mark for what is not as it should be."""
    first, *rest = shown_ports(row) or [""]
    return [MARKS.get(row.state, "") + first, *rest]


def labels(
    made: Picture, drawn: Mapping[int, Sequence[Curve]]
) -> Iterator[tuple[Row, list[str], Label]]:
    """A place on each arrow for its ports: off boxes and other labels, and on few other arrows."""
    taken = [Label(b.x, b.y, b.width, b.height) for b in made.boxes if b.party]
    passing = _Passing(drawn)
    for arrow in made.arrows:
        words = label_words(arrow.row)
        spots = list(_spots(arrow, drawn[id(arrow)], words))

        def cost(spot: Label, arrow: Arrow = arrow) -> float:
            covered = sum(spot.overlap(other) for other in taken)
            return covered * 10 + passing.others(spot, id(arrow)) * 40

        best = min(spots, key=cost)
        taken.append(best)
        yield arrow.row, words, best


def _spots(arrow: Arrow, pieces: Sequence[Curve], words: Sequence[str]) -> Iterator[Label]:
    gaps = pieces[::2] if len(pieces) > 1 else pieces
    width = LETTER * max(map(len, words), default=0) + 12
    height = LINE * len(words) + 4
    for t in _STEPS:
        for piece in gaps:
            x, y = piece.at(t)
            if arrow.is_loop:  # Beside the bow, so that its arrow head can be seen.
                x += width / 2 - 4
            yield Label(x - width / 2, y - height / 2, width, height)


class _Passing:
    """Points of all arrows, found by where they are."""

    def __init__(self, drawn: Mapping[int, Sequence[Curve]]) -> None:
        self._cells: dict[tuple[int, int], list[tuple[int, Point]]] = {}
        for arrow_id, pieces in drawn.items():
            for piece in pieces:
                for number in range(_SAMPLES + 1):
                    point = piece.at(number / _SAMPLES)
                    self._cells.setdefault(_cell(point), []).append((arrow_id, point))

    def others(self, spot: Label, own: int) -> int:
        """How many other arrows run below a label."""
        first = _cell((spot.x, spot.y))
        last = _cell((spot.x + spot.width, spot.y + spot.height))
        return len(
            {
                arrow_id
                for column in range(first[0], last[0] + 1)
                for line in range(first[1], last[1] + 1)
                for arrow_id, point in self._cells.get((column, line), ())
                if arrow_id != own and spot.holds(point)
            }
        )


def _cell(point: Point) -> tuple[int, int]:
    return int(point[0] // _CELL), int(point[1] // _CELL)
