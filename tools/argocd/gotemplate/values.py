"""Values of a template: how Go prints, compares and judges them.

A number of the parameters is a `float`, because JSON has no other; `int` is Go's, and `Int64` what
arithmetic gives. Maps are `dict`, slices `list`.
"""

from math import isfinite
from typing import Any

from tools.argocd.gotemplate.fault import Unrenderable, stop
from tools.argocd.gotemplate.nodes import MISSING

_SMALLEST = -4
_LARGEST = 6
"""Powers of ten between which Go prints a float without an exponent."""


class Int64(int):
    """An `int64`, which is no `int` to the functions of a template."""


class TextMap(dict[str, str]):
    """A map whose values are all text, which is not every map to the functions of a template."""


class Made(dict[str, Any]):
    """A map that the template itself made, and may change."""


class Nil(list[Any]):
    """A slice that was never made: it is empty, and null in JSON."""


class Unordered(list[str]):
    """A slice whose order Go leaves open."""


def from_data(value: Any) -> Any:
    """Parameters as they arrive in Go through JSON."""
    if isinstance(value, dict):
        return {key: from_data(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_data(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def is_true(value: Any) -> bool:
    """Whether Go takes a value for true: what is neither zero nor empty."""
    return bool(value)


def kind_of(value: Any) -> str:
    """What `reflect` calls the kind of a value."""
    if value is None or value is MISSING:
        return "invalid"
    if isinstance(value, bool):
        return "bool"
    kinds = {str: "string", Int64: "int64", int: "int", float: "float64"}
    if type(value) in kinds:
        return kinds[type(value)]
    return "map" if isinstance(value, dict) else "slice"


def printed(value: Any) -> str:
    """A value where the template prints it."""
    return "<no value>" if value is None or value is MISSING else formatted(value)


def formatted(value: Any) -> str:
    """A value as `%v` prints it."""
    if value is None or value is MISSING:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    return _gathered(value) if isinstance(value, (list, dict)) else str(value)


def _gathered(value: list[Any] | dict[str, Any]) -> str:
    if isinstance(value, Unordered) and len(value) > 1:
        raise Unrenderable("the order of the keys of a map is open")
    if isinstance(value, list):
        return "[" + " ".join(formatted(item) for item in value) + "]"
    pairs = (f"{key}:{formatted(value[key])}" for key in by_bytes(value))
    return "map[" + " ".join(pairs) + "]"


def by_bytes(keys: Any) -> list[str]:
    """Texts in Go's order, which is that of their bytes."""
    return sorted(keys, key=lambda key: str(key).encode("utf-8", "surrogatepass"))


def _float(value: float) -> str:
    if not isfinite(value):
        return {"inf": "+Inf", "-inf": "-Inf"}.get(repr(value), "NaN")
    digits, power = shortest(value)
    sign = "-" if repr(value)[0] == "-" else ""
    if _SMALLEST <= power < _LARGEST:
        return sign + plain(digits, power)
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"


def shortest(value: float) -> tuple[str, int]:
    """The fewest digits that mean a float, and the power of ten of the first one."""
    text = repr(abs(value))
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    power = int(exponent or 0) + len(whole) - 1
    digits = whole + fraction
    lead = len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    return (digits, power - lead) if digits else ("0", 0)


def plain(digits: str, power: int) -> str:
    """Digits without an exponent."""
    if power < 0:
        return "0." + "0" * (-power - 1) + digits
    if len(digits) <= power + 1:
        return digits.ljust(power + 1, "0")
    return f"{digits[: power + 1]}.{digits[power + 1 :]}"


def _basic(value: Any) -> str:
    kind = kind_of(value)
    return "int" if kind == "int64" else kind


def equal(left: Any, right: Any) -> bool:
    """`eq` of two values."""
    mine, theirs = _basic(left), _basic(right)
    if mine != theirs:
        if "invalid" in (mine, theirs):
            return False
        raise stop(f"{mine} is compared with {theirs}")
    if mine in ("map", "slice"):
        raise stop(f"a {mine} is compared")
    return mine == "invalid" or left == right


def less(left: Any, right: Any) -> bool:
    """`lt` of two values."""
    mine, theirs = _basic(left), _basic(right)
    if mine != theirs or mine not in ("int", "float64", "string"):
        raise stop(f"{mine} is compared with {theirs}")
    if mine == "string":
        return str(left).encode() < str(right).encode()
    return bool(left < right)


def same(left: Any, right: Any) -> bool:
    """`reflect.DeepEqual`."""
    if kind_of(left) != kind_of(right):
        return False
    if isinstance(left, list):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(same(one, other) for one, other in pairs)
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)
