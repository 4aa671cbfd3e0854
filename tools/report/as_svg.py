"""The traffic of a target as an SVG picture."""

from collections.abc import Iterator, Sequence
from typing import Literal
from xml.sax.saxutils import escape

import svg

from tools.report.flow_groups import digest
from tools.report.flow_rows import DECLARED, OPEN, Party, Row
from tools.report.picture.labels import LETTER, LINE, Label, label_words, labels
from tools.report.picture.layout import picture
from tools.report.picture.parts import BOX_HEIGHT, LINE_HEIGHT, Arrow, Box, Frame, note_words
from tools.report.picture.paths import Curve, curves
from tools.report.picture.style import CLASSES, MEANINGS, WAY_WORDS, WAYS, class_of, style, total
from tools.report.printable import printable

_Anchor = Literal["start", "middle"]
_TITLE_LETTER = 10.6
_LEGEND_LETTER = 7.0
_TOLD = 60


def svg_picture(path: str, rows: Sequence[Row], silent: Sequence[Party] = ()) -> str:
    """The picture, complete in itself: no fonts, styles or scripts from anywhere."""
    made = picture(digest(rows, silent))
    legend, legend_width = _legend(rows)
    title = f"Traffic of {path}"
    width = max(made.width, _TITLE_LETTER * len(title) + 64, legend_width, 420)
    height = max(made.height, 120)
    drawn = curves(made)
    elements: list[svg.Element] = [
        svg.Title(text=_text(title), id="title"),
        svg.Desc(text=_text(_description(rows)), id="summary"),
        svg.Style(text=style()),
        _markers(),
        svg.Rect(width=width, height=height, class_=["paper"]),
        _words(32, 38, title, "title"),
        *legend,
        *(part for frame in made.frames for part in _frame(frame)),
        *(_arrow(arrow, drawn[id(arrow)]) for arrow in made.arrows),
        *(part for box in made.boxes for part in _box(box)),
        *(part for frame in made.frames for own in frame.shared for part in _drop(*own, frame)),
        *(part for spot in labels(made, drawn) for part in _label(*spot)),
    ]
    return svg.SVG(
        width=width, height=height, viewBox=svg.ViewBoxSpec(0, 0, width, height),
        elements=elements, extra={"role": "img", "aria-labelledby": "title summary"},
    ).as_str()  # fmt: skip


def _description(rows: Sequence[Row]) -> str:
    """Everything that is drawn, in words, for who cannot see it."""
    sentences = (f"{_sentence(row)}." for row in rows[:_TOLD])
    more = f" And {len(rows) - _TOLD} more." if len(rows) > _TOLD else ""
    return " ".join(sentences) + more


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
    return svg.Defs(elements=[_head(name, head) for name in CLASSES])


def _head(name: str, head: list[svg.PathData]) -> svg.Marker:
    return svg.Marker(
        id=f"head-{name}", viewBox=svg.ViewBoxSpec(0, 0, 10, 10), refX=9, refY=5,
        markerWidth=11, markerHeight=11, markerUnits="userSpaceOnUse", orient="auto",
        elements=[svg.Path(d=head, class_=[f"head-{name}"])],
    )  # fmt: skip


def _legend(rows: Sequence[Row]) -> tuple[list[svg.Element], float]:
    """What the lines mean, with how many rows have them; and where it ends."""
    x, drawn = 32.0, list[svg.Element]()
    for name, words in list(_entries(rows)) or [("", "nothing flows")]:
        if name:
            drawn.append(svg.Line(x1=x, y1=60, x2=x + 26, y2=60, class_=["line", name]))
            x += 34
        drawn.append(_words(x, 64, words, "soft"))
        x += _LEGEND_LETTER * len(words) + (24 if name else 14)
    return drawn, x


def _entries(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    for state, meaning in MEANINGS.items():
        own = [row for row in rows if row.state == state]
        if own and state in (DECLARED, OPEN):
            yield "", f"{total(own)} {meaning}:"
            for section, way in enumerate(WAYS):
                if many := total([row for row in own if row.section == section]):
                    yield way, f"{many} {WAY_WORDS[way]}"
        elif own:
            yield state, f"{total(own)} {meaning}"


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
        x=_r(box.x), y=_r(box.y), width=_r(box.width), height=_r(box.height),
        rx=8 if workload else BOX_HEIGHT / 2, class_=["workload" if workload else "outside"],
    )  # fmt: skip
    middle, y = box.x + box.width / 2, box.middle - box.text_height / 2 + 12
    for line in box.lines:
        yield _words(middle, y, line, "name", "middle")
        y += LINE_HEIGHT
    if workload:
        yield _words(middle, y, box.kind, "soft", "middle")
    for note in box.notes:
        y += LINE_HEIGHT
        yield svg.Text(
            x=_r(middle), y=_r(y + 4), text=_text(note_words(note)), text_anchor="middle",
            class_=["port"], elements=[svg.Title(text=_text(_sentence(note.row)))],
        )  # fmt: skip


def _arrow(arrow: Arrow, pieces: Sequence[Curve]) -> svg.Path:
    start = svg.MoveTo(*map(_r, pieces[0].start))
    rest = [
        svg.CubicBezier(*(_r(number) for point in piece[1:] for number in point))
        for piece in pieces
    ]
    return _path([start, *rest], arrow.row)


def _path(data: list[svg.PathData], row: Row) -> svg.Path:
    name = class_of(row)
    return svg.Path(
        d=data, class_=["line", name], marker_end=f"url(#head-{name})",
        elements=[svg.Title(text=_text(_sentence(row)))],
    )  # fmt: skip


def _drop(row: Row, box: Box, frame: Frame) -> Iterator[svg.Element]:
    """The arrow between a frame and somebody whom all in it share."""
    x = min(max(box.x + box.width / 2, frame.x + 20), frame.x + frame.width - 20)
    ends = (_r(frame.y + frame.height), _r(box.y))
    first, last = reversed(ends) if row.destination.is_workload else ends
    yield _path([svg.MoveTo(_r(x), first), svg.LineTo(_r(x), last)], row)
    words = ", ".join(label_words(row))
    width = LETTER * len(words) + 12
    spot = Label(x - width / 2, sum(ends) / 2 - LINE / 2 - 4, width, LINE + 4)
    yield from _label(row, [words], spot)


def _sentence(row: Row) -> str:
    """What a browser shows when the pointer rests on an arrow."""
    words = f"{row.source.name} to {row.destination.name}: {', '.join(row.port_list)}"
    by = [opened.policy for opened in row.opened if opened.policy]
    return " | ".join([f"{words} ({MEANINGS[row.state]})", *row.through, *dict.fromkeys(by)])


def _label(row: Row, words: Sequence[str], spot: Label) -> Iterator[svg.Element]:
    yield svg.Rect(
        x=_r(spot.x), y=_r(spot.y), width=_r(spot.width), height=_r(spot.height), rx=6,
        class_=["label", class_of(row)],
    )  # fmt: skip
    for number, line in enumerate(words):
        y = spot.y + 14 + LINE * number
        yield _words(spot.x + spot.width / 2, y, line, "port", "middle")
