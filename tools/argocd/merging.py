"""How parameters of ApplicationSets and what templates make of them are merged."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.argocd.templates import Unrenderable
from tools.kubernetes.resource import as_list, as_map


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Maps into maps, everything else replaced."""
    found = dict(base)
    for key, value in over.items():
        below = found.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        found[key] = merged(as_map(below), value) if both else value
    return found


def strategic(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A strategic merge onto an Application: null deletes, and of its lists finalizers merge."""
    found = dict(base)
    for key, value in patch.items():
        if key.startswith("$"):
            raise Unrenderable(f"templatePatch has {key!r}, which is not followed here")
        below = found.get(key)
        if value is None:
            found.pop(key, None)
        elif isinstance(value, dict):
            found[key] = strategic(as_map(below), value)
        elif key == "finalizers":
            found[key] = list(dict.fromkeys([*as_list(below), *as_list(value)]))
        else:
            found[key] = value
    return found


def by_keys(sets: Sequence[dict[str, Any]], keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Sets of parameters by the values of those that `keys` names. Raises Unrenderable."""
    found: dict[str, dict[str, Any]] = {}
    for parameters in sets:
        key = json.dumps([parameters.get(name) for name in keys])
        if key in found:
            raise Unrenderable(f"two sets of parameters have the same {', '.join(keys)}")
        found[key] = parameters
    return found


def flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from flat(item, f"{name}.{index}")
    else:
        yield name, text_of(value)


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else str(value)
