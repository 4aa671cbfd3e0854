"""Versions as the Go library Masterminds/semver 3.4.0 reads them.

What is special about it: versions may have fewer than three numbers.
https://github.com/Masterminds/semver
"""

import re
from functools import total_ordering

REST = r"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
"""What may stand behind the numbers of a version."""
_VERSION = re.compile(r"v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?" + REST)
_LARGEST = 2**64


class BadVersion(ValueError):
    """A text that looks like a version and is none, at which Argo CD gives up."""


@total_ordering
class SemVer:
    """A version; what stands behind `+` does not count."""

    def __init__(self, numbers: tuple[int, int, int], pre: str = "") -> None:
        self.numbers = numbers
        self.pre = pre
        parts = [_part(part) for part in pre.split(".")] if pre else []
        self._order = (numbers, not pre, parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SemVer) and self._order == other._order

    def __lt__(self, other: "SemVer") -> bool:
        return self._order < other._order

    def __hash__(self) -> int:
        return hash((self.numbers, self.pre))


def _part(text: str) -> tuple[bool, int, str]:
    """Numbers come before words."""
    return (False, int(text), "") if _is_number(text) else (True, 0, text)


def _is_number(text: str) -> bool:
    return text.isdecimal() and int(text) < _LARGEST


def semver(text: str) -> SemVer | None:
    """The version that a text is, None if it is none. Raises BadVersion."""
    found = _VERSION.fullmatch(text)
    if not found:
        return None
    numbers = [int((part or "0").lstrip(".")) for part in found.group(1, 2, 3)]
    pre: str = found[5] or ""
    if any(p.isdecimal() and p[0] == "0" and len(p) > 1 for p in pre.split(".")):
        raise BadVersion(f"{text!r} has a number with a leading zero behind the -")
    if max(numbers) >= _LARGEST:
        raise BadVersion(f"{text!r} has a number that is too large")
    return SemVer((numbers[0], numbers[1], numbers[2]), pre)
