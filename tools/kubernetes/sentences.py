"""Words for what a JSON schema demands of a value, without the schema's own."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tools.kubernetes.corrections import MICRO_TIME_FORMAT, QUANTITY_FORMAT, TIME_FORMAT
from tools.kubernetes.crds import DATE_TIME_FORMAT
from tools.kubernetes.spelling import closest

Facts = Mapping[str, Any]
"""What a keyword of a schema demands, as jsonschema_rs tells it of an error."""

_LONGEST = 60
_MOST_OPTIONS = 8
_TYPES = {
    "string": "a string", "integer": "an integer", "number": "a number", "boolean": "true or false",
    "object": "a map", "array": "a list", "null": "null",
}  # fmt: skip
_PLAIN = {
    "integer": re.compile(r"-?\d+"),
    "number": re.compile(r"-?\d+(\.\d+)?"),
    "boolean": re.compile(r"true|false", re.IGNORECASE),
}
_QUANTITY = "a quantity such as 2, 500m or 256Mi"
_QUANTITY_TYPES = {"number", "string"}
_BYTES_TYPES = {"array", "string"}
"""No other fields of Kubernetes take these."""
_TIME = "a time such as '2026-01-31T15:04:05Z'"
_UNITS = "Write a number, directly followed by a unit (m, k, M, G, T, Ki, Mi, Gi, Ti) or by none."
_RIGHT = {
    "array": "Write a list, each item after `- `.",
    "object": "Write a map, its fields indented below this key.",
    "boolean": "Write true or false.",
    "integer": "Write a whole number.",
    "number": "Write a number.",
}
_FORMATS = {
    "byte": "base64",
    "date-time": _TIME,
    TIME_FORMAT: _TIME,
    DATE_TIME_FORMAT: _TIME,
    MICRO_TIME_FORMAT: "a time with six digits behind the dot: '2026-01-31T15:04:05.000000Z'",
    QUANTITY_FORMAT: _QUANTITY,
}
_QUANTITY_PATTERN = "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|"
"""How the pattern begins that CustomResourceDefinitions give to quantities."""


def about(keyword: str, value: Any, facts: Facts) -> str:
    """What is wrong with a value that breaks a keyword, to be read after the name of its field."""
    return _SENTENCES.get(keyword, _other)(value, facts)


def wrong_type(value: Any, types: Sequence[str]) -> str:
    """The same for a value of the wrong type."""
    types = _worth_naming(types)
    wanted = [_TYPES[kind] for kind in types]
    if {*types} == _QUANTITY_TYPES:
        wanted = [_QUANTITY]
    return f"is {shown(value)}, must be {either(wanted or ['null'])}"


def right_type(value: Any, types: Sequence[str]) -> str | None:
    """What to write instead of a value of the wrong type, None where that is not plain."""
    types = _worth_naming(types)
    if isinstance(value, str) and any(
        _PLAIN[kind].fullmatch(value) for kind in types if kind in _PLAIN
    ):
        return "Write the value without quotes."
    if "string" in types and "number" not in types and isinstance(value, int | float):
        return "Put the value in quotes, as it stands in the source."
    return next((_RIGHT[kind] for kind in types if kind in _RIGHT), None)


def _worth_naming(types: Sequence[str]) -> list[str]:
    """Types without null, and without the list of numbers that text in base64 may be as well."""
    named = [kind for kind in types if kind != "null"]
    return ["string"] if {*named} == _BYTES_TYPES else named


def right_value(keyword: str, value: Any, facts: Facts) -> str | None:
    """What to write instead of a value that breaks a keyword, None where that is not plain."""
    if keyword == "enum":
        meant = closest(str(value), [str(option) for option in facts["options"]])
        return f"Write `{meant}`." if meant else "Write one of the allowed values."
    if keyword == "maxLength":
        return f"Shorten it to {facts['limit']} characters."
    is_quantity = about(keyword, value, facts).endswith(_QUANTITY)
    if is_quantity and isinstance(value, str):
        meant_by = _meant_by(value)
        return f"Write {either(meant_by)}." if meant_by else _UNITS
    return None


def _meant_by(text: str) -> list[str]:
    from tools.kubernetes.quantity import meant_by

    return meant_by(text)


def shown(value: Any) -> str:
    """A value in a sentence, shortened; of maps and lists only what they are."""
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def either(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _options(value: Any, facts: Facts) -> str:
    options = [option for option in facts["options"] if option is not None] or [None]
    if len(options) > _MOST_OPTIONS:
        meant = closest(str(value), map(str, options))
        hint = f"; did you mean {meant!r}?" if meant else ""
        return f"is {shown(value)}, which is none of {len(options)} allowed values{hint}"
    return f"is {shown(value)}, must be {either(map(shown, options))}"


def _count(words: str) -> Callable[[Any, Facts], str]:
    return lambda value, facts: f"has {len(value)} {words} {facts['limit']}"


def _limit(words: str) -> Callable[[Any, Facts], str]:
    return lambda value, facts: f"is {shown(value)}, must be {words} {facts['limit']}"


def _format(value: Any, facts: Facts) -> str:
    return f"is {shown(value)}, must be {_FORMATS.get(facts['format'], facts['format'])}"


def _pattern(value: Any, facts: Facts) -> str:
    wanted = facts["pattern"]
    is_quantity = wanted.startswith(_QUANTITY_PATTERN)
    return f"is {shown(value)}, must {f'be {_QUANTITY}' if is_quantity else f'match {wanted}'}"


def _other(value: Any, facts: Facts) -> str:
    return f"is {shown(value)}, which its schema does not allow"


_SENTENCES: Mapping[str, Callable[[Any, Facts], str]] = {
    "enum": _options,
    "format": _format,
    "pattern": _pattern,
    "minimum": _limit("at least"),
    "maximum": _limit("at most"),
    "exclusiveMinimum": _limit("more than"),
    "exclusiveMaximum": _limit("less than"),
    "minLength": _count("characters, must have at least"),
    "maxLength": _count("characters, must have at most"),
    "minItems": _count("items, must have at least"),
    "maxItems": _count("items, must have at most"),
    "minProperties": _count("fields, must have at least"),
    "maxProperties": _count("fields, must have at most"),
}
