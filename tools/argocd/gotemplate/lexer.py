"""A template as texts, and actions made of tokens (`text/template/parse/lex.go` of Go 1.25)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tools.argocd.gotemplate.fault import Unrenderable, stop

_BLANK = " \t\r\n"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(
    r"""
      (?P<text>"(?:\\.|[^"\\\n])*"|`[^`]*`)
    | (?P<char>'(?:\\.[^'\n]*|[^'\\\n])')
    | (?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?!\w))
    | (?P<variable>\$\w*)
    | (?P<field>\.[^\W\d]\w*)
    | (?P<dot>\.)
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>:=|[=,|()])
    """,
    re.VERBOSE,
)
_ENDS_A_NAME = ("", *" \t\r\n.,|:)(")
_NAMES = ("variable", "field", "word")


class Token(NamedTuple):
    """A token of an action; `spaced` says that blanks are before it."""

    kind: str
    text: str
    spaced: bool


Piece = str | list[Token]


def pieces(template: str) -> list[Piece]:
    """Texts and actions in turn, comments left out. Raises Unrenderable."""
    return list(_pieces(template))


def _pieces(template: str) -> Iterator[Piece]:
    position = 0
    trims = False
    while (begin := template.find("{{", position)) >= 0:
        text = template[position:begin]
        begin += 2
        trims_before = template[begin : begin + 1] == "-" and template[
            begin + 1 : begin + 2
        ] in tuple(_BLANK)
        if trims_before:
            text = text.rstrip(_BLANK)
            begin += 2
        yield text.lstrip(_BLANK) if trims else text
        comment = _COMMENT.match(template, begin)
        if template.startswith("/*", begin):
            if comment is None:
                raise stop("a comment is not closed")
            end = _closing(template, comment.end())
            if end is None:
                raise stop("a comment shares its braces with something else")
            position, trims = end
        else:
            tokens, (position, trims) = _action(template, begin)
            yield tokens
    rest = template[position:]
    yield rest.lstrip(_BLANK) if trims else rest


def _closing(template: str, position: int) -> tuple[int, bool] | None:
    """The end of the right braces at a position, and whether they take the blanks behind them."""
    blank = template[position : position + 1] in tuple(_BLANK)
    if blank and template.startswith("-}}", position + 1):
        return position + 4, True
    return (position + 2, False) if template.startswith("}}", position) else None


def _action(template: str, position: int) -> tuple[list[Token], tuple[int, bool]]:
    tokens: list[Token] = []
    spaced = False
    while (end := _closing(template, position)) is None:
        if position >= len(template):
            raise stop("an action is not closed")
        if template[position] in _BLANK:
            position, spaced = position + 1, True
            continue
        match = _TOKEN.match(template, position)
        if match is None:
            raise stop(f"{template[position : position + 12]!r} is not understood")
        kind = str(match.lastgroup)
        if kind == "char":
            raise Unrenderable(f"the constant {match[0]} is not rendered here")
        position = match.end()
        following = template[position : position + 2]
        if kind in _NAMES and following[:1] not in _ENDS_A_NAME and following != "}}":
            raise stop(f"{following[:1]!r} cannot follow {match[0]!r}")
        tokens.append(Token(kind, match[0], spaced))
        spaced = False
    return tokens, end
