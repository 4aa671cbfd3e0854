"""The traffic of a target as an SVG picture."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal
from xml.sax.saxutils import escape

import svg

from tools.report.flow_rows import DECLARED, EXTRA, MAYBE, MISSING, OPEN, Row
from tools.report.picture import BOX_HEIGHT, Arrow, Box, Frame, lines, picture
from tools.report.picture_paths import LETTER, LINE, Curve, Label, curves, labels
from tools.report.printable import printable

_COLOURS = {
    DECLARED: "#3b6ea5", OPEN: "#3b6ea5", EXTRA: "#c62828", MISSING: "#c62828", MAYBE: "#9a7400",
}  # fmt: skip
_MEANINGS = {
    DECLARED: "declared and open",
    OPEN: "open",
    EXTRA: "open, not declared",
    MISSING: "declared, shut",
    MAYBE: "for the cluster to say",
}
_Dashes = list[Decimal | float | int]
_DASHES: Mapping[str, _Dashes] = {MISSING: [3, 5], MAYBE: [7, 5]}
_Anchor = Literal["start", "middle"]
_INWARD, _OUTWARD = "#2e7d5b", "#8a6420"
_PAPER = "#ffffff"
_STYLE = """
text { font-family: ui-sans-serif, "Segoe UI", "DejaVu Sans", Helvetica, Arial, sans-serif;
       font-size: 12px; fill: #1f2933 }
.title { font-size: 18px; font-weight: 600 }
.name { font-size: 13px; font-weight: 600 }
.soft { fill: #66788a }
.port { font-size: 11px; font-family: ui-monospace, "DejaVu Sans Mono", Menlo, monospace }
.frame { fill: #f4f7fb; stroke: #b9c7d6; stroke-dasharray: 4 4 }
.workload { fill: #ffffff; stroke: #3b6ea5; stroke-width: 1.6 }
.outside { fill: #f7f3ec; stroke: #a08b62; stroke-width: 1.2 }
"""


def svg_picture(path: str, rows: Sequence[Row]) -> str:
    """The picture, complete in itself: no fonts, styles or scripts from anywhere."""
    made = picture(rows)
    width, height = max(made.width, 420), max(made.height, 120)
    drawn = curves(made)
    elements: list[svg.Element] = [
        svg.Title(text=_text(f"Traffic of {path}")),
        svg.Style(text=_STYLE),
        _markers(),
        svg.Rect(width=width, height=height, fill=_PAPER),
        _words(32, 38, f"Traffic of {path}", "title"),
        *_legend(rows),
        *(part for frame in made.frames for part in _frame(frame)),
        *(_arrow(arrow, drawn[id(arrow)]) for arrow in made.arrows),
        *(part for box in made.boxes for part in _box(box)),
        *(part for frame in made.frames for own in frame.shared for part in _drop(*own, frame)),
        *(part for spot in labels(made, drawn) for part in _label(*spot)),
    ]
    return svg.SVG(
        width=width, height=height, viewBox=svg.ViewBoxSpec(0, 0, width, height), elements=elements
    ).as_str()


def _text(text: str) -> str:
    return escape(printable(text))


def _words(x: float, y: float, text: str, style: str, anchor: _Anchor = "start") -> svg.Text:
    return svg.Text(x=_r(x), y=_r(y), text=_text(text), class_=[style], text_anchor=anchor)


def _r(number: float) -> float:
    return round(number, 1)


def _markers() -> svg.Defs:
    """The heads of arrows, one for each colour."""
    head: list[svg.PathData] = [
        svg.MoveTo(0, 1), svg.LineTo(10, 5), svg.LineTo(0, 9), svg.ClosePath(),
    ]  # fmt: skip
    return svg.Defs(
        elements=[
            svg.Marker(
                id=f"head-{colour[1:]}",
                viewBox=svg.ViewBoxSpec(0, 0, 10, 10),
                refX=9,
                refY=5,
                markerWidth=7,
                markerHeight=7,
                orient="auto",
                elements=[svg.Path(d=head, fill=colour)],
            )
            for colour in dict.fromkeys([*_COLOURS.values(), _INWARD, _OUTWARD])
        ]
    )


def _legend(rows: Sequence[Row]) -> Iterator[svg.Element]:
    x = 32.0
    for state, meaning in _MEANINGS.items():
        many = sum(row.state == state for row in rows)
        if not many:
            continue
        words = f"{many} {meaning}"
        yield svg.Line(
            x1=x, y1=60, x2=x + 26, y2=60, stroke_width=2, stroke=_COLOURS[state],
            stroke_dasharray=_dashes(state),
        )  # fmt: skip
        yield _words(x + 34, 64, words, "soft")
        x += 34 + LETTER * len(words) + 34


def _dashes(state: str) -> _Dashes | None:
    return _DASHES.get(state)


def _colour(row: Row) -> str:
    """The colour of what is as it should be tells which way it goes; the rest is its state's."""
    if row.state not in (DECLARED, OPEN):
        return _COLOURS[row.state]
    if not row.source.is_workload:
        return _INWARD
    return _COLOURS[row.state] if row.destination.is_workload else _OUTWARD


def _frame(frame: Frame) -> Iterator[svg.Element]:
    yield svg.Rect(
        x=_r(frame.x), y=_r(frame.y), width=_r(frame.width), height=_r(frame.height), rx=12,
        class_=["frame"],
    )  # fmt: skip
    yield _words(frame.x + 14, frame.y + 21, frame.namespace or "no namespace", "soft")


def _box(box: Box) -> Iterator[svg.Element]:
    if box.party is None:
        return
    workload = box.party.is_workload
    yield svg.Rect(
        x=_r(box.x), y=_r(box.y), width=_r(box.width), height=box.height,
        rx=8 if workload else BOX_HEIGHT / 2, class_=["workload" if workload else "outside"],
    )  # fmt: skip
    middle = box.x + box.width / 2
    if workload:
        yield _words(middle, box.middle - 3, box.party.name, "name", "middle")
        yield _words(middle, box.middle + 15, box.party.kind, "soft", "middle")
        return
    shown = lines(box.party)[:3]
    top = box.middle + 5 - 8 * (len(shown) - 1)
    for number, line in enumerate(shown):
        yield _words(middle, top + 16 * number, line, "name", "middle")


def _arrow(arrow: Arrow, pieces: Sequence[Curve]) -> svg.Path:
    start = svg.MoveTo(*map(_r, pieces[0].start))
    rest = [
        svg.CubicBezier(*(_r(number) for point in piece[1:] for number in point))
        for piece in pieces
    ]
    return _path([start, *rest], arrow.row)


def _path(data: list[svg.PathData], row: Row) -> svg.Path:
    colour = _colour(row)
    return svg.Path(
        d=data, fill="none", stroke=colour, stroke_width=1.8,
        stroke_dasharray=_dashes(row.state), marker_end=f"url(#head-{colour[1:]})",
        elements=[svg.Title(text=_text(_sentence(row)))],
    )  # fmt: skip


def _drop(row: Row, box: Box, frame: Frame) -> Iterator[svg.Element]:
    """The arrow between a frame and somebody whom all in it share."""
    x, ends = _r(box.x + box.width / 2), (_r(frame.y + frame.height), _r(box.y))
    first, last = reversed(ends) if row.destination.is_workload else ends
    yield _path([svg.MoveTo(x, first), svg.LineTo(x, last)], row)
    words = ", ".join(row.port_list)
    width = LETTER * len(words) + 12
    spot = Label(x - width / 2, sum(ends) / 2 - LINE / 2 - 4, width, LINE + 4)
    yield from _label(row, [words], spot)


def _sentence(row: Row) -> str:
    """What a browser shows when the pointer rests on an arrow."""
    words = f"{row.source.name} to {row.destination.name}: {', '.join(row.port_list)}"
    by = [opened.policy for opened in row.opened if opened.policy]
    return " | ".join([f"{words} ({_MEANINGS[row.state]})", *row.through, *dict.fromkeys(by)])


def _label(row: Row, words: Sequence[str], spot: Label) -> Iterator[svg.Element]:
    colour = _colour(row)
    yield svg.Rect(
        x=_r(spot.x), y=_r(spot.y), width=_r(spot.width), height=_r(spot.height), rx=6,
        fill=_PAPER, stroke=colour, stroke_width=0.8, stroke_opacity=0.5,
    )  # fmt: skip
    for number, line in enumerate(words):
        y = spot.y + 14 + LINE * number
        yield svg.Text(
            x=_r(spot.x + spot.width / 2), y=_r(y), text=_text(line), class_=["port"],
            text_anchor="middle", fill=colour,
        )  # fmt: skip
