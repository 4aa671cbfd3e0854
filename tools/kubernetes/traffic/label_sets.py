"""Label selectors as exact sets, so that one can be compared with, or cut out of, another.

A selector asks something of each label it names, and of each the values that pass are known: some
texts, or all but some; being absent is one more value. So a set of labelled things is a box with
one side per label, and the difference of two boxes is a few boxes.
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from tools.kubernetes.resource import as_list, as_map


class Values(NamedTuple):
    """Values of one label, None for its absence: `items`, or (`but`) everything except them."""

    items: frozenset[str | None]
    but: bool = False

    def __bool__(self) -> bool:
        return self.but or bool(self.items)

    def has(self, value: str | None) -> bool:
        return (value in self.items) != self.but

    def both(self, other: "Values") -> "Values":
        """The values of both sets."""
        if self.but and other.but:
            return Values(self.items | other.items, True)
        if self.but:
            return Values(other.items - self.items)
        return Values(self.items - other.items if other.but else self.items & other.items)

    def minus(self, other: "Values") -> "Values":
        """The values of this set that are not in the other."""
        return self.both(Values(other.items, not other.but))


ANY = Values(frozenset(), True)
NONE = Values(frozenset())
Key = tuple[str, str]
"""What carries the label (NAMESPACE or POD), and the label's key."""

NAMESPACE = "namespace"
POD = "pod"
NAME_LABEL = "kubernetes.io/metadata.name"
"""The label that every Namespace has: its name."""

Box = Mapping[Key, Values]
"""Pods by what their labels and those of their namespace may be; a label not named may be any."""


def one(value: str) -> Values:
    """Exactly one value."""
    return Values(frozenset({value}))


def box_of(selector: Any, carrier: str) -> Box:
    """The box of a LabelSelector; an empty one passes everything.

    What is no requirement (an unknown operator) passes nothing, as no server accepts it.
    """
    selector = as_map(selector)
    box: dict[Key, Values] = {}
    wanted = [(key, one(value)) for key, value in texts(selector.get("matchLabels")).items()]
    for expression in as_list(selector.get("matchExpressions")):
        wanted.append((str(as_map(expression).get("key")), _values(as_map(expression))))
    for key, values in wanted:
        box[carrier, key] = box.get((carrier, key), ANY).both(values)
    return box


def texts(labels: Any) -> dict[str, str]:
    """Labels as text; what is null is empty, as in Go, and what else is no text cannot match."""
    return {
        str(key): value if isinstance(value, str) else "" if value is None else f"\0{value!r}"
        for key, value in as_map(labels).items()
    }


def _values(expression: Mapping[str, Any]) -> Values:
    listed = as_list(expression.get("values"))
    values = frozenset(value for value in listed if isinstance(value, str))
    operator = expression.get("operator")
    if operator == "In":
        return Values(values)
    if operator == "NotIn":
        return Values(values, True)
    if operator == "Exists":
        return Values(frozenset({None}), True)
    return Values(frozenset({None})) if operator == "DoesNotExist" else NONE


def intersection(box: Box, other: Box) -> Box | None:
    """What is in both boxes, None if that is nothing."""
    found = dict(box)
    for key, values in other.items():
        found[key] = found.get(key, ANY).both(values)
    return found if all(found.values()) else None


def minus(box: Box, other: Box) -> list[Box]:
    """The parts of a box that are not in the other."""
    rest: list[Box] = []
    inside = dict(box)
    for key, values in other.items():
        own = inside.get(key, ANY)
        if outside := own.minus(values):
            rest.append({**inside, key: outside})
        inside[key] = own.both(values)
        if not inside[key]:
            return [box]
    return rest


def all_minus(boxes: Iterable[Box], others: Collection[Box]) -> list[Box]:
    """The parts of some boxes that are in none of the others."""
    rest = list(boxes)
    for other in others:
        rest = [part for box in rest for part in minus(box, other)]
    return rest


def passes(
    box: Box, carrier: str, labels: Mapping[str, str], unsure: Collection[str] | None = ()
) -> bool | None:
    """Whether something with these labels is in the box; None if that cannot be known.

    Of the keys in `unsure` (None: of every key that is not among the labels) the value is unknown.
    """
    answer: bool | None = True
    for (of, key), values in box.items():
        if of != carrier:
            continue
        if key not in labels and (unsure is None or key in unsure):
            if not values:
                return False
            answer = None
        elif not values.has(labels.get(key)):
            return False
    return answer
