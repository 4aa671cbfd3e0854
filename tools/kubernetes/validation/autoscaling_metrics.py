"""The metrics of a HorizontalPodAutoscaler, and the objects that it names.

Follows validateMetricSpec and ValidateCrossVersionObjectReference of
pkg/apis/autoscaling/validation.
https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/
"""

from collections.abc import Callable, Mapping

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    at_least,
    dns_label,
    path_segment_name,
    quantity_positive,
)
from tools.kubernetes.validation.resource_names import container_resource_name

_TARGETS = ("Utilization", "Value", "AverageValue")
_GROUP_SINCE = 36
"""Of earlier versions it is not known here whether they ask for the group."""


def described_object(field: Field, *, core: bool) -> Refusals:
    """The object that is scaled or measured; `core` says that it may be one without a group."""
    for name in ("kind", "name"):
        if field[name].text:
            yield from path_segment_name(field[name])
        else:
            yield field[name].required(f"{field} names an object")
    version = field["apiVersion"]
    group, slash, rest = version.text.partition("/")
    if "/" in rest:
        wrong = "be a version, or a group, '/' and a version"
    elif core or (slash and group):
        return
    else:
        wrong = "name the API group, as in 'apps/v1'"
    if version.release.at_least(_GROUP_SINCE):
        yield version.must(wrong) if version.is_set else version.required(f"it must {wrong}")


def metric(field: Field) -> Refusals:
    """One entry of spec.metrics."""
    kind = field["type"]
    if kind.text not in _FIELDS:
        yield kind.unsupported(sorted(_FIELDS))
    there = field.set_among(_SOURCES)
    if there:
        yield from _SOURCES[there[0].name](there[0])
    wanted = _FIELDS.get(kind.text)
    if wanted and not field[wanted].is_set:
        yield field[wanted].required(f"`type: {kind.text}` needs it")
    for extra in there if len(there) > 1 else ():
        if extra.name != wanted:
            yield extra.forbidden(f"with `type: {kind.text}`")


def _object(field: Field) -> Refusals:
    yield from described_object(field["describedObject"], core=True)
    yield from _identified(field)
    target = field["target"]
    if not target.set_among(("value", "averageValue")):
        yield target["averageValue"].required("a target has this or value")


def _external(field: Field) -> Refusals:
    yield from _identified(field)
    target = field["target"]
    there = target.set_among(("value", "averageValue"))
    if not there:
        yield target["averageValue"].required("a target has this or value")
    if len(there) > 1:
        yield target["value"].not_beside(target["averageValue"])


def _pods(field: Field) -> Refusals:
    yield from _identified(field)
    if not field["target"]["averageValue"].is_set:
        yield field["target"]["averageValue"].required("a metric of pods has it")


def _identified(field: Field) -> Refusals:
    name = field.at("metric", "name")
    if name.text:
        yield from path_segment_name(name)
    else:
        yield name.required("it says what is measured")
    yield from _target(field["target"])


def _resource(field: Field) -> Refusals:
    if not field["name"].text:
        yield field["name"].required("it says what is measured")
    yield from _target(field["target"])
    target = field["target"]
    there = target.set_among(("averageUtilization", "averageValue"))
    if not there:
        yield target["averageUtilization"].required("a target has this or averageValue")
    if len(there) > 1:
        yield target["averageValue"].not_beside(target["averageUtilization"])


def _container_resource(field: Field) -> Refusals:
    name, container = field["name"], field["container"]
    if name.text:
        yield from container_resource_name(name, name.text)
    if container.text:
        yield from dns_label(container)
    else:
        yield container.required("it says which container is measured")
    yield from _resource(field)


def _target(field: Field) -> Refusals:
    kind = field["type"]
    if kind.text not in _TARGETS:
        yield kind.unsupported(_TARGETS)
    for amount in field.set_among(("value", "averageValue")):
        yield from quantity_positive(amount)
    if field["averageUtilization"].is_set:
        yield from at_least(field["averageUtilization"], 1)


_SOURCES: Mapping[str, Callable[[Field], Refusals]] = {
    "object": _object,
    "external": _external,
    "pods": _pods,
    "resource": _resource,
    "containerResource": _container_resource,
}
"""In the order in which the server looks for one."""

_FIELDS = {f"{name[0].upper()}{name[1:]}": name for name in _SOURCES}
