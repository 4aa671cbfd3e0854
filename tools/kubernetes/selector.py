"""Label selectors against labels, as the API machinery matches them.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.kubernetes.resource import as_list, as_map
from tools.source.place import FieldPath


def matches(selector: Any, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector (matchLabels, matchExpressions) matches a set of labels.

    An empty selector ({}) matches everything; None matches nothing.
    """
    if not isinstance(selector, dict):
        return False
    wanted = as_map(selector.get("matchLabels"))
    expressions = as_list(selector.get("matchExpressions"))
    return matches_map(wanted, labels) and all(_expression(e, labels) for e in expressions)


def matches_map(wanted: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether the labels hold every pair of a plain selector (Service, nodeSelector)."""
    return all(labels.get(key) == value for key, value in wanted.items())


def _expression(expression: Any, labels: Mapping[str, str]) -> bool:
    expression = as_map(expression)
    key, operator = expression.get("key"), expression.get("operator")
    values = as_list(expression.get("values"))
    if operator == "In":
        return labels.get(str(key)) in values
    if operator == "NotIn":
        return labels.get(str(key)) not in values
    if operator == "Exists":
        return str(key) in labels
    return operator == "DoesNotExist" and str(key) not in labels


class Unmet(NamedTuple):
    """A requirement of a LabelSelector that labels do not meet: its path below the selector, the
    label it is about, and words for it: `label 'app' must be 'web' and is 'api'`."""

    path: FieldPath
    key: str
    sentence: str


def unmet(selector: Any, labels: Mapping[str, str]) -> Iterator[Unmet]:
    """The requirements of a LabelSelector that a set of labels does not meet."""
    selector = as_map(selector)
    for key, value in as_map(selector.get("matchLabels")).items():
        if labels.get(key) != value:
            sentence = f"label {key!r} must be {value!r} and {_state(key, labels)}"
            yield Unmet(("matchLabels", key), key, sentence)
    for index, expression in enumerate(as_list(selector.get("matchExpressions"))):
        if not _expression(expression, labels):
            key = str(as_map(expression).get("key"))
            sentence = f"label {key!r} {_wanted(as_map(expression))} and {_state(key, labels)}"
            yield Unmet(("matchExpressions", index), key, sentence)


def _state(key: str, labels: Mapping[str, str]) -> str:
    return f"is {labels[key]!r}" if key in labels else "is missing"


def _wanted(expression: Mapping[str, Any]) -> str:
    values = ", ".join(repr(value) for value in as_list(expression.get("values")))
    words = {
        "In": f"must be one of {values}",
        "NotIn": f"must be none of {values}",
        "Exists": "must exist",
        "DoesNotExist": "must not exist",
    }
    operator = expression.get("operator")
    return words.get(str(operator), f"has the unknown operator {operator!r}")
