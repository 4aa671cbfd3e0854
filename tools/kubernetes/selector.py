"""Label selectors against labels, as the API machinery matches them.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from collections.abc import Mapping
from typing import Any

from tools.kubernetes.resource import as_list, as_map


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
        return key in labels
    return operator == "DoesNotExist" and key not in labels
