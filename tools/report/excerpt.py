"""A place and the source line at it, with a caret under the value."""

import re
from collections.abc import Iterator

from tools.report.printable import printable
from tools.report.terminal import Line, Span
from tools.source.place import Place
from tools.source.repository import Repository

WIDEST = 160
"""Columns of a source line that are shown."""

_TOKEN = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:''|[^'])*'|[^\s"'\[{][^\s,\]}]*(?: (?!#)[^\s,\]}]+)*)"""
)
_KEY = re.compile(r"[^\s:]+(?=:(?:\s|$))")


def where(place: Place | None) -> str:
    """`file:line:column`, "" for no place."""
    return f"{printable(place.file)}:{place.line}:{place.column}" if place else ""


def excerpt(place: Place, repository: Repository, width: int, style: str) -> Iterator[Line]:
    """The source line, and a caret under the value."""
    lines = repository.lines(place.file)
    if not 0 < place.line <= len(lines):
        return
    text = lines[place.line - 1].replace("\t", " ")
    start = place.column - 1
    length = min(_span(text[start:]), WIDEST)
    cut = max(0, start + length - WIDEST)
    shown = text[cut : cut + WIDEST].rstrip()
    yield Line((Span(f" {place.line:>{width}} | ", "blue"), Span(printable(shown))))
    indent = " " * len(printable(text[cut:start]))
    yield Line(
        (Span(" " * (width + 2) + "| ", "blue"), Span(indent), Span("^" * max(1, length), style))
    )


def _span(text: str) -> int:
    """How many characters the key or scalar at the beginning of the text takes."""
    found = _KEY.match(text) or _TOKEN.match(text)
    return len(found.group()) if found else 1
