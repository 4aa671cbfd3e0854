"""The traffic of a target as a picture: where boxes stand and how arrows run, not how they look.

Boxes stand in columns: who connects from outside, the workloads in the order in which they call
each other, what is connected to outside. Where an arrow passes a column it gets a place of its own
there, so that it runs around boxes and not through them. What all workloads of a namespace share,
such as the DNS, stands below the frame of the namespace, at the end of one arrow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tools.report.flow_rows import Party, Row

BOX_HEIGHT = 56
SLOT = 14
LANE_HEIGHT = 30
GAP = 26
COLUMN_GAP = 180
MARGIN = 32
FRAME = 26
TITLE = 56
DROP = 54
_SWEEPS = 6
_LINE_LENGTH = 26
_LETTER = 8


@dataclass(eq=False)
class Box:
    """Somebody in the picture, or (without a party) the lane of an arrow that passes a column."""

    party: Party | None
    side: str = ""
    column: int = 0
    band: int = 0
    x: float = 0
    y: float = 0
    width: float = 0
    weight: float = 0
    arrows: int = 0

    @property
    def height(self) -> float:
        """High enough for the arrows of its busier side."""
        return max(BOX_HEIGHT, SLOT * self.arrows + 12) if self.party else LANE_HEIGHT

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(eq=False)
class Arrow:
    """A row, through the boxes that it runs by; `backward` from right to left."""

    row: Row
    via: list[Box]
    backward: bool = False


@dataclass
class Frame:
    """The border around the workloads of a namespace; `shared` are rows of all of them."""

    namespace: str
    shared: list[tuple[Row, Box]]
    x: float
    y: float
    width: float
    height: float


@dataclass
class Picture:
    """Boxes, arrows and frames, each with its place, and the size of it all."""

    boxes: list[Box]
    arrows: list[Arrow]
    frames: list[Frame] = field(default_factory=list)
    width: float = 0
    height: float = 0


def picture(rows: Sequence[Row]) -> Picture:
    """Lay out the rows."""
    shared = _shared(rows)
    rows = [row for row in rows if not any(row in alike for alike in shared)]
    boxes = _boxes(rows, shared)
    columns = 1 + max((box.column for box in boxes.values()), default=0)
    arrows = [_arrow(row, boxes) for row in rows]
    lanes = [box for arrow in arrows for box in arrow.via if box.party is None]
    made = Picture([*boxes.values(), *lanes], arrows)
    _count(arrows)
    by_column = [[box for box in made.boxes if box.column == c] for c in range(columns)]
    _order(by_column, arrows)
    _place(by_column, made, shared)
    return made


def _shared(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows to, or from, somebody outside that are alike for all workloads of a namespace."""
    workloads = {p for row in rows for p in (row.source, row.destination) if p.is_workload}
    alike: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        inward = row.destination.is_workload
        if inward != row.source.is_workload:
            own, other = (row.destination, row.source) if inward else (row.source, row.destination)
            what = own.namespace, other, inward, row.state, tuple(row.port_list)
            alike.setdefault(what, []).append(row)
    many = {space: sum(p.namespace == space for p in workloads) for space, *_ in alike}
    return [found for (space, *_), found in alike.items() if len(found) == many[space] > 1]


def key(party: Party, is_source: bool) -> tuple[Party, str]:
    """A workload once; whoever is outside once as a source and once as a destination."""
    return party, "" if party.is_workload else "in" if is_source else "out"


def _boxes(rows: Sequence[Row], shared: Sequence[Sequence[Row]]) -> dict[tuple[Party, str], Box]:
    """A box for everybody, with its column and, for workloads, the band of its namespace."""
    keys = [key(row.source, True) for row in rows] + [key(row.destination, False) for row in rows]
    ends = (party for alike in shared for row in alike for party in (row.source, row.destination))
    keys += [(party, "") for party in ends if party.is_workload]
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


def _arrow(row: Row, boxes: Mapping[tuple[Party, str], Box]) -> Arrow:
    source, destination = boxes[key(row.source, True)], boxes[key(row.destination, False)]
    backward = destination.column <= source.column
    left, right = (destination, source) if backward else (source, destination)
    band = source.band if source.party and source.party.is_workload else destination.band
    lanes = [Box(None, column=column, band=band) for column in range(left.column + 1, right.column)]
    return Arrow(row, [source, *(reversed(lanes) if backward else lanes), destination], backward)


