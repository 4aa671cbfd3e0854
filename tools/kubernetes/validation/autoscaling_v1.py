"""What autoscaling/v1 says of metrics and behaviour, as autoscaling/v2 says it.

v1 knows a share of CPU alone and keeps the rest in annotations as JSON; the server ignores what it
cannot decode there. Follows pkg/apis/autoscaling/v1/conversion.go.
https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v1/
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.validation.field import Field

_METRICS = "autoscaling.alpha.kubernetes.io/metrics"
_BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior"

Map = dict[str, Any]

_TEXT, _INT, _QUANTITY, _ANY = "text", "int", "quantity", "any"
_OBJECT = {"kind": _TEXT, "name": _TEXT, "apiVersion": _TEXT}
_SHARE = {"name": _TEXT, "targetAverageUtilization": _INT, "targetAverageValue": _QUANTITY}
_METRIC: Mapping[str, Any] = {
    "type": _TEXT,
    "object": {
        "target": _OBJECT,
        "metricName": _TEXT,
        "targetValue": _QUANTITY,
        "selector": _ANY,
        "averageValue": _QUANTITY,
    },
    "pods": {"metricName": _TEXT, "targetAverageValue": _QUANTITY, "selector": _ANY},
    "resource": _SHARE,
    "containerResource": {**_SHARE, "container": _TEXT},
    "external": {
        "metricName": _TEXT,
        "metricSelector": _ANY,
        "targetValue": _QUANTITY,
        "targetAverageValue": _QUANTITY,
    },
}
_RULES = {
    "stabilizationWindowSeconds": _INT,
    "selectPolicy": _TEXT,
    "policies": [{"type": _TEXT, "value": _INT, "periodSeconds": _INT}],
    "tolerance": _QUANTITY,
}
_BEHAVIORS = {"scaleUp": _RULES, "scaleDown": _RULES}


class _Undecodable(Exception):
    """The annotation is not what it should be; the server leaves it alone."""


def metrics_of_v1(obj: Field) -> Iterator[tuple[Field, Field]]:
    """The metrics, each with the field to edit."""
    annotation = obj.at("metadata", "annotations")[_METRICS]
    share = obj.at("spec", "targetCPUUtilizationPercentage")
    found = [(_metric(each or {}), annotation) for each in _read(annotation, [_METRIC]) or ()]
    if share.is_set:
        target = {"type": "Utilization", "averageUtilization": share.value}
        found.append(({"type": "Resource", "resource": {"name": "cpu", "target": target}}, share))
    for index, (each, place) in enumerate(found):
        yield Field(("spec", "metrics", index), each, obj.release), place


def behavior_of_v1(obj: Field) -> tuple[Field, Field]:
    """The behaviour, and the field to edit."""
    annotation = obj.at("metadata", "annotations")[_BEHAVIOR]
    behavior = _read(annotation, _BEHAVIORS)
    return Field(("spec", "behavior"), behavior, obj.release), annotation


def _read(annotation: Field, shape: Any) -> Any:
    try:
        return _decoded(json.loads(annotation.text or "null"), shape)
    except (ValueError, RecursionError, _Undecodable):
        return None


def _decoded(value: Any, shape: Any) -> Any:
    """JSON as Go decodes it: names in any case, what is unknown left out, null as absent."""
    if value is None or shape is _ANY:
        return value
    if isinstance(shape, list) and isinstance(value, list):
        return [_decoded(item, shape[0]) for item in value]
    if isinstance(shape, dict) and isinstance(value, dict):
        names = {name.lower(): name for name in shape}
        known = {names[key.lower()]: item for key, item in value.items() if key.lower() in names}
        decoded = {name: _decoded(item, shape[name]) for name, item in known.items()}
        return {name: item for name, item in decoded.items() if item is not None}
    if isinstance(shape, str) and _FITS[shape](value):
        return value
    raise _Undecodable


_FITS = {
    _TEXT: lambda value: isinstance(value, str),
    _INT: lambda value: isinstance(value, int) and -(2**31) <= value < 2**31,
    _QUANTITY: lambda value: parse_quantity(value) is not None,
}


def _metric(given: Map) -> Map:
    convert = {
        "object": _object,
        "pods": _pods,
        "resource": _resource,
        "containerResource": _resource,
        "external": _external,
    }
    return {name: convert[name](item) if name in convert else item for name, item in given.items()}


def _object(given: Map) -> Map:
    value, average = given.get("targetValue", 0), given.get("averageValue")
    target = {"type": "Value" if average is None else "AverageValue", "averageValue": average}
    if average is None or parse_quantity(value):
        target["value"] = value
    return {
        "describedObject": given.get("target"),
        "metric": {"name": given.get("metricName")},
        "target": _present(target),
    }


def _pods(given: Map) -> Map:
    target = {"type": "AverageValue", "averageValue": given.get("targetAverageValue", 0)}
    return {"metric": {"name": given.get("metricName")}, "target": target}


def _resource(given: Map) -> Map:
    share, average = given.get("targetAverageUtilization"), given.get("targetAverageValue")
    target = {
        "type": "AverageValue" if share is None else "Utilization",
        "averageValue": average,
        "averageUtilization": share,
    }
    return {**given, "target": _present(target)}


def _external(given: Map) -> Map:
    value, average = given.get("targetValue"), given.get("targetAverageValue")
    kind = "AverageValue" if value is None else "Value"
    target = {"type": kind, "value": value, "averageValue": average}
    return {"metric": {"name": given.get("metricName")}, "target": _present(target)}


def _present(given: Map) -> Map:
    return {name: item for name, item in given.items() if item is not None}
