"""The tokens of a pattern (`syntax/lexer/lexer.go` of gobwas/glob)."""

from typing import NamedTuple

_EOF = "\0"
_BREAKS = "?*[{"
_BREAKS_IN_BRACES = _BREAKS + "},"


class BadPattern(ValueError):
    """A pattern that Go refuses; Argo CD lets it match nothing."""


class Panics(BadPattern):
    """A pattern at which the library fails instead of saying no."""


class Token(NamedTuple):
    kind: str
    text: str = ""


END = Token("end")


class Lexer:
    """The tokens of one pattern, one after the other.

    What is odd about the original is kept: NUL ends a text, and a backslash at the end is nothing.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._ready: list[Token] = []
        self._depth = 0

    def next(self) -> Token:
        """The next token, `END` behind the last. Raises BadPattern."""
        while not self._ready:
            self._fetch()
        return self._ready.pop(0)

    def _peek(self) -> str:
        char = self._pattern[self._at : self._at + 1] or _EOF
        if char == "\ufffd" or "\ud800" <= char <= "\udfff":
            raise BadPattern("a character cannot be read")
        return char

    def _read(self) -> str:
        char = self._peek()
        self._at = min(self._at + 1, len(self._pattern))
        return char

    def _fetch(self) -> None:
        start, char = self._at, self._read()
        if char == _EOF:
            self._ready.append(END)
        elif char == "{":
            self._depth += 1
            self._ready.append(Token("{"))
        elif self._depth and char in ",}":
            self._depth -= char == "}"
            self._ready.append(Token(char))
        elif char == "[":
            self._class()
        elif char == "?":
            self._ready.append(Token("?"))
        elif char == "*":
            twice = self._peek() == "*"
            self._at += twice
            self._ready.append(Token("**" if twice else "*"))
        else:
            self._at = start
            self._text(_BREAKS_IN_BRACES if self._depth else _BREAKS)

    def _class(self) -> None:
        char = self._member()
        negated = char == "!"
        if negated:
            char = self._member()
        if self._peek() == "-":
            self._at += 1
            self._ready.append(Token("range", char + self._member()))
        else:
            self._at -= 1
            before = len(self._ready)
            self._text("]")
            if len(self._ready) == before:
                raise BadPattern("a class is empty")
            self._ready[-1] = self._ready[-1]._replace(kind="list")
        if self._member() != "]":
            raise BadPattern("a class is not closed")
        if negated:
            self._ready[-1] = self._ready[-1]._replace(kind=f"!{self._ready[-1].kind}")

    def _member(self) -> str:
        char = self._read()
        if char == _EOF:
            raise BadPattern("a class is not closed")
        return char

    def _text(self, breaks: str) -> None:
        """What stands for itself up to one of `breaks`; no token if that is nothing."""
        found: list[str] = []
        escaped = False
        while True:
            start, char = self._at, self._read()
            if char == _EOF:
                break
            if not escaped and char == "\\":
                escaped = True
                continue
            if not escaped and char in breaks:
                self._at = start
                break
            escaped = False
            found.append(char)
        if found:
            self._ready.append(Token("text", "".join(found)))
