"""When a CronJob runs: its schedule, and the time zone of that.

https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax; exactly,
ParseStandard of robfig/cron v3, which the server uses, and validateScheduleFormat and
validateTimeZone of pkg/apis/batch/validation.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from tools.kubernetes.spelling import closest
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import whole_number

_WORDS = re.compile(r"[^\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_HIGHEST = 2**63 - 1
_PRECISION = 18
_DESCRIPTORS = frozenset(
    {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
)
_EVERY = "@every "
_AMOUNT = re.compile(r"([0-9]*)(?:(\.)([0-9]*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)", re.ASCII)
_NANOSECONDS = {
    "ns": 1, "us": 10**3, "\u00b5s": 10**3, "\u03bcs": 10**3, "ms": 10**6, "s": 10**9,
    "m": 60 * 10**9, "h": 3600 * 10**9,
}  # fmt: skip
_ZONE_PART = re.compile(r"(?!-)[A-Za-z._0-9+-]{1,14}", re.ASCII)
_COPIES = ("posix/", "right/")
_MORE_ZONES = ("posixrules", "localtime")
"""Folders and files that some systems have in the folder of the zones, and others have not."""


class _Part(NamedTuple):
    """One of the five parts of a schedule: what it may be from and to, and names for that."""

    name: str
    least: int
    most: int
    words: Mapping[str, int]


def _numbered(words: str, first: int) -> dict[str, int]:
    return {word: first + index for index, word in enumerate(words.split())}


_PARTS = (
    _Part("the minute", 0, 59, {}),
    _Part("the hour", 0, 23, {}),
    _Part("the day of the month", 1, 31, {}),
    _Part("the month", 1, 12, _numbered("jan feb mar apr may jun jul aug sep oct nov dec", 1)),
    _Part("the day of the week", 0, 6, _numbered("sun mon tue wed thu fri sat", 0)),
)


def schedule(field: Field) -> Refusals:
    """The schedule of a CronJob."""
    text = field.text
    if not text:
        yield field.required("it says when to run")
    elif "TZ" in text:
        yield field.refused(f"{field} has a time zone", "Write it in the field timeZone.")
    elif objection := schedule_objection(text):
        yield field.refused(f"{field} is {text!r}, which is no schedule: {objection}")


def schedule_objection(text: str) -> str:
    """What keeps a text, without a time zone, from being a schedule, "" if nothing does."""
    if text.startswith("@"):
        return _descriptor_objection(text)
    words = _WORDS.findall(text)
    if len(words) != len(_PARTS):
        return f"it has {len(words)} parts, must have {len(_PARTS)}, as in '30 4 * * 1-5'"
    for word, part in zip(words, _PARTS, strict=True):
        for element in filter(None, word.split(",")):
            if objection := _range_objection(element, part):
                return f"{objection} in {element!r}, {part.name}"
    return ""


def _descriptor_objection(text: str) -> str:
    if text in _DESCRIPTORS:
        return ""
    if text.startswith(_EVERY):
        length = text[len(_EVERY) :]
        return "" if is_duration(length) else f"{length!r} is no length of time such as 1h30m"
    meant = closest(text, sorted(_DESCRIPTORS))
    return f"there is no {text!r}" + (f", is {meant} meant?" if meant else "")


def _range_objection(element: str, part: _Part) -> str:
    """What is wrong with `number`, `number-number` or `*`, each with or without `/number`."""
    span, *steps = element.split("/")
    first, *last = span.split("-")
    if first in ("*", "?"):
        start, end = part.least, part.most
    elif len(last) > 1:
        return "there are too many hyphens"
    else:
        begin, until = (_number(text, part) for text in (first, (last or [first])[0]))
        if begin is None or until is None:
            return "there is no number"
        start, end = begin, until if last or not steps else part.most
    return _step_objection(steps) or _bounds_objection(start, end, part)


def _number(text: str, part: _Part) -> int | None:
    named = part.words.get(text.lower())
    return _plain(text) if named is None else named


def _plain(text: str) -> int | None:
    """A number as Go's Atoi reads it, None for others and for those below 0."""
    number = whole_number(text)
    return None if number is None or number < 0 else number


def _step_objection(steps: list[str]) -> str:
    if len(steps) > 1:
        return "there are too many slashes"
    return "" if all(map(_plain, steps)) else "what follows the slash is no number above 0"


def _bounds_objection(start: int, end: int, part: _Part) -> str:
    if start < part.least:
        return f"{start} is below {part.least}"
    if end > part.most:
        return f"{end} is above {part.most}"
    return f"{start} is beyond {end}" if start > end else ""


def is_duration(text: str) -> bool:
    """Whether Go's ParseDuration reads the text: numbers with units, less than 292 years."""
    sign, rest = (text[:1], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if rest == "0":
        return True
    total, end = 0, 0
    for found in _AMOUNT.finditer(rest):
        whole, _, fraction, unit = found.groups()
        if found.start() != end or not (whole or fraction):
            return False
        digits = (fraction or "")[:_PRECISION]
        number = _at_most(_HIGHEST + 1, whole)
        if number is None:
            return False
        part = int(digits or "0") * _NANOSECONDS[unit] // 10 ** len(digits)
        total += number * _NANOSECONDS[unit] + part
        end = found.end()
    return bool(rest) and end == len(rest) and total <= _HIGHEST + (sign == "-")


def _at_most(most: int, digits: str) -> int | None:
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= len(str(most)) and int(digits) <= most else None


def time_zone(field: Field) -> Refusals:
    """The timeZone of a CronJob, if it is set."""
    text = field.text
    if not field.is_set:
        return
    parts = text.split("/")
    if not all(map(_ZONE_PART.fullmatch, parts)) or {".", ".."} & set(parts):
        yield field.must("be the name of a time zone, such as Europe/Berlin")
    elif text.lower() == "local":
        yield field.must("be an explicit time zone, such as Europe/Berlin")
    elif text not in _MORE_ZONES:
        from tools.kubernetes.validation.time_zones import TIME_ZONES

        if text.removeprefix(_COPIES[0]).removeprefix(_COPIES[1]) not in TIME_ZONES:
            meant = closest(text, sorted(TIME_ZONES))
            remedy = f"Write `{meant}`." if meant else None
            yield field.must("be a time zone that there is, such as Europe/Berlin", remedy)
