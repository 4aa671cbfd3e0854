"""Which pods and claims a ResourceQuota with scopes counts; of other objects it counts none.

https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tools.kubernetes.capacity import Load
from tools.kubernetes.claims import Claim
from tools.kubernetes.resource import Resource, ResourceSet, as_list, as_map


def covered(quota: Resource, loads: Iterable[Load], resources: ResourceSet) -> list[Load] | None:
    """Those of the loads that a quota counts; None if it has a scope that is not known here."""
    default = _default_priority(resources)
    found = []
    for load in loads:
        within = [_within(scope, load, default) for scope in _scopes(quota)]
        if None in within:
            return None
        if all(within):
            found.append(load)
    return found


def covered_claims(quota: Resource, claims: Iterable[Claim]) -> list[Claim]:
    """Those of the claims that a quota counts: scopes for pods cover none."""
    scopes = list(_scopes(quota))
    return [
        claim
        for claim in claims
        if all(scope.name == _VOLUMES and _matches(scope, _class_of(claim)) for scope in scopes)
    ]


def has_scopes(quota: Resource) -> bool:
    """Whether a quota counts only part of what is in its namespace."""
    return any(True for _ in _scopes(quota))


class _Scope(NamedTuple):
    name: str
    operator: str
    values: Sequence[Any]


def _scopes(quota: Resource) -> Iterator[_Scope]:
    for name in quota.items("spec", "scopes"):
        yield _Scope(str(name), "Exists", ())
    for _, expression in quota.maps("spec", "scopeSelector", "matchExpressions"):
        name, operator = expression.get("scopeName"), expression.get("operator")
        yield _Scope(str(name), str(operator), as_list(expression.get("values")))


def _within(scope: _Scope, load: Load, default_priority: str) -> bool | None:
    spec = load.pod.spec
    if scope.name == "PriorityClass":
        return _matches(scope, spec.get("priorityClassName") or default_priority)
    return {
        _VOLUMES: False,
        "Terminating": spec.get("activeDeadlineSeconds") is not None,
        "NotTerminating": spec.get("activeDeadlineSeconds") is None,
        "BestEffort": load.resources.best_effort,
        "NotBestEffort": not load.resources.best_effort,
        "CrossNamespacePodAffinity": _reaches_out(as_map(spec.get("affinity"))),
    }.get(scope.name)


def _matches(scope: _Scope, name: Any) -> bool | None:
    """Whether a scope takes what has this class, "" for none."""
    return {
        "Exists": bool(name),
        "DoesNotExist": not name,
        "In": name in scope.values,
        "NotIn": name not in scope.values,
    }.get(scope.operator)


def _class_of(claim: Claim) -> Any:
    return claim.get("spec", "volumeAttributesClassName") or ""


def _reaches_out(affinity: Mapping[str, Any]) -> bool:
    """Whether a pod affinity term looks into other namespaces."""
    for kind in ("podAffinity", "podAntiAffinity"):
        rules = as_map(affinity.get(kind))
        terms = list(as_list(rules.get("requiredDuringSchedulingIgnoredDuringExecution")))
        for weighted in as_list(rules.get("preferredDuringSchedulingIgnoredDuringExecution")):
            terms.append(as_map(weighted).get("podAffinityTerm"))
        for term in map(as_map, terms):
            if term.get("namespaces") or term.get("namespaceSelector") is not None:
                return True
    return False


def _default_priority(resources: ResourceSet) -> str:
    """The PriorityClass of pods that name none, "" if no class of the target is the default."""
    for resource in resources.of_kind("PriorityClass"):
        if resource.get("globalDefault") is True:
            return resource.name
    return ""


_VOLUMES = "VolumeAttributesClass"
