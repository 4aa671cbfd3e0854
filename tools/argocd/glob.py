"""The two pattern languages of Argo CD, matched as Go matches them.

Kinds and groups of a project's lists go through Go's `path/filepath.Match`; destinations, source
repositories and namespaces through https://github.com/gobwas/glob v0.2.3 (`util/glob/glob.go` of
Argo CD 3.2 to 3.5). They differ: braces and `**` are special in the second only, a class is negated
by `^` in the first and by `!` in the second. Where gobwas gives up on its own terms (`{}`, a brace
that stays open, `***` with a separator, alternatives that are empty) nothing is claimed.
"""

import re
from functools import lru_cache
from typing import NamedTuple


class BadPattern(ValueError):
    """A pattern that Go refuses; Argo CD lets it match nothing."""


def path_match(pattern: str, text: str) -> bool:
    """`filepath.Match` on Unix: a malformed pattern matches nothing."""
    try:
        return _path_regex(pattern).fullmatch(text) is not None
    except BadPattern:
        return False


def glob_match(pattern: str, text: str, separator: str = "") -> bool:
    """`glob.Match(pattern, text, separator)` of Argo CD: a malformed pattern matches nothing."""
    try:
        return _glob_regex(pattern, separator).fullmatch(text) is not None
    except BadPattern:
        return False


@lru_cache(maxsize=1024)
def _path_regex(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    rest = pattern
    while rest:
        char, rest = rest[0], rest[1:]
        if char == "*":
            parts.append("[^/]*")
        elif char == "?":
            parts.append("[^/]")
        elif char == "[":
            text, rest = _path_class(rest)
            parts.append(text)
        else:
            if char == "\\":
                char, rest = _next(rest)
            parts.append(re.escape(char))
    return re.compile("".join(parts), re.DOTALL)


def _path_class(rest: str) -> tuple[str, str]:
    """The class behind a `[` as a regular expression, and what follows it."""
    negated = rest.startswith("^")
    rest = rest[1:] if negated else rest
    ranges: list[str] = []
    while not (rest.startswith("]") and ranges):
        low, rest = _class_member(rest)
        high = low
        if rest.startswith("-"):
            high, rest = _class_member(rest[1:])
        if low <= high:
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            ranges.append("")
    members = "".join(ranges)
    if not members:
        return (".", rest[1:]) if negated else ("(?!)", rest[1:])
    return f"[{'^' if negated else ''}{members}]", rest[1:]


def _class_member(rest: str) -> tuple[str, str]:
    char, rest = _next(rest)
    if char in "-]":
        raise BadPattern
    if char == "\\":
        char, rest = _next(rest)
    if not rest:
        raise BadPattern
    return char, rest


def _next(rest: str) -> tuple[str, str]:
    if not rest:
        raise BadPattern
    return rest[0], rest[1:]


@lru_cache(maxsize=1024)
def _glob_regex(pattern: str, separator: str) -> re.Pattern[str]:
    return re.compile(_Glob(pattern, separator).regex(), re.DOTALL)


class _Part(NamedTuple):
    """A piece of a regular expression; `literal` if it stands for itself alone."""

    regex: str
    literal: bool = False


class _Glob:
    """A pattern of gobwas/glob on its way to a regular expression.

    Two peculiarities are kept. `text*text` looks for its two ends each by itself, so `ab*ba`
    matches `aba`; and one `?` or negated class alone also matches the empty text.
    """

    def __init__(self, pattern: str, separator: str) -> None:
        self._rest = pattern
        self._single = f"[^{re.escape(separator)}]" if separator else "."
        self._depth = 0

    def regex(self) -> str:
        parts: list[_Part] = []
        while self._rest:
            parts.append(self._part())
        if self._depth:
            raise BadPattern
        if len(parts) == 1 and parts[0].regex.startswith((self._single[:2], "[^")):
            return f"(?:{parts[0].regex})" + ("" if parts[0].regex.endswith("*") else "?")
        return _overlapping(parts) or "".join(part.regex for part in parts)

    def _part(self) -> _Part:
        char, self._rest = self._rest[0], self._rest[1:]
        if char == "*":
            return _Part(self._star())
        if char == "?":
            return _Part(self._single)
        if char == "[":
            return _Part(self._class())
        if char == "{" or (self._depth and char in "},"):
            return _Part(self._brace(char))
        if char == "\\":
            char, self._rest = self._rest[:1], self._rest[1:]
        return _Part(re.escape(char), literal=True)

    def _star(self) -> str:
        if self._rest.startswith("*"):
            self._rest = self._rest[1:]
            return ".*"
        return f"{self._single}*"

    def _brace(self, char: str) -> str:
        if char == ",":
            return "|"
        if char == "{":
            if self._rest.startswith("}"):
                raise BadPattern
            self._depth += 1
            return "(?:"
        self._depth -= 1
        return ")"

    def _class(self) -> str:
        negated = self._rest.startswith("!")
        self._rest = self._rest[1:] if negated else self._rest
        found = re.match(r"(.)-(.)\]", self._rest, re.DOTALL)
        if found:
            low, high = found.groups()
            if high < low:
                raise BadPattern
            members = f"{re.escape(low)}-{re.escape(high)}"
        else:
            found = re.match(r"((?:\\.|[^\]\\])+)\]", self._rest, re.DOTALL)
            if not found or self._rest[1:2] == "-":
                raise BadPattern
            members = re.escape(re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL))
        self._rest = self._rest[found.end() :]
        return f"[{'^' if negated else ''}{members}]"


def _overlapping(parts: list[_Part]) -> str | None:
    """The expression for `text*text`, None for other patterns."""
    stars = [index for index, part in enumerate(parts) if part.regex == ".*"]
    plain = all(part.literal for part in parts if part.regex != ".*")
    if not plain or not stars or stars[-1] - stars[0] != len(stars) - 1:
        return None
    start = "".join(part.regex for part in parts[: stars[0]])
    end = "".join(part.regex for part in parts[stars[-1] + 1 :])
    return f"(?={start}).*(?<={end})" if start and end else None
