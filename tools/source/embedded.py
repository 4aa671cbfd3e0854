"""Positions inside a text that is written as one YAML scalar: an inline patch, for example."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate

from yaml.nodes import ScalarNode

Position = Callable[[int, int], tuple[int, int]]
"""Line and column of an embedded text to line and column of its file, all from 0."""

_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f",
    "r": "\r", "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0",
    "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX = {"x": 2, "u": 4, "U": 8}


def position_in(node: ScalarNode, text: str) -> Position:
    """How positions in the value of a scalar map to positions in the text of its file.

    Where a style leaves that open, every position maps to where the scalar begins.
    """
    if node.style == "|":
        return _literal(node, text) or _start(node)
    raw = text[node.start_mark.index : node.end_mark.index]
    if node.style == ">":
        return _aligned(node, text, list(_folded(raw, node.value))) or _start(node)
    return _aligned(node, text, list(_flow(raw, node.style or ""))) or _start(node)


def _start(node: ScalarNode) -> Position:
    start = (node.start_mark.line, node.start_mark.column)
    return lambda line, column: start


def _literal(node: ScalarNode, text: str) -> Position | None:
    """A literal block: its lines are those below the header, without their indentation."""
    first = node.start_mark.line + 1
    lines = node.value.split("\n")
    raw = text.split("\n")[first : first + len(lines)]
    for mine, theirs in zip(lines, raw, strict=False):
        whole = theirs.rstrip("\r")
        if mine and whole.endswith(mine):
            indent = len(whole) - len(mine)
            return lambda line, column: (first + line, indent + column)
    return None


def _aligned(node: ScalarNode, text: str, found: list[tuple[str, int]]) -> Position | None:
    """From the characters of the value with their offsets behind the start of the scalar."""
    if "".join(char for char, _ in found) != node.value:
        return None
    begins = [0, *accumulate(len(line) + 1 for line in node.value.split("\n"))]
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def position(line: int, column: int) -> tuple[int, int]:
        index = min(begins[line] + column, len(found) - 1)
        offset = node.start_mark.index + found[index][1]
        row = bisect_right(starts, offset) - 1
        return row, offset - starts[row]

    return position


def _folded(raw: str, value: str) -> Iterator[tuple[str, int]]:
    """A folded block: each of its lines stands in the value, in order, with blanks between."""
    done = 0
    offset = raw.find("\n") + 1
    for line in raw[offset:].splitlines(keepends=True):
        content = line.strip()
        index = value.find(content, done) if content else -1
        if index >= 0:
            begin = offset + len(line) - len(line.lstrip())
            yield from ((char, begin) for char in value[done:index])
            yield from ((char, begin + i) for i, char in enumerate(content))
            done = index + len(content)
        offset += len(line)
    yield from ((char, offset - 1) for char in value[done:])


def _flow(raw: str, quote: str) -> Iterator[tuple[str, int]]:
    """A plain or quoted scalar: line breaks fold, quotes and escapes are undone."""
    index = len(quote)
    end = len(raw) - len(quote)
    while index < end:
        char = raw[index]
        rest = raw[index:end] if char in " \t\r\n\\'" else ""
        if rest.lstrip(" \t")[:1] in ("\r", "\n"):
            width = len(rest) - len(rest.lstrip())
            breaks = rest[:width].count("\n")
            yield from ((blank, index) for blank in ("\n" * (breaks - 1) or " "))
        elif quote == "'" and rest.startswith("''"):
            width = 2
            yield "'", index
        elif quote == '"' and char == "\\":
            decoded, width = _escape(rest)
            yield from ((one, index) for one in decoded)
        else:
            width = 1
            yield char, index
        index += width


def _escape(rest: str) -> tuple[str, int]:
    """The text of an escape at the start of `rest`, and its width."""
    kind = rest[1:2]
    if kind in _HEX:
        width = 2 + _HEX[kind]
        return chr(int(rest[2:width], 16)), width
    if kind in ("\n", "\r"):
        return "", len(rest) - len(rest[1:].lstrip())
    return _ESCAPES.get(kind, kind), 2
