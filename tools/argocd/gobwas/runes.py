"""Characters in bytes as Go sees them: what is no character is U+FFFD, one byte long."""

from collections.abc import Iterator

BROKEN = 0xFFFD
_ASCII = 0x80


def first(text: bytes, at: int = 0) -> tuple[int, int]:
    """The character at a place and how many bytes it has: U+FFFD and none at the end."""
    if at >= len(text):
        return BROKEN, 0
    if text[at] < _ASCII:
        return text[at], 1
    for width in (2, 3, 4):
        try:
            return ord(text[at : at + width].decode()), width
        except (UnicodeDecodeError, TypeError):
            continue
    return BROKEN, 1


def runes(text: bytes) -> Iterator[tuple[int, int]]:
    """Every character with the place where it begins."""
    at = 0
    while at < len(text):
        rune, width = first(text, at)
        yield at, rune
        at += width


def ends(text: bytes, start: int) -> list[int]:
    """`start`, and the end of each character behind it as Go counts: U+FFFD has three bytes."""
    return [start, *(start + at + length(rune) for at, rune in runes(text))]


def starts(text: bytes, start: int) -> list[int]:
    """The beginning of each character, counted from `start`, and the end of the text."""
    return [*(start + at for at, _ in runes(text)), start + len(text)]


def length(rune: int) -> int:
    """The number of bytes of a character."""
    return len(chr(rune).encode())


def any_of(text: bytes, wanted: str) -> int:
    """Where the first of the wanted characters stands that is there at all, -1 for none."""
    found = (text.find(char.encode()) for char in wanted)
    return next((at for at in found if at >= 0), -1)
