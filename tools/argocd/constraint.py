"""Constraints on versions as the Go library Masterminds/semver 3.4.0 reads them.

Argo CD takes a `targetRevision` that is a constraint for the newest tag that fits. What is special
about this library: a number that is left out is a wildcard, and a group of conditions takes
pre-releases only if one of them names one. https://github.com/Masterminds/semver
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tools.argocd.semver import REST, BadVersion, SemVer, semver

_PARTIAL = r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?" + REST
_OPERATOR = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"
_ONE = re.compile(rf"\s*({_OPERATOR})\s*({_PARTIAL})\s*", re.ASCII)
_EACH = re.compile(rf"({_OPERATOR})\s*({_PARTIAL})", re.ASCII)
_GROUP = re.compile(
    rf"(\s*({_OPERATOR})\s*({_PARTIAL})\s*)((?:\s+|,\s*)({_OPERATOR})\s*({_PARTIAL})\s*)*",
    re.ASCII,
)
_RANGE = re.compile(rf"\s*({_PARTIAL})\s+-\s+({_PARTIAL})\s*", re.ASCII)
_MAJOR, _MINOR, _ALL = 1, 2, 3
"""How many numbers of a version a condition may give."""


class Condition(NamedTuple):
    """An operator with a version, of which the first `given` numbers are written out."""

    operator: str
    version: SemVer
    given: int


class Constraint:
    """Groups of conditions; a version fits if it meets all of one group."""

    def __init__(self, groups: list[list[Condition]]) -> None:
        self._groups = groups

    def fits(self, version: SemVer) -> bool:
        return any(
            (not version.pre or any(each.version.pre for each in group))
            and all(_MEETS[each.operator](version, each) for each in group)
            for group in self._groups
        )


def constraint(text: str) -> Constraint | None:
    """The constraint that a text is, None if it is none."""
    for found in list(_RANGE.finditer(text)):
        text = text.replace(found[0], f">= {found[1]}, <= {found[11]} ", 1)
    groups = []
    for part in text.split("||"):
        if not _GROUP.fullmatch(part):
            return None
        conditions = [_condition(found[0]) for found in _EACH.finditer(part)]
        known = [condition for condition in conditions if condition]
        if len(known) < len(conditions):
            return None
        groups.append(known)
    return Constraint(groups)


def _condition(text: str) -> Condition | None:
    found = _ONE.fullmatch(text)
    if not found:
        return None
    major, minor, patch, pre = (part or "" for part in found.group(3, 4, 5, 6))
    if _is_open(major):
        given, written = 0, f"0.0.0{pre}"
    elif _is_open(minor):
        given, written = _MAJOR, f"{major}.0.0{pre}"
    elif _is_open(patch):
        given, written = _MINOR, f"{major}{minor}.0{pre}"
    else:
        given, written = _ALL, found[2]
    try:
        version = semver(written)
    except BadVersion:
        return None
    return Condition(found[1], version, given) if version else None


def _is_open(part: str) -> bool:
    return part.lstrip(".") in ("", "x", "X", "*")


def _differs(version: SemVer, condition: Condition) -> bool:
    than = condition.version
    if condition.given in (_MAJOR, _MINOR):
        same = version.numbers[: condition.given] == than.numbers[: condition.given]
        return not same or (condition.given == _MINOR and version.pre != than.pre)
    return version != than


def _exceeds(version: SemVer, condition: Condition) -> bool:
    """`>11` is no 11.1, and `>11.1` no 11.1.1."""
    if condition.given in (_MAJOR, _MINOR):
        return version.numbers[: condition.given] > condition.version.numbers[: condition.given]
    return version > condition.version


def _reaches(version: SemVer, condition: Condition) -> bool:
    """`<=11` is any 11."""
    if condition.given == _ALL:
        return version <= condition.version
    given = condition.given or _MINOR
    return version.numbers[:given] <= condition.version.numbers[:given]


def _near(version: SemVer, condition: Condition) -> bool:
    """`~1.2.3` is any later 1.2, `~1` any 1, and `~0.0.0` anything."""
    than = condition.version
    if version < than:
        return False
    if than.numbers == (0, 0, 0) and condition.given in (0, _ALL):
        return True
    shared = _MAJOR if condition.given == _MAJOR else _MINOR
    return version.numbers[:shared] == than.numbers[:shared]


def _equals(version: SemVer, condition: Condition) -> bool:
    if condition.given < _ALL:
        return _near(version, condition)
    return version == condition.version


def _compatible(version: SemVer, condition: Condition) -> bool:
    """`^1.2.3` is any later 1, `^0.2.3` any later 0.2, and `^0.0.3` only itself."""
    than = condition.version
    if version < than:
        return False
    major, minor, _ = than.numbers
    if major > 0 or condition.given == _MAJOR:
        shared = _MAJOR
    elif minor > 0 or condition.given == _MINOR:
        shared = _MINOR
    else:
        shared = _ALL
    return version.numbers[:shared] == than.numbers[:shared]


_MEETS: dict[str, Callable[[SemVer, Condition], bool]] = {
    "": _equals,
    "=": _equals,
    "!=": _differs,
    ">": _exceeds,
    "<": lambda version, condition: version < condition.version,
    ">=": lambda version, condition: version >= condition.version,
    "=>": lambda version, condition: version >= condition.version,
    "<=": _reaches,
    "=<": _reaches,
    "~": _near,
    "~>": _near,
    "^": _compatible,
}


def newest(revision: str, tags: Iterable[str]) -> str | None:
    """The tag that a revision stands for if it is a constraint, None if it is none or none fits.

    As `MaxVersion` of `util/versions/tags.go` in Argo CD 3.2.11 does it. A tag that is nearly a
    version, such as 1.2.3-01, makes it give up.
    """
    try:
        wanted = None if semver(revision) else constraint(revision)
        if wanted is None:
            return None
        known = [(semver(tag), tag) for tag in tags]
    except BadVersion:
        return None
    fitting = [(version, tag) for version, tag in known if version and wanted.fits(version)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
