"""ResourceQuota and LimitRange.

Follows ValidateResourceQuota and ValidateLimitRange of pkg/apis/core/validation; one entry of a
LimitRange is in `limit_ranges`.
https://kubernetes.io/docs/concepts/policy/resource-quotas/
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_subdomain, quantity_not_negative
from tools.kubernetes.validation.limit_ranges import limit_range_item
from tools.kubernetes.validation.metadata import object_meta
from tools.kubernetes.validation.requirements import values_of_requirement
from tools.kubernetes.validation.resource_names import (
    is_counted,
    is_whole,
    is_whole_amount,
    quota_resource_name,
)

_COMPUTE = {"cpu", "memory"}
_OF_PODS = frozenset(
    {"pods"} | _COMPUTE | {f"{kind}.{name}" for kind in ("limits", "requests") for name in _COMPUTE}
)
_OF_CLAIMS = frozenset({"persistentvolumeclaims", "requests.storage"})
_SCOPES = {
    "Terminating": _OF_PODS,
    "NotTerminating": _OF_PODS,
    "BestEffort": frozenset({"pods"}),
    "NotBestEffort": _OF_PODS,
    "PriorityClass": _OF_PODS,
    "CrossNamespacePodAffinity": _OF_PODS,
    "VolumeAttributesClass": _OF_CLAIMS,
}
"""The scopes, each with what it can count of the resources that quotas know by themselves."""

_VALUED = frozenset({"PriorityClass", "VolumeAttributesClass"})
_EITHER = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_VOLUMES_SINCE = 34


def limit_range(obj: Field) -> Refusals:
    metadata = obj["metadata"]
    if not (metadata["name"].text or metadata["generateName"].text):
        # Of this kind alone the server makes up a name.
        given = metadata.value if isinstance(metadata.value, dict) else {}
        metadata = metadata.with_value({**given, "name": "made-up"})
    yield from object_meta(metadata, dns_subdomain, namespaced=True, generation=True)
    seen = set()
    for item in obj.at("spec", "limits").items():
        yield from limit_range_item(item)
        if item["type"].text in seen:
            yield item["type"].duplicate()
        seen.add(item["type"].text)


def resource_quota(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True, generation=True)
    spec = obj["spec"]
    for name, amount in spec["hard"].entries():
        yield from quota_resource_name(amount, name)
        yield from quantity_not_negative(amount)
        if is_whole(name) and not is_whole_amount(amount.value):
            yield amount.must("be a whole number")
    yield from _scopes(spec)
    yield from _scope_selector(spec)


def _scopes(spec: Field) -> Refusals:
    """The server names the list."""
    scopes = spec["scopes"]
    for scope in scopes.items():
        for refusal in _scope(scope, spec["hard"]):
            yield refusal.named(scopes)
    yield from _conflicts(scopes, {scope.text for scope in scopes.items()})


def _scope(scope: Field, hard: Field) -> Refusals:
    """One scope, and whether it can count what is limited."""
    if scope.text not in _SCOPES:
        yield scope.unsupported(list(_SCOPES))
        return
    if scope.text == "VolumeAttributesClass" and not scope.release.at_least(_VOLUMES_SINCE):
        return
    for name, _ in hard.entries():
        if is_counted(name) and name not in _SCOPES[scope.text]:
            yield scope.refused(f"{scope} is {scope.text}, which does not count {name}")


def _conflicts(field: Field, scopes: set[str]) -> Refusals:
    for one, other in _EITHER:
        if {one, other} <= scopes:
            yield field.refused(f"{field} has {one} and {other}, nothing is both")


def _scope_selector(spec: Field) -> Refusals:
    """The server names the list, or a field as if the list had one entry."""
    expressions = spec.at("scopeSelector", "matchExpressions")
    for expression in expressions.items():
        name = expression["scopeName"]
        for refusal in _scope(name, spec["hard"]):
            known = name.text in _SCOPES
            yield refusal.named(expressions if known else expressions["scopeName"])
        for refusal in _operator(expression):
            yield refusal.named(expressions[str(refusal.path[-1])])
    names = {expression["scopeName"].text for expression in expressions.items()}
    yield from _conflicts(expressions, names)


def _operator(expression: Field) -> Refusals:
    scope = expression["scopeName"].text
    operator = expression["operator"]
    if scope in _SCOPES and scope not in _VALUED and operator.text != "Exists":
        yield operator.must(f"be Exists with {scope}, which has no values")
    yield from values_of_requirement(expression)
