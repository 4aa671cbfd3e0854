"""What the API server refuses because of the LimitRanges and ResourceQuotas of a namespace.

https://kubernetes.io/docs/concepts/policy/limit-range/,
https://kubernetes.io/docs/concepts/policy/resource-quotas/
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tools.kubernetes.capacity import Load
from tools.kubernetes.claims import Claim
from tools.kubernetes.effective_resources import PodResources
from tools.kubernetes.limit_range import (
    Amounts,
    Bound,
    Stated,
    bounds,
    broken,
    claim_broken,
    is_unreadable,
    stated_amounts,
)
from tools.kubernetes.quantity import format_quantity, is_bytes
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.resource_sums import ContainerResources
from tools.source.place import FieldPath

_REQUIRED = {
    "cpu": ("requests", "cpu"),
    "memory": ("requests", "memory"),
    "requests.cpu": ("requests", "cpu"),
    "requests.memory": ("requests", "memory"),
    "limits.cpu": ("limits", "cpu"),
    "limits.memory": ("limits", "memory"),
}
"""Entries of a quota that every container must have an amount for; others count what is there."""


class Refusal(NamedTuple):
    """Why a pod or claim is not admitted: the field to look at, and the one that forbids it."""

    resource: Resource
    path: FieldPath
    message: str
    cause: Resource
    cause_path: FieldPath
    remedy: str


def limit_range_refusals(pod: PodResources, resources: ResourceSet) -> Iterator[Refusal]:
    """Every bound of the namespace's LimitRanges that the pod or a container of it violates."""
    for bound in bounds(resources, pod.pod.namespace):
        if bound.type == "Container":
            for own in pod.containers:
                what = broken(bound, own.requests, own.limits)
                if what and not _is_unknown(pod, own, bound.name):
                    path = _place(own, bound)
                    message = f"container {own.container.name!r} has {what}"
                    yield _refusal(pod.pod.workload, path, message, bound)
        elif bound.type == "Pod":
            what = broken(bound, _sums(pod, "requests"), _sums(pod, "limits"))
            if what and not any(_is_unknown(pod, own, bound.name) for own in pod.containers):
                path = pod.pod.at("containers")
                yield _refusal(pod.pod.workload, path, f"the pod as a whole has {what}", bound)


def claim_refusals(claims: Iterable[Claim], resources: ResourceSet) -> Iterator[Refusal]:
    """Every bound of the namespace's LimitRanges that a claim violates."""
    for claim in claims:
        path = (*claim.path, "spec", "resources", "requests")
        for bound in bounds(resources, claim.resource.namespace):
            if bound.type == "PersistentVolumeClaim":
                what = claim_broken(bound, stated_amounts(claim.resource, path))
                if what and not is_unreadable(claim.resource, (*path, bound.name)):
                    message = f"the claim has {what}"
                    yield _refusal(claim.resource, (*path, bound.name), message, bound)


def quota_refusals(quota: Resource, loads: Iterable[Load]) -> Iterator[Refusal]:
    """Containers without an amount that a quota counts, which makes it refuse the whole pod.

    A pod that states amounts for all of its containers together is let through.
    """
    hard = quota.map("spec", "hard")
    needed = dict.fromkeys(_REQUIRED[name] for name in hard if name in _REQUIRED)
    for load in loads:
        pod = load.resources
        if pod.pod_level("requests") or pod.pod_level("limits"):
            continue
        for own in pod.containers:
            for field, name in needed:
                if name not in own.of(field) and not pod.is_unknown(own.container, field, name):
                    word = field.removesuffix("s")
                    message = (
                        f"container {own.container.name!r} has no {name} {word}, and "
                        f"ResourceQuota {quota.name!r} refuses pods without one"
                    )
                    path = own.container.at("resources", field, name)
                    cause = next(entry for entry in hard if _REQUIRED.get(entry) == (field, name))
                    remedy = (
                        f"Write resources.{field}.{name} in the container, or give it a default in "
                        "a LimitRange."
                    )
                    cause_path = ("spec", "hard", cause)
                    yield Refusal(load.pod.workload, path, message, quota, cause_path, remedy)


def _is_unknown(pod: PodResources, own: ContainerResources, name: str) -> bool:
    return any(pod.is_unknown(own.container, field, name) for field in ("requests", "limits"))


def _refusal(resource: Resource, path: FieldPath, message: str, bound: Bound) -> Refusal:
    source = bound.stated.resource
    words = _WORDS[bound.field].format(value=repr(bound.stated.value))
    sentence = f"{message}, but LimitRange {source.name!r} demands {words}"
    plain = _WORDS[bound.field].format(value=bound.stated.value)
    remedy = f"Write {plain}, or change {bound.field} in the LimitRange."
    if bound.type == "Pod":
        remedy = f"Let the containers add up to {plain}, or change {bound.field} in the LimitRange."
    return Refusal(resource, path, sentence, source, bound.stated.path, remedy)


_WORDS = {
    "min": "{value} at least",
    "max": "{value} at most",
    "maxLimitRequestRatio": "a limit of at most {value} times the request",
}


def _place(own: ContainerResources, bound: Bound) -> FieldPath:
    """The container's own amount on the wrong side of the bound, else where one would stand."""
    fields = ("requests", "limits") if bound.field == "min" else ("limits", "requests")
    for field in fields:
        stated = own.of(field).get(bound.name)
        alone = {bound.name: stated} if stated else {}
        if stated and stated.resource is own.container.pod.workload and broken(bound, alone, alone):
            return stated.path
    return own.container.at("resources", fields[0], bound.name)


def _sums(pod: PodResources, field: str) -> Amounts:
    """The amounts of the pod as a whole, without overhead."""
    path = pod.pod.at("containers")
    return {
        name: Stated(amount, format_quantity(amount, binary=is_bytes(name)), pod.pod.workload, path)
        for name, amount in pod.in_limit_ranges(field).items()
    }
