"""JSON 6902 patches for an object as it is: each operation fits what the ones before it leave."""

from copy import deepcopy
from typing import Any

from tests.trace.grown.soil import Data, Soil

Path = tuple[str | int, ...]
_VALUES: list[Any] = [
    "new", 7, True, "yes", "", {"a": 1, "b": {"c": "deep"}}, ["x", "y"], {}, [], 1.5,
    [{"name": "n", "value": "v"}], "0x1F",
]  # fmt: skip
_ENDS: list[str | int] = ["-", 0]
_IDENTITY = (("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("spec",))


def operations(soil: Soil, data: Data) -> list[Data]:
    """A patch of one to six operations."""
    now = deepcopy(data)
    found = []
    for _ in range(soil.random.randint(1, 6)):
        operation = _operation(soil, now)
        if operation is not None:
            found.append(operation)
    return found or [{"op": "test", "path": "/kind", "value": data["kind"]}]


def pointer(path: Path) -> str:
    """A path as a JSON pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def paths(data: Any, path: Path = ()) -> list[Path]:
    """Every path of an object, but for its identity."""
    found = [] if not path or path in _IDENTITY else [path]
    pairs: list[tuple[str | int, Any]] = []
    if isinstance(data, dict):
        pairs = list(data.items())
    elif isinstance(data, list):
        pairs = list(enumerate(data))
    for part, child in pairs:
        found += paths(child, (*path, part))
    return found


def at(data: Any, path: Path) -> Any:
    """What stands at a path."""
    for part in path:
        data = data[part]
    return data


def _operation(soil: Soil, data: Data) -> Data | None:
    known = paths(data)
    if not known:
        return None
    op = soil.choice(["add", "add", "replace", "replace", "remove", "copy", "move", "test"])
    path = soil.choice(known)
    if op == "test":
        return {"op": op, "path": pointer(path), "value": deepcopy(at(data, path))}
    if op in ("copy", "move"):
        return _from(soil, data, op, path)
    if op == "remove":
        _remove(data, path)
        return {"op": op, "path": pointer(path)}
    value = deepcopy(soil.choice(_VALUES))
    if op == "add":
        path = _new(soil, data, path)
    written = _put(data, path, deepcopy(value), op)
    return {"op": op, "path": written, "value": value}


def _from(soil: Soil, data: Data, op: str, path: Path) -> Data | None:
    value = deepcopy(at(data, path))
    if op == "move":
        _remove(data, path)
    elsewhere = [one for one in paths(data) if one[: len(path)] != path]
    if not elsewhere:
        return None
    to = _put(data, _new(soil, data, soil.choice(elsewhere)), value, "add")
    return {"op": op, "from": pointer(path), "path": to}


def _new(soil: Soil, data: Data, path: Path) -> Path:
    """A path near another one where something may be added."""
    parent = at(data, path[:-1])
    if isinstance(parent, dict) and soil.maybe(0.6):
        return (*path[:-1], soil.choice(["added", "a/b", "t~x", "more"]))
    if isinstance(parent, list) and soil.maybe():
        return (*path[:-1], soil.choice(_ENDS) if soil.maybe() else len(parent))
    return path


def _put(data: Data, path: Path, value: Any, op: str) -> str:
    parent, part = at(data, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent[str(part)] = value
    elif op == "replace":
        parent[int(part)] = value
    else:
        parent.insert(len(parent) if part == "-" else int(part), value)
    return pointer(path)


def _remove(data: Data, path: Path) -> None:
    del at(data, path[:-1])[path[-1]]
