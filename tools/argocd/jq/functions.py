"""What jq makes of values: comparisons and functions, as gojq 0.12.17 has them."""

from collections.abc import Callable
from typing import Any

from tools.argocd.expression import found


class Failed(Exception):
    """jq ends with an error: a clause. What it selected before counts for nothing."""


class Unknown(Exception):
    """Something that is not evaluated here."""


def is_true(value: Any) -> bool:
    """Whether a condition takes a value."""
    return value is not None and value is not False


def kind_of(value: Any) -> str:
    """What jq calls the kind of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names: tuple[tuple[Any, str], ...] = (
        ((int, float), "number"), (str, "string"), (list, "array"), (dict, "object"),
    )  # fmt: skip
    return next((name for types, name in names if isinstance(value, types)), "string")


def is_same(left: Any, right: Any) -> bool:
    """Whether two values are equal; `true` is not 1."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(is_same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(is_same(left[key], right[key]) for key in left)
    return kind_of(left) == kind_of(right) and bool(left == right)


def compared(sign: str, left: Any, right: Any) -> bool:
    """A comparison. Raises Unknown for the order of lists and objects."""
    if sign in ("==", "!="):
        return is_same(left, right) is (sign == "==")
    places = [(_ORDER.index(kind_of(value)), value) for value in (left, right)]
    one, other = places if places[0][0] == places[1][0] else [(place, 0) for place, _ in places]
    if isinstance(one[1], list | dict):
        raise Unknown
    if one[1] is None:
        return "=" in sign
    return bool({"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Failed(f"a {kind_of(value)} is taken for a text")
    return value


def _test(value: Any, expression: Any) -> bool:
    text, wanted = _text(value), _text(expression)
    verdict = None if "\n" in text or "(?" in wanted.replace("(?:", "") else found(wanted, text)
    if verdict is None:
        raise Unknown
    return verdict


def _contains(value: Any, other: Any) -> bool:
    if not (isinstance(value, str) and isinstance(other, str)):
        raise Unknown
    return other in value


def _has(value: Any, key: Any) -> bool:
    if isinstance(value, dict) and isinstance(key, str):
        return key in value
    if isinstance(value, list) and isinstance(key, int) and not isinstance(key, bool):
        return 0 <= key < len(value)
    if value is None:
        return False
    raise Failed(f"it asks whether a {kind_of(value)} has something")


def _length(value: Any) -> Any:
    if isinstance(value, bool):
        raise Failed("a boolean has no length")
    if isinstance(value, int | float):
        return abs(value)
    return 0 if value is None else len(value)


FUNCTIONS: dict[tuple[str, int], Callable[..., Any]] = {
    ("not", 0): lambda value: not is_true(value),
    ("type", 0): kind_of,
    ("length", 0): _length,
    ("has", 1): _has,
    ("test", 1): _test,
    ("contains", 1): _contains,
    ("startswith", 1): lambda value, text: _text(value).startswith(_text(text)),
    ("endswith", 1): lambda value, text: _text(value).endswith(_text(text)),
}
_ORDER = ("null", "boolean", "number", "string", "array", "object")
KINDS = {
    "strings": ("string",),
    "numbers": ("number",),
    "booleans": ("boolean",),
    "nulls": ("null",),
    "values": ("boolean", "number", "string", "array", "object"),
    "arrays": ("array",),
    "objects": ("object",),
    "iterables": ("array", "object"),
    "scalars": ("null", "boolean", "number", "string"),
}
