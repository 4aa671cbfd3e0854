"""When two values are the same, and when a render holds what a replay arrived at."""

import re
from typing import Any

from tools.trace.value import List, Map, Scalar, Value

_DATE = r"\d{4}-\d\d?-\d\d?(?:$|[Tt]|[ \t]+\d)"
ANYTHING: Any = object()
"""A text that Kustomize makes for itself and that nobody needs to know in advance."""


class HoldsData(str):
    """A text of which only the data in it is known, and not how Kustomize lays it out."""

    __slots__ = ()

    def is_like(self, rendered: str) -> bool:
        """Whether a rendered text holds the same data."""
        raise NotImplementedError


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values hold the same data, types included."""
    if one is other:
        return True
    if isinstance(one, Scalar):
        return isinstance(other, Scalar) and _same_scalar(one, other)
    if one is None or other is None or isinstance(other, Scalar):
        return False
    if one.untouched and other.untouched and one.node is other.node:
        return True
    if isinstance(one, Map):
        return isinstance(other, Map) and _same_fields(one.fields, other.fields)
    return isinstance(other, List) and _same_items(one.items, other.items)


def _same_scalar(one: Scalar, other: Scalar) -> bool:
    if one.node is other.node and one.made is other.made:
        return True
    return alike(one.value, other.value)


def _same_fields(one: dict[str, Value], other: dict[str, Value]) -> bool:
    return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)


def _same_items(one: list[Value], other: list[Value]) -> bool:
    return len(one) == len(other) and all(map(same, one, other))


def alike(one: Any, other: Any) -> bool:
    """Equality of plain scalars that keeps booleans, numbers and strings apart."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def rendered_as(value: Scalar, rendered: Any) -> bool:
    """Whether Kustomize prints the scalar as `rendered`."""
    mine = value.value
    if mine is ANYTHING or alike(mine, rendered):
        return True
    if isinstance(mine, HoldsData):
        return isinstance(rendered, str) and mine.is_like(rendered)
    # go-yaml v3 reads a plain date as a time, which is printed with its time of day.
    return (
        isinstance(mine, str)
        and isinstance(rendered, str)
        and rendered[:4] == mine[:4]
        and rendered.endswith("Z")
        and re.match(_DATE, mine) is not None
    )
