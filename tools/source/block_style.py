"""Values written as YAML in block style, each scalar in a line that knows where it comes from."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tools.source.branches import Branch, Leaf, Origin

_LITERAL = re.compile(r"[^\n\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*\n?")
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


class Line(NamedTuple):
    """A line that was written anew: of a text over several lines, the `number`th one."""

    text: str
    origin: Origin
    number: int = 0
    indent: int | None = None


def lines_of(fields: Mapping[str, Branch], indent: int) -> Iterator[Line]:
    """The lines of a map in block style."""
    for key, value in fields.items():
        yield from _entry(f"{' ' * indent}{_quoted(key)}:", value, indent)


def _entry(head: str, value: Branch, indent: int) -> Iterator[Line]:
    """A value behind its key or dash."""
    if isinstance(value, Leaf):
        yield from _scalar(head, value, indent)
    elif not value:
        yield Line(f"{head} {'[]' if isinstance(value, list) else '{}'}", _nowhere)
    elif isinstance(value, dict):
        yield Line(head, _first(value))
        yield from lines_of(value, indent + 2)
    else:
        yield Line(head, _first(value))
        for item in value:
            yield from _entry(f"{' ' * indent}-", item, indent)


def _scalar(head: str, leaf: Leaf, indent: int) -> Iterator[Line]:
    text = leaf.value
    if not isinstance(text, str):
        yield Line(f"{head} {leaf.raw or json.dumps(text)}", leaf.origin)
        return
    if "\n" not in text or not re.fullmatch(rf"(?:{_LITERAL.pattern})*", text) or not text.strip():
        yield Line(f"{head} {_quoted(text)}", leaf.origin)
        return
    kept = "" if text.endswith("\n") else "-"
    kept = "+" if text.endswith("\n\n") else kept
    yield Line(f"{head} |2{kept}", leaf.origin)
    body = text[:-1] if text.endswith("\n") else text
    blank = " " * (indent + 2)
    for number, line in enumerate(body.split("\n")):
        yield Line(f"{blank}{line}" if line else "", leaf.origin, number, indent + 2)


def _quoted(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", written)


def _first(value: Branch) -> Origin:
    """Where the first scalar of a value comes from."""
    while not isinstance(value, Leaf):
        if not value:
            return _nowhere
        value = value[0] if isinstance(value, list) else next(iter(value.values()))
    return value.origin


def _nowhere(line: int, column: int) -> None:
    """The origin of what is empty."""
