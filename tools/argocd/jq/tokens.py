"""The tokens of a jq expression (`lexer.go` of https://github.com/itchyny/gojq/tree/v0.12.17)."""

import re
from typing import NamedTuple

KEYWORDS = frozenset((
    "or", "and", "module", "import", "include", "def", "as", "label", "break", "null", "true",
    "false", "if", "then", "elif", "else", "end", "try", "catch", "reduce", "foreach",
))  # fmt: skip
_SKIPPED = re.compile(r"(?:[ \t\r\n]|#(?:\\(?:\r\n|\\|\r|\n)|[^\r\n])*)*")
_TOKEN = re.compile(
    r"""
      (?P<index>\.[A-Za-z_]\w*) | (?P<recurse>\.\.)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    | (?P<module>\$?[A-Za-z_]\w*::[A-Za-z_]\w*) | (?P<variable>\$[A-Za-z_]\w*)
    | (?P<word>[A-Za-z_]\w*) | (?P<format>@\w+)
    | (?P<update>//=|\|=|\+=|-=|\*=|/=|%=|=(?!=)) | (?P<other>\?//) | (?P<either>//)
    | (?P<compare>==|!=|<=|>=|<|>)
    | (?P<mark>[.\[\](){}|,:;?+\-*/%])
    """,
    re.VERBOSE | re.ASCII,
)
_TEXT = re.compile(r'(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*')
_AFTER_NUMBER = re.compile(r"[A-Za-z_.]")
_AFTER_POWER = re.compile(r"[A-Za-z_]")


class Unread(Exception):
    """Why gojq refuses an expression: a predicate, as `leaves '(' open`."""


class Token(NamedTuple):
    """`kind` is that of the pattern, or `string` with `parts`, the expressions in it."""

    kind: str
    text: str
    parts: "tuple[list[Token], ...]" = ()


END = Token("end", "")


def tokens(text: str) -> list[Token]:
    """The tokens of a whole expression. Raises Unread."""
    found, position = _tokens(text, 0, False)
    assert position == len(text)
    return found


def _tokens(text: str, position: int, inside: bool) -> tuple[list[Token], int]:
    """Tokens from a position to the end, or to the parenthesis that closes a part of a string."""
    found: list[Token] = []
    depth = 0
    while True:
        skipped = _SKIPPED.match(text, position)
        position = skipped.end() if skipped else position
        if position >= len(text):
            if inside:
                raise Unread("has a string that is not closed")
            return found, position
        if text[position] == '"':
            token, position = _string(text, position)
            found.append(token)
            continue
        match = _TOKEN.match(text, position)
        if match is None:
            raise Unread(f"has {text[position : position + 12]!r}, which jq does not understand")
        position = match.end()
        wrong = _AFTER_POWER if "e" in match[0].lower() else _AFTER_NUMBER
        if match.lastgroup == "number" and wrong.match(text, position):
            raise Unread(f"has {text[match.start() : position + 1]!r}, which is no number")
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if inside and depth < 0:
            return found, position
        found.append(Token(str(match.lastgroup), match[0]))


def _string(text: str, position: int) -> tuple[Token, int]:
    parts: list[list[Token]] = []
    start = position
    position += 1
    while True:
        plain = _TEXT.match(text, position)
        position = plain.end() if plain else position
        if text.startswith("\\(", position):
            part, position = _tokens(text, position + 2, True)
            parts.append(part)
        elif text.startswith('"', position):
            return Token("string", text[start : position + 1], tuple(parts)), position + 1
        elif position >= len(text) - 1:
            raise Unread("has a string that is not closed")
        else:
            escape = text[position : position + 2]
            raise Unread(f"has {escape!r} in a string, which jq does not understand")
