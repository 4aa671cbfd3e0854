"""Where the boxes and frames of a picture stand: columns from the left, bands from the top."""

from collections.abc import Sequence

from tools.report.flow_rows import Row
from tools.report.picture.parts import LETTER, Arrow, Box, Frame, Picture

GAP = 26
MARGIN = 32
FRAME = 26
HEADING = 14
TITLE = 56
DROP = 54
_NARROWEST, _WIDEST, _FREE, _FOR_EACH = 130.0, 320.0, 100.0, 8.0


def place(columns: list[list[Box]], made: Picture, shared: Sequence[Sequence[Row]]) -> None:
    """Give every box its place."""
    _across(columns, made.arrows)
    bands = sorted({box.band for box in made.boxes})
    top = float(MARGIN + TITLE)
    for band in bands:
        parts = [[box for box in column if box.band == band] for column in columns]
        heights = [sum(box.height + GAP for box in part) - GAP for part in parts]
        tallest = max(heights)
        for boxes, height in zip(parts, heights, strict=True):
            y = top + FRAME + (tallest - height) / 2
            for box in boxes:
                box.y = y
                y += box.height + GAP
        frames = _frames([box for part in parts for box in part])
        made.frames += frames
        top += tallest + 3 * FRAME + HEADING
        for frame in frames:
            _hang(frame, shared, made)
            top += DROP + max((box.height for _, box in frame.shared), default=-DROP)
    ends: list[Box | Frame] = [*made.boxes, *made.frames]
    made.width = max((end.x + end.width for end in ends), default=0) + MARGIN
    made.height = max((end.y + end.height for end in ends), default=top) + MARGIN
    _into_view(made, min((end.x for end in ends), default=MARGIN))


def _across(columns: Sequence[Sequence[Box]], arrows: Sequence[Arrow]) -> None:
    """The columns' places; between two of them there is more room the more arrows need it."""
    gaps = [0] * len(columns)
    for arrow in arrows:
        ends = sorted(box.column for box in (arrow.via[0], arrow.via[-1]))
        for column in range(ends[0], max(ends[1], ends[0] + 1)):
            gaps[column] += 1
    widths = [max((box.wanted_width for box in column), default=0.0) for column in columns]
    for band in sorted({box.band for column in columns for box in column}):
        _for_heading(columns, widths, band)
    x = float(MARGIN)
    for boxes, width, many in zip(columns, widths, gaps, strict=True):
        for box in boxes:
            box.x, box.width = x, width
        x += width + min(_WIDEST, max(_NARROWEST, _FREE + _FOR_EACH * many))


def _for_heading(columns: Sequence[Sequence[Box]], widths: list[float], band: int) -> None:
    """Widen the first column of a namespace whose name is longer than all of its columns."""
    inner = [
        number
        for number, column in enumerate(columns)
        if any(box.band == band and box.party and box.party.is_workload for box in column)
    ]
    if inner:
        names = {b.party.namespace for c in columns for b in c if b.party and b.band == band}
        wanted = LETTER * max(map(len, names)) + 2 * MARGIN - 2 * FRAME
        there = sum(widths[inner[0] : inner[-1] + 1]) + _NARROWEST * (inner[-1] - inner[0])
        widths[inner[0]] += max(0.0, wanted - there)


def _into_view(made: Picture, left: float) -> None:
    """Move everything right if something hangs out at the left."""
    if left < MARGIN:
        for box in made.boxes:
            box.x += MARGIN - left
        for frame in made.frames:
            frame.x += MARGIN - left
        made.width += MARGIN - left


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
            top - FRAME - HEADING,
            right - left + 2 * FRAME,
            bottom - top + 2 * FRAME + HEADING,
        )
    ]


def _hang(frame: Frame, shared: Sequence[Sequence[Row]], made: Picture) -> None:
    """Put below a frame whoever all of its workloads share."""
    rows = [alike[0] for alike in shared if _namespace(alike[0]) == frame.namespace]
    boxes = [Box(r.source if r.destination.is_workload else r.destination, "shared") for r in rows]
    for box in boxes:
        box.width = box.wanted_width
    row_width = sum(box.width + GAP for box in boxes) - GAP
    x = frame.x + (frame.width - row_width) / 2
    for row, box in zip(rows, boxes, strict=True):
        box.x = x
        box.y = frame.y + frame.height + DROP
        x += box.width + GAP
        frame.shared.append((row, box))
        made.boxes.append(box)


def _namespace(row: Row) -> str:
    return row.destination.namespace if row.destination.is_workload else row.source.namespace
