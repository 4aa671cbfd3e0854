"""A place and the source line at it, with a caret under the value."""

import re
from collections.abc import Iterator

from tools.report.printable import printable
from tools.report.terminal import Line, Span
from tools.source.place import Place
from tools.source.repository import Repository

WIDEST = 160
"""Columns of a source line that are shown."""

_QUOTED = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:''|[^'])*')""")
_PLAIN = re.compile(r"[^\s\[{][^\s,\]}]*(?: +(?!#)[^\s,\]}]+)*")
_KEY_END = re.compile(r" *:(?=\s|$)")
"""What ends a plain key; no plain scalar holds it."""


def where(place: Place | None) -> str:
    """`file:line:column`, "" for no place."""
    return f"{printable(place.file)}:{place.line}:{place.column}" if place else ""


def excerpt(place: Place, repository: Repository, width: int, style: str) -> Iterator[Line]:
    """The source line, and a caret under the key or value."""
    lines = repository.lines(place.file)
    if not 0 < place.line <= len(lines):
        return
    text = lines[place.line - 1].replace("\t", " ")
    start = place.column - 1
    length = min(_span(text[start:]), WIDEST)
    cut = max(0, start + length - WIDEST)
    shown = text[cut : cut + WIDEST].rstrip()
    yield Line((Span(f" {place.line:>{width}} | ", "blue"), Span(printable(shown))))
    indent = " " * cells(printable(text[cut:start]))
    carets = "^" * max(1, cells(printable(text[start : start + length])))
    yield Line((Span(" " * (width + 2) + "| ", "blue"), Span(indent), Span(carets, style)))


def cells(text: str) -> int:
    """Columns of a terminal that a text takes: two for each wide character, none for a mark.

    The standard library is enough: where terminals disagree with it (some emoji that several code
    points make together), they disagree with each other and with the packages for this as well.
    """
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(c) in _MARKS else 2 if east_asian_width(c) in _WIDE else 1 for c in text
    )


_MARKS = frozenset({"Mn", "Me", "Cf"})
"""Categories of characters that are drawn over the one before, or not at all."""
_WIDE = frozenset({"W", "F"})


def _span(text: str) -> int:
    """How many characters the key or scalar at the beginning of the text takes."""
    quoted = _QUOTED.match(text)
    if quoted:
        return len(quoted.group())
    plain = _PLAIN.match(text)
    return len(_KEY_END.split(plain.group(), maxsplit=1)[0]) if plain else 1
