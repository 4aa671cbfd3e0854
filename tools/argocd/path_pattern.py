"""Patterns of Go's `path/filepath.Match` on Unix.

https://pkg.go.dev/path/filepath#Match. As there, what stands between two stars is taken where it is
found first, a star passes over bytes, and a class may take a slash: `*[^x]*b` does not take `ab/b`.
Argo CD takes an error for no match.
"""

from collections.abc import Iterator

from tools.argocd.gobwas.runes import first

_STAR, _SLASH, _ESCAPE, _OPEN, _CLOSE, _ONE = b"*/\\[]?"


class BadPattern(ValueError):
    """A pattern that Go refuses."""


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern takes a text."""
    try:
        return _matches(
            list(_chunks(pattern.encode("utf-8", "surrogatepass"))),
            text.encode("utf-8", "surrogatepass"),
        )
    except BadPattern:
        return False


def is_malformed(pattern: str) -> bool:
    """Whether Go refuses a pattern when it comes to the end of it."""
    try:
        for _, chunk in _chunks(pattern.encode("utf-8", "surrogatepass")):
            _rest(chunk, b"")
    except BadPattern:
        return True
    return False


def _matches(chunks: list[tuple[bool, bytes]], text: bytes) -> bool:
    for number, (star, chunk) in enumerate(chunks):
        is_last = number == len(chunks) - 1
        if star and not chunk:
            return _SLASH not in text
        slash = text.find(b"/")
        skipped = (slash if slash >= 0 else len(text)) if star else 0
        for start in range(skipped + 1):
            rest = _rest(chunk, text[start:])
            if rest is not None and not (is_last and rest):
                text = rest
                break
        else:
            return False
    return not text


def _chunks(pattern: bytes) -> Iterator[tuple[bool, bytes]]:
    """The parts between stars, each with whether a star is before it."""
    at = 0
    while at < len(pattern):
        start = at
        while at < len(pattern) and pattern[at] == _STAR:
            at += 1
        star, begin = at > start, at
        is_class = False
        while at < len(pattern) and not (pattern[at] == _STAR and not is_class):
            if pattern[at] in (_OPEN, _CLOSE):
                is_class = pattern[at] == _OPEN
            at += 2 if pattern[at] == _ESCAPE else 1
        yield star, pattern[begin:at]


def _rest(chunk: bytes, text: bytes) -> bytes | None:
    """What is left of a text that begins with a part; None if it does not.

    Raises BadPattern, also behind where it does not.
    """
    at, failed = 0, False
    while at < len(chunk):
        failed = failed or not text
        rune, width = first(text)
        if chunk[at] == _OPEN:
            takes, at = _class(chunk, at + 1, rune)
            failed = failed or not takes
        elif chunk[at] == _ONE:
            failed = failed or rune == _SLASH
            at += 1
        else:
            at += chunk[at] == _ESCAPE
            if at >= len(chunk):
                raise BadPattern
            failed = failed or chunk[at] != text[0]
            width = 1
            at += 1
        text = text[width:]
    return None if failed else text


def _class(chunk: bytes, at: int, rune: int) -> tuple[bool, int]:
    """Whether the class that begins at a place takes a character, and where it ends."""
    negated = chunk[at : at + 1] == b"^"
    at += negated
    takes = is_read = False
    while not (is_read and chunk[at] == _CLOSE):
        low, at = _member(chunk, at)
        high = low
        if chunk[at : at + 1] == b"-":
            high, at = _member(chunk, at + 1)
        takes = takes or low <= rune <= high
        is_read = True
    return takes is not negated, at + 1


def _member(chunk: bytes, at: int) -> tuple[int, int]:
    if chunk[at : at + 1] in (b"", b"-", b"]"):
        raise BadPattern
    at += chunk[at] == _ESCAPE
    rune, width = first(chunk, at)
    if at + width >= len(chunk):
        raise BadPattern
    return rune, at + width
