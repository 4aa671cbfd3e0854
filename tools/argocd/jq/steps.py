"""One step of a path of jq: from a value to what is below it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.argocd.jq.functions import Failed, Unknown, kind_of
from tools.argocd.jq.tree import Each, Field, Here, Item, Literal, Node

Path = tuple[str | int, ...]


class Value(NamedTuple):
    """A value, and where it is in the object; None if it was made."""

    path: Path | None
    value: Any


def step(node: Node, start: Value) -> Iterator[Value]:
    """What a step makes of a value. Raises Failed and Unknown."""
    if isinstance(node, Here):
        yield start
    elif isinstance(node, Literal):
        yield Value(None, node.value)
    elif isinstance(node, Field):
        yield _field(node.name, start)
    elif isinstance(node, Item):
        yield _item(node.number, start)
    elif isinstance(node, Each):
        yield from _each(start)
    else:
        yield from _all(start)


def _all(start: Value) -> Iterator[Value]:
    """A value and everything below it."""
    yield start
    if isinstance(start.value, dict | list):
        for each in _each(start):
            yield from _all(each)


def _each(start: Value) -> Iterator[Value]:
    value = start.value
    if not isinstance(value, dict | list):
        raise Failed(f"it asks for the items of a {kind_of(value)}")
    pairs = sorted(value.items()) if isinstance(value, dict) else enumerate(value)
    for key, each in pairs:
        yield _below(start, key, each)


def _field(name: str, start: Value) -> Value:
    value = start.value
    if value is not None and not isinstance(value, dict):
        raise Failed(f"it asks for {name!r} of a {kind_of(value)}")
    return _below(start, name, (value or {}).get(name))


def _item(number: int, start: Value) -> Value:
    value = start.value
    if isinstance(value, str):
        raise Unknown
    if value is not None and not isinstance(value, list):
        raise Failed(f"it asks for an item of a {kind_of(value)}")
    items = value or []
    there = -len(items) <= number < len(items)
    return _below(start, number, items[number] if there else None)


def _below(start: Value, key: str | int, value: Any) -> Value:
    return Value(None if start.path is None else (*start.path, key), value)
