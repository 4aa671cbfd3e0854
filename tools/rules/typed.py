"""Plain YAML data to frozen dataclasses, checked field by field.

Field names are snake_case in Python and camelCase in YAML, as in Kubernetes' own API.
"""

import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from functools import cache
from typing import Any

from tools.kubernetes.spelling import closest
from tools.rules.options import is_fields, names
from tools.source.place import FieldPath


class ConfigError(Exception):
    """Something in `policies.yaml` that is not understood: one sentence, and the field path.

    `is_key` says that the name of the field is at fault, and not its value.
    """

    def __init__(self, path: FieldPath, sentence: str, is_key: bool = False) -> None:
        super().__init__(sentence)
        self.path = path
        self.sentence = sentence
        self.is_key = is_key


FEW = 12
"""So many known names fit into a sentence."""


def camel(name: str) -> str:
    """`written_paths` to `writtenPaths`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelt name: `; did you mean 'x'?`, or the known names if none is near."""
    listed = sorted(known)
    close = closest(name, listed, 0.6)
    if close is not None:
        return f"; did you mean {close!r}?"
    return f"; known are {', '.join(listed)}" if 0 < len(listed) <= FEW else ""


def check_names(data: Mapping[str, Any], known: Iterable[str], path: FieldPath, what: str) -> None:
    """Refuse the first key that is not known. Raises ConfigError with the nearest spelling."""
    known = list(known)
    for key in data:
        if key not in known:
            sentence = f"unknown {what} {key!r}{nearest(key, known)}"
            raise ConfigError((*path, key), sentence, is_key=True)


def build(kind: Any, data: Any, path: FieldPath) -> Any:
    """A value of an annotated type from YAML data.

    Understands bool, int, float, str, date, Any, Optional, Literal, tuple[X, ...], dict[str, X] and
    frozen dataclasses, which may refuse what they are given with a ValueError. Raises ConfigError
    for anything that does not fit.
    """
    if kind is Any:
        return data
    if kind is date:
        return _date(data, path)
    if is_fields(kind):
        return _dataclass(kind, data, path)
    if typing.get_origin(kind) is None:
        return _expect(kind, data, path)
    return _generic(typing.get_origin(kind), typing.get_args(kind), data, path)


def _generic(origin: Any, arguments: tuple[Any, ...], data: Any, path: FieldPath) -> Any:
    if origin in (typing.Union, types.UnionType):
        some = next(a for a in arguments if a is not type(None))
        return None if data is None and type(None) in arguments else build(some, data, path)
    if origin is tuple:
        items = _expect(list, data, path)
        return tuple(build(arguments[0], item, (*path, i)) for i, item in enumerate(items))
    if origin is dict:
        pairs = _expect(dict, data, path)
        return {key: build(arguments[1], value, (*path, key)) for key, value in pairs.items()}
    if data not in arguments:  # Literal
        raise ConfigError(path, f"{data!r} is none of {', '.join(map(str, arguments))}")
    return data


def _dataclass(kind: Any, data: Any, path: FieldPath) -> Any:
    given = _expect(dict, data, path)
    known = _known(kind)
    check_names(given, known, path, "name")
    values = {
        known[key][0]: build(known[key][1], value, (*path, key)) for key, value in given.items()
    }
    try:
        return kind(**values)
    except TypeError as error:
        missing = [name for name in _needed(kind) if name not in given]
        raise ConfigError(path, f"needs {', '.join(missing)}") from error
    except ValueError as error:
        raise ConfigError(path, str(error)) from error


def _needed(kind: Any) -> list[str]:
    return [
        camel(f.name) for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING
    ]


def _date(data: Any, path: FieldPath) -> date:
    try:
        return date.fromisoformat(_expect(str, data, path))
    except ValueError as error:
        raise ConfigError(path, f"{data!r} is not a date like 2027-01-31") from error


@cache
def _known(kind: Any) -> Mapping[str, tuple[str, Any]]:
    """The names of fields in YAML, with those in Python and their types."""
    hints = typing.get_type_hints(kind)
    return {camel(name): (name, hints[name]) for name in names(kind)}


_WORDS = {dict: "a map", list: "a list", str: "text", int: "a whole number", bool: "true or false"}


def _expect(kind: type, data: Any, path: FieldPath) -> Any:
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if isinstance(data, kind) and (kind is bool or not isinstance(data, bool)):
        return data
    raise ConfigError(path, f"{data!r} is not {_WORDS.get(kind, 'a number')}")