def is_loop(arrow: Arrow) -> bool:
    """Whether an arrow stays in its column."""
    return arrow.via[0].column == arrow.via[-1].column


def side(arrow: Arrow, is_start: bool) -> str:
    """The side of the box at which an arrow starts or ends."""
    if is_loop(arrow):
        return "right"
    return "right" if is_start != arrow.backward else "left"


def _count(arrows: Sequence[Arrow]) -> None:
    """Tell every box how many arrows its busier side has."""
    found: dict[tuple[int, str], int] = {}
    for arrow in arrows:
        for is_start, box in ((True, arrow.via[0]), (False, arrow.via[-1])):
            where = id(box), side(arrow, is_start)
            found[where] = found.get(where, 0) + 1
            box.arrows = max(box.arrows, found[where])


def _order(columns: list[list[Box]], arrows: Iterable[Arrow]) -> None:
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


def _place(columns: list[list[Box]], made: Picture, shared: Sequence[Sequence[Row]]) -> None:
    """Give every box its place: columns from the left, bands of namespaces from the top."""
    x = float(MARGIN)
    for column in columns:
        width = max((_width(box) for box in column), default=0)
        for box in column:
            box.x, box.width = x, width
        x += width + COLUMN_GAP
    bands = sorted({box.band for box in made.boxes})
    top = float(MARGIN + TITLE)
    for band in bands:
        parts = [[box for box in column if box.band == band] for column in columns]
        heights = [sum(box.height + GAP for box in part) - GAP for part in parts]
        tallest = max(heights)
        for part, height in zip(parts, heights, strict=True):
            y = top + FRAME + (tallest - height) / 2
            for box in part:
                box.y = y
                y += box.height + GAP
        frames = _frames([box for part in parts for box in part])
        made.frames += frames
        top += tallest + 3 * FRAME
        for frame in frames:
            _hang(frame, shared, made)
            top += DROP + BOX_HEIGHT if frame.shared else 0
    made.width = x - COLUMN_GAP + MARGIN
    ends: list[Box | Frame] = [*made.boxes, *made.frames]
    made.height = max((end.y + end.height for end in ends), default=top) + MARGIN


def _width(box: Box) -> float:
    if box.party is None:
        return 0
    return max(118, _LETTER * max(len(part) for part in lines(box.party)) + 28)


def lines(party: Party) -> list[str]:
    """The name of a party, in lines of a bearable length."""
    found = [""]
    for word in party.name.split(" "):
        if found[-1] and len(found[-1]) + len(word) > _LINE_LENGTH:
            found.append(word)
        else:
            found[-1] = f"{found[-1]} {word}".strip()
    return found


def _frames(boxes: list[Box]) -> list[Frame]:
    inner = [box for box in boxes if box.party and box.party.is_workload]
    if not inner:
        return []
    lanes = [box for box in boxes if not box.party]
    columns = {box.column for box in inner}
    around = [*inner, *(box for box in lanes if box.column in columns)]
    left, top = min(box.x for box in inner), min(box.y for box in around)
    right = max(box.x + box.width for box in inner)
    bottom = max(box.y + box.height for box in around)
    namespace = inner[0].party.namespace if inner[0].party else ""
    return [
        Frame(
            namespace,
            [],
            left - FRAME,
            top - FRAME - 14,
            right - left + 2 * FRAME,
            bottom - top + 2 * FRAME + 14,
        )
    ]


def _hang(frame: Frame, shared: Sequence[Sequence[Row]], made: Picture) -> None:
    """Put below a frame whoever all of its workloads share."""
    rows = [alike[0] for alike in shared if _namespace(alike[0]) == frame.namespace]
    boxes = [Box(r.source if r.destination.is_workload else r.destination, "shared") for r in rows]
    step = frame.width / (len(boxes) + 1)
    for number, (row, box) in enumerate(zip(rows, boxes, strict=True), 1):
        box.width = _width(box)
        box.x = frame.x + step * number - box.width / 2
        box.y = frame.y + frame.height + DROP
        frame.shared.append((row, box))
        made.boxes.append(box)


def _namespace(row: Row) -> str:
    return row.destination.namespace if row.destination.is_workload else row.source.namespace
