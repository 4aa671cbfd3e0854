"""The functions of templates about lists and maps."""

from collections.abc import Callable, Mapping
from typing import Any

from tools.argocd.gotemplate.fault import Unrenderable, stop
from tools.argocd.gotemplate.values import (
    Made,
    Nil,
    TextMap,
    Unordered,
    by_bytes,
    formatted,
    is_true,
    kind_of,
    same,
)

_LEAST = 3
_PAIR = 2


def _texts(value: Any) -> list[str]:
    """The texts of a list (`strslice`)."""
    if isinstance(value, list):
        return [formatted(item) for item in value if item is not None]
    return [] if value is None else [formatted(value)]


def _sorted(value: Any) -> list[str]:
    return by_bytes(_texts(value)) if isinstance(value, list) else [formatted(value)]


def _in(needle: Any, items: Any) -> bool:
    return any(same(needle, item) for item in items)


def _has(needle: Any, items: Any) -> bool:
    if items is None:
        return False
    if not isinstance(items, list):
        raise stop(f"'has' is given a {kind_of(items)} where a list belongs")
    return _in(needle, items)


def _uniq(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if not _in(item, found):
            found.append(item)
    return found


def _part(items: list[Any], *indices: Any) -> Any:
    from tools.argocd.gotemplate.logic import LOGIC

    if not items:
        return None
    whole = dict(enumerate(LOGIC["int"][1](index) for index in indices[:_PAIR]))
    start, end = whole.get(0, 0), whole.get(1, len(items))
    if not 0 <= start <= end <= len(items):
        raise stop("a list is cut where it has nothing")
    return items[start:end]


def _dict(*values: Any) -> Made:
    pairs = Made()
    for index in range(0, len(values), _PAIR):
        value = values[index + 1] if index + 1 < len(values) else ""
        pairs[formatted(values[index])] = value
    return pairs


def _changeable(data: Any) -> Made:
    if not isinstance(data, Made):
        raise Unrenderable("a map of the parameters is changed")
    return data


def _set(data: Any, key: str, value: Any) -> Made:
    found = _changeable(data)
    if _holds(value, found):
        raise Unrenderable("a map is put into itself")
    found[key] = value
    return found


def _holds(value: Any, searched: Made) -> bool:
    if isinstance(value, (dict, list)):
        below = value.values() if isinstance(value, dict) else value
        return value is searched or any(_holds(item, searched) for item in below)
    return False


def _unset(data: Any, key: str) -> Made:
    found = _changeable(data)
    found.pop(key, None)
    return found


def _keys(*maps: Mapping[str, Any]) -> Unordered:
    return Unordered(key for each in maps for key in each)


def _values(data: Mapping[str, Any]) -> Any:
    if len(data) > 1:
        raise Unrenderable("the order of the values of a map is open")
    return list(data.values())


def _dig(*arguments: Any) -> Any:
    *keys, default, data = arguments
    if not keys or not all(isinstance(key, str) for key in keys):
        raise stop("'dig' needs keys, a default and a map")
    for key in keys:
        if not isinstance(data, dict) or isinstance(data, TextMap):
            raise stop("'dig' goes into what is no map")
        if key not in data:
            return default
        data = data[key]
    return data


def _concat(*lists: Any) -> list[Any]:
    if not all(isinstance(each, list) for each in lists):
        raise stop("'concat' is given what is no list")
    return [item for each in lists for item in each] or Nil()


_APPEND = ("la", lambda items, item: [*items, item])
_PREPEND = ("la", lambda items, item: [item, *items])

_LISTS: Mapping[str, tuple[str, Callable[..., Any]]] = {
    "append": _APPEND,
    "push": _APPEND,
    "prepend": _PREPEND,
    "first": ("l", lambda items: items[0] if items else None),
    "last": ("l", lambda items: items[-1] if items else None),
    "rest": ("l", lambda items: items[1:] if items else Nil()),
    "initial": ("l", lambda items: items[:-1] if items else Nil()),
    "reverse": ("l", lambda items: items[::-1]),
    "uniq": ("l", _uniq),
    "without": ("la*", lambda items, *omit: [item for item in items if not _in(item, omit)]),
    "compact": ("l", lambda items: [item for item in items if is_true(item)]),
    "has": ("aA", _has),
    "slice": ("la*", _part),
}
"""Those that have a second name with `must` before it."""

LISTS: Mapping[str, tuple[str, Callable[..., Any]]] = {
    **_LISTS,
    **{f"must{name[0].upper()}{name[1:]}": entry for name, entry in _LISTS.items()},
    "join": ("sa", lambda separator, value: separator.join(_texts(value))),
    "toStrings": ("a", _texts),
    "sortAlpha": ("A", _sorted),
    "list": ("a*", lambda *values: list(values) if values else Nil()),
    "tuple": ("a*", lambda *values: list(values) if values else Nil()),
    "concat": ("a*", _concat),
    "dict": ("a*", _dict),
    "get": ("ms", lambda data, key: data.get(key, "")),
    "set": ("msa", _set),
    "unset": ("ms", _unset),
    "hasKey": ("ms", lambda data, key: key in data),
    "pluck": ("sm*", lambda key, *maps: [each[key] for each in maps if key in each]),
    "pick": ("ms*", lambda data, *keys: Made({k: data[k] for k in keys if k in data})),
    "omit": ("ms*", lambda data, *keys: Made({k: v for k, v in data.items() if k not in keys})),
    "keys": ("m*", _keys),
    "values": ("m", _values),
    "dig": ("aaa*", _dig),
}
