"""The part of jq that people write to say which fields to ignore, as a tree.

Paths (`.a`, `."b"`, `["c"]`, `[0]`, `[]`, `..`, `?`), pipes, commas, parentheses, and conditions
with comparisons, `and`, `or` and calls. What they mean says https://github.com/itchyny/gojq.
"""

import json
from typing import NamedTuple

from tools.argocd.jq.cursor import Cursor
from tools.argocd.jq.tokens import END, KEYWORDS, Token, Unread, tokens


class Field(NamedTuple):
    """`.name`"""

    name: str


class Item(NamedTuple):
    """`[0]`"""

    number: int


class Each(NamedTuple):
    """`.[]`"""


class Everything(NamedTuple):
    """`..`"""


class Here(NamedTuple):
    """`.`"""


class Literal(NamedTuple):
    value: str | int | float | bool | None


class Pipe(NamedTuple):
    left: "Node"
    right: "Node"


class Comma(NamedTuple):
    left: "Node"
    right: "Node"


class Tried(NamedTuple):
    """`node?`"""

    node: "Node"


class Operation(NamedTuple):
    """`and`, `or` or a comparison."""

    sign: str
    left: "Node"
    right: "Node"


class Call(NamedTuple):
    name: str
    arguments: tuple["Node", ...]


Node = Field | Item | Each | Everything | Here | Literal | Pipe | Comma | Tried | Operation | Call

_CONSTANTS = {"null": None, "true": True, "false": False}
_LEVELS = (("or",), ("and",), ("==", "!=", "<", "<=", ">", ">="))


def parse(expression: str) -> Node | None:
    """The tree of an expression, None for one that jq does not read or that is not of this part."""
    try:
        reading = _Reading(tokens(expression))
        found = reading.query()
    except (Unread, RecursionError, ValueError):
        return None
    return found if reading.is_done else None


class _Reading(Cursor):
    @property
    def is_done(self) -> bool:
        return self._next is END

    def query(self) -> Node:
        found = self._operation()
        while self._take(","):
            found = Comma(found, self._operation())
        return Pipe(found, self.query()) if self._take("|") else found

    def _operation(self, level: int = 0) -> Node:
        if level == len(_LEVELS):
            return self._term()
        found = self._operation(level + 1)
        while sign := self._take(*_LEVELS[level]):
            found = Operation(sign, found, self._operation(level + 1))
        return found

    def _term(self) -> Node:
        if self._take("("):
            found = self.query()
            self._need(")")
        elif self._take("."):
            found = self._key() if self._next.kind == "string" else Here()
        else:
            found = self._simple(self._next)
        return self._with_suffixes(found)

    def _simple(self, token: Token) -> Node:
        self._at += 1
        if token.kind == "index":
            return Field(token.text[1:])
        if token.kind == "recurse":
            return Everything()
        if token.kind == "string":
            return Literal(_text(token))
        if token.kind == "number":
            return Literal(json.loads(token.text))
        if token.kind != "word":
            raise Unread("is not of this part")
        return self._named(token.text)

    def _named(self, word: str) -> Node:
        if word in _CONSTANTS:
            return Literal(_CONSTANTS[word])
        if word in KEYWORDS:
            raise Unread("is not of this part")
        arguments = []
        if self._take("("):
            arguments.append(self.query())
            while self._take(";"):
                arguments.append(self.query())
            self._need(")")
        return Call(word, tuple(arguments))

    def _with_suffixes(self, found: Node) -> Node:
        before, step = found, None
        while True:
            if self._take("?"):
                # It is for the last step alone, or for what has no steps.
                # A step is an empty tuple at times, and nothing is None.
                found = Tried(found) if step is None else Pipe(before, Tried(step))
                step = None
                continue
            before, step = found, self._suffix()
            if step is None:
                return found
            found = Pipe(before, step)

    def _suffix(self) -> Node | None:
        token = self._next
        if token.kind == "index":
            self._at += 1
            return Field(token.text[1:])
        if self._take("["):
            return self._bracket()
        if self._take("."):
            return self._bracket() if self._take("[") else self._key()
        return None

    def _key(self) -> Field:
        token = self._next
        if token.kind != "string":
            raise Unread("has no key")
        self._at += 1
        return Field(_text(token))

    def _bracket(self) -> Node:
        if self._take("]"):
            return Each()
        if self._next.kind == "string":
            found: Node = self._key()
        else:
            sign = -1 if self._take("-") else 1
            token = self._next
            if token.kind != "number" or not token.text.isdecimal():
                raise Unread("has no number")
            self._at += 1
            found = Item(sign * int(token.text))
        self._need("]")
        return found


def _text(token: Token) -> str:
    if token.parts:
        raise Unread("is not of this part")
    return str(json.loads(token.text, strict=False))
