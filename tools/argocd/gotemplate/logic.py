"""The functions of templates that compare, choose and count."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from tools.argocd.gotemplate.fault import Unrenderable, stop
from tools.argocd.gotemplate.values import (
    Int64,
    TextMap,
    equal,
    is_true,
    kind_of,
    less,
    same,
)

_LARGEST = 1 << 63
_MOST = 100_000


def _integer(value: Any) -> int:
    """What sprig makes a number of (`cast.ToInt64`)."""
    if isinstance(value, bool) or value is None:
        return int(bool(value))
    if isinstance(value, (int, float)):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?[1-9]\d{0,17}|0", value):
        return int(value)
    if isinstance(value, str) and re.search(r"\d", value):
        raise Unrenderable(f"whether {value!r} is a number is not known here")
    return 0


def _wrapped(number: int) -> Int64:
    if not -_LARGEST <= number < _LARGEST:
        raise Unrenderable("a number is too large")
    return Int64(number)


def _quotient(left: int, right: int) -> Int64:
    if right == 0:
        raise stop("a number is divided by zero")
    return _wrapped(int(math.copysign(1, left * right)) * (abs(left) // abs(right)))


def _div(left: Any, right: Any) -> Int64:
    return _quotient(_integer(left), _integer(right))


def _mod(left: Any, right: Any) -> Int64:
    mine, theirs = _integer(left), _integer(right)
    return _wrapped(mine - _quotient(mine, theirs) * theirs)


def _float(value: Any) -> float:
    if isinstance(value, str):
        raise Unrenderable("a text is not taken for a number here")
    return float(value) if isinstance(value, (int, float)) else 0.0


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if not isinstance(value, (list, dict)):
        raise stop(f"the length of a {kind_of(value)} is asked for")
    return len(value)


def _index(value: Any, *keys: Any) -> Any:
    if value is None:
        raise stop("an index of nil is asked for")
    for key in keys:
        if isinstance(value, dict):
            if not isinstance(key, str):
                raise stop(f"a map has no key {key!r}, which is no text")
            value = value.get(key, "" if isinstance(value, TextMap) else None)
        elif isinstance(value, list):
            if not isinstance(key, int) or isinstance(key, bool) or not 0 <= key < len(value):
                raise stop(f"a list has no item {key!r}")
            value = value[key]
        else:
            if isinstance(value, str):
                raise Unrenderable("a byte of a text is asked for")
            raise stop(f"an index of a {kind_of(value)} is asked for")
    return value


def _until(start: int, stop_at: int, step: int) -> list[int]:
    forward = stop_at >= start
    if (forward and step <= 0) or (not forward and step >= 0):
        return []
    if abs(stop_at - start) > _MOST * abs(step):
        raise Unrenderable("a list is too long")
    return list(range(start, stop_at, step))


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if is_true(value)), None)


def _not_equal(left: Any, right: Any) -> bool:
    return not equal(left, right)


def _fail(message: str) -> Any:
    raise stop(f"the template fails on purpose: {message}")


def _at_most(left: Any, right: Any) -> bool:
    return less(left, right) or equal(left, right)


def _equal_any(left: Any, *right: Any) -> bool:
    if not right:
        raise stop("'eq' is called with one value")
    return any(equal(left, value) for value in right)


LOGIC: Mapping[str, tuple[str, Callable[..., Any]]] = {
    "eq": ("aa*", _equal_any),
    "ne": ("aa", _not_equal),
    "lt": ("aa", less),
    "le": ("aa", _at_most),
    "gt": ("aa", lambda left, right: not _at_most(left, right)),
    "ge": ("aa", lambda left, right: not less(left, right)),
    "not": ("a", lambda value: not is_true(value)),
    "len": ("A", _length),
    "index": ("aa*", _index),
    "default": ("aa*", lambda other, *given: given[0] if given and is_true(given[0]) else other),
    "empty": ("A", lambda value: not is_true(value)),
    "coalesce": ("a*", _coalesce),
    "all": ("a*", lambda *values: all(map(is_true, values))),
    "any": ("a*", lambda *values: any(map(is_true, values))),
    "ternary": ("aab", lambda yes, no, which: yes if which else no),
    "kindOf": ("a", kind_of),
    "kindIs": ("sa", lambda kind, value: kind == kind_of(value)),
    "deepEqual": ("aa", same),
    "int": ("a", lambda value: int(_integer(value))),
    "int64": ("a", lambda value: Int64(_integer(value))),
    "float64": ("a", _float),
    "atoi": ("s", lambda text: int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else 0),
    "add": ("a*", lambda *values: _wrapped(sum(map(_integer, values)))),
    "add1": ("a", lambda value: _wrapped(_integer(value) + 1)),
    "sub": ("aa", lambda left, right: _wrapped(_integer(left) - _integer(right))),
    "mul": ("aa*", lambda *values: _wrapped(math.prod(map(_integer, values)))),
    "div": ("aa", _div),
    "mod": ("aa", _mod),
    "max": ("aa*", lambda *values: Int64(max(map(_integer, values)))),
    "biggest": ("aa*", lambda *values: Int64(max(map(_integer, values)))),
    "min": ("aa*", lambda *values: Int64(min(map(_integer, values)))),
    "floor": ("a", lambda value: float(math.floor(_float(value)))),
    "ceil": ("a", lambda value: float(math.ceil(_float(value)))),
    "until": ("i", lambda count: _until(0, count, 1 if count >= 0 else -1)),
    "untilStep": ("iii", _until),
    "fail": ("s", _fail),
}
