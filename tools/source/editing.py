"""Values set in a YAML file, with every comment and every other line left as it is."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from tools.source.place import FieldPath, Place, SourceError

_INDENTS = ((2, 2, 0), (2, 4, 2), (4, 4, 0), (4, 4, 2), (4, 6, 4))
"""Columns that maps, lists, and the dashes of lists are indented by, the usual first."""
_START = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*---[ \t]*\n")
"""The start of a document with the comments above it, which the library would drop."""
_BEHIND = 2
"""Where the library keeps what stands behind a value, and below it."""


def edited(text: str, file: str, values: Mapping[FieldPath, str]) -> str:
    """The text of a file with some values set; a key that is new comes after the others.

    Every path leads to a map that is there. Raises SourceError for a file that is written in a way
    which would not be kept.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    plain = text.replace("\r\n", "\n")
    is_ended = plain.endswith("\n")
    plain += "" if is_ended else "\n"
    start = _START.match(plain)
    head = start.group() if start else ""
    body = plain[len(head) :]
    found = _edited(body, values)
    if found is not None:
        whole = head + (found if is_ended else found.removesuffix("\n"))
        return whole.replace("\n", end)
    listed = ", ".join(f"{'.'.join(map(str, path))}: {value}" for path, value in values.items())
    sentence = f"this file cannot be edited without changing how it is written; set {listed}"
    raise SourceError(sentence, Place(file, 1, 1))


def _edited(text: str, values: Mapping[FieldPath, str]) -> str | None:
    """The edited text, with the indentation that fits the file best; None if none does."""
    from ruamel.yaml.error import YAMLError

    try:
        ways = [(indent, _round_trip(text, indent, {})) for indent in _INDENTS]
        indent, same = min(ways, key=lambda way: _distance(text, way[1]))
        other = _round_trip(text, indent, values)
        found = _transplanted(text, same, other)
        return found if found is not None and _says(found) == _says(other) else None
    except YAMLError:
        return None


def _distance(one: str, other: str) -> int:
    """How many lines of a text are not in another one."""
    return len(set(one.splitlines()) - set(other.splitlines()))


def _transplanted(text: str, same: str, other: str) -> str | None:
    """What differs between two texts of the library, brought into the one that a person wrote.

    None if the library writes the lines to change so differently that nobody knows where they are.
    New lines take the columns of their neighbours.
    """
    lines, before, after = text.splitlines(True), same.splitlines(True), other.splitlines(True)
    written = _matches(before, lines)
    found = list(lines)
    edits = SequenceMatcher(None, before, after, False).get_opcodes()
    for kind, first, last, begin, stop in reversed(edits):
        if kind == "equal":
            continue
        anchors = [written.get(number) for number in range(max(first - 1, 0), last)]
        if None in anchors:
            return None
        at = anchors[0] or 0
        shift = _indent(lines[at]) - _indent(before[max(first - 1, 0)])
        new = [" " * max(_indent(line) + shift, 0) + line.lstrip(" ") for line in after[begin:stop]]
        found[at + bool(first) : at + bool(first) + last - first] = new
    return "".join(found)


def _matches(some: list[str], others: list[str]) -> dict[int, int]:
    """Which lines of one text are which of another one, blanks aside."""
    pairs = SequenceMatcher(
        None,
        [tuple(line.split()) for line in some],
        [tuple(line.split()) for line in others],
        False,
    )
    return {
        block.a + step: block.b + step
        for block in pairs.get_matching_blocks()
        for step in range(block.size)
    }


def _indent(line: str) -> int:
    """The column of a line's first key, which may stand behind the dash of a list."""
    return len(line) - len(line.lstrip(" -"))


def _says(text: str) -> object:
    """What a text holds, without its form. Raises YAMLError."""
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(text)


def _round_trip(text: str, indent: tuple[int, int, int], values: Mapping[FieldPath, str]) -> str:
    from io import StringIO

    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 1 << 16
    yaml.indent(mapping=indent[0], sequence=indent[1], offset=indent[2])
    data = yaml.load(text)
    for path, value in values.items():
        _set(data, path, value)
    stream = StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def _set(data: Any, path: FieldPath, value: str) -> None:
    *above, last = path
    for step in above:
        data = data[step]
    if last in data:
        data[last] = value
        return
    _carry_comment(data, last, value)


def _carry_comment(data: Any, key: object, value: str) -> None:
    """Add a key at the end; what follows the last value until then, follows the new one.

    Blank lines and comments between two entries belong, for the library, to the value above them.
    """
    previous = list(data)[-1]
    comments = data.ca.items.pop(previous, None)
    data[key] = value
    if comments is None:
        return
    own, following = _split(comments)
    if own:
        data.ca.items[previous] = own
    if following:
        data.ca.items[key] = following


def _split(comments: Any) -> tuple[Any, Any]:
    """What ruamel.yaml keeps behind a value: the rest of its line, and the lines below."""
    from copy import copy

    token = comments[_BEHIND] if len(comments) > _BEHIND else None
    beside, _, below = token.value.partition("\n") if token else ("", "", "")
    if token is None or not below:
        return comments, None
    under = copy(token)
    under.value = "\n" + below
    if not beside:
        return None, [None, None, under, None]
    token.value = beside + "\n"
    return comments, [None, None, under, None]
