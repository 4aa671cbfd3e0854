"""LimitRanges, pods and claims between their bounds, and what we say of them together."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from policies.resources import requests_within_limits
from tools.kubernetes.admission import claim_refusals, limit_range_refusals
from tools.kubernetes.claims import claims
from tools.kubernetes.effective_resources import PodResources
from tools.kubernetes.limit_range import Amounts
from tools.kubernetes.pod import pod_of
from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.resource import Resource, ResourceSet, as_map
from tools.rules.target import Target
from tools.source.repository import Repository

Object = Mapping[str, Any]
Resources = Sequence[tuple[Mapping[str, Decimal], Mapping[str, Decimal]]]
"""Requests and limits of the pod itself, then of every container."""

AMOUNTS: Mapping[str, Sequence[Any]] = {
    "cpu": ("0", "1n", "0.1m", "50m", "0.1", "100m", "250m", "0.5", 1, "1500m", 2, "4", "4e0"),
    "memory": ("0", 1, "1500m", "64Mi", "100M", "0.5Gi", "1Gi", 1073741824, "1.5Gi", "4e9", "9P"),
    "ephemeral-storage": ("0", "10Mi", "10M", "1Gi", "1024Mi", "2Gi", "10.5Gi", "9.5P"),
    "example.com/gpu": ("0", 1, "1", 2, "4"),
    "hugepages-2Mi": ("2Mi", "4Mi", "8Mi"),
}
_OF_PODS: Mapping[str, Sequence[Any]] = {
    "cpu": (2, "4", "8", "16"),
    "memory": ("9P", "9000T", "9.1P"),
    "hugepages-2Mi": ("8Mi", "32Mi"),
}
_COMMON = ("cpu", "memory", "cpu", "memory", "ephemeral-storage", "ephemeral-storage")
_NAMES = (*_COMMON, *_COMMON, *_COMMON, *_COMMON, "example.com/gpu", "hugepages-2Mi")
"""By resource; several spellings of one amount, what the server rounds, and what it compares in
whole numbers because thousandths would be too many."""

_OVERCOMMITTED = ("cpu", "memory", "ephemeral-storage")
_BOUNDS = ("min", "defaultRequest", "default", "max")
_RATIOS = ("1", "1.1", "1500m", 2, "2.5", "10")
_CLAIMED = ("1", "100.5", "1Gi", "1.5Gi", "1024Mi", "5Gi", "10Gi", "0.1m")


class Ours(NamedTuple):
    """What we say of a pod: its resources in the end, and why it would be refused."""

    resources: Resources
    refused: list[str]
    invalid: list[str]


def limit_ranges(random: Random, namespace: str) -> list[Object]:
    """One to three of a namespace. A few are none that the server takes."""
    return [
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": f"bounds-{index}", "namespace": namespace},
            "spec": {"limits": list(_items(random))},
        }
        for index in range(random.choice((1, 1, 1, 2, 2, 3)))
    ]


def pods(random: Random, namespace: str, count: int) -> Iterator[Object]:
    """Pods that state some amounts, and not always for all of their containers."""
    for _ in range(count):
        spec: dict[str, Any] = {
            "containers": [_container(random, f"c{n}") for n in range(random.choice((1, 1, 2, 3)))]
        }
        starting = [_container(random, f"i{n}") for n in range(random.choice((0, 0, 0, 1, 2, 3)))]
        for container in starting:
            if random.random() < 0.5:
                container["restartPolicy"] = "Always"
        if starting:
            spec["initContainers"] = starting
        if random.random() < 0.25:
            names = set(random.choices(_NAMES, k=2)) & set(_OF_PODS)
            spec["resources"] = _resources(random, sorted(names), _OF_PODS)
        metadata = {"name": "pod", "namespace": namespace}
        yield {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def volume_claims(random: Random, namespace: str, count: int) -> Iterator[Object]:
    """Claims of some storage."""
    for _ in range(count):
        requests = {"storage": random.choice(_CLAIMED)}
        yield {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "claim", "namespace": namespace},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": requests}},
        }


def of_pod(pod: Object, bounds: Sequence[Object]) -> list[Ours]:
    """What may become of a pod: LimitRanges that disagree are asked in any order."""
    found = []
    for order in permutations(bounds):
        objects = ResourceSet([Resource(data, index) for index, data in enumerate((*order, pod))])
        made = pod_of(objects[-1])
        assert made is not None
        own = PodResources(made, objects)
        refused = [refusal.message for refusal in limit_range_refusals(own, objects)]
        found.append(Ours(_effective(own), refused, _invalid(objects)))
        if not own.contested:
            break
    return found


def of_claim(claim: Object, bounds: Sequence[Object]) -> list[str]:
    """Why a claim would be refused."""
    objects = ResourceSet([Resource(data, index) for index, data in enumerate((*bounds, claim))])
    return [refusal.message for refusal in claim_refusals(claims(objects, ()), objects)]


def in_pod(pod: Object) -> Resources:
    """The same resources as they stand in a pod that the server returns."""
    spec = pod["spec"]
    holders = [spec, *spec.get("initContainers", ()), *spec["containers"]]
    return [(_numbers(holder, "requests"), _numbers(holder, "limits")) for holder in holders]


def _numbers(holder: Object, field: str) -> Mapping[str, Decimal]:
    amounts = as_map(as_map(holder.get("resources")).get(field))
    return {name: parse_quantity(value) or Decimal() for name, value in amounts.items()}


def _effective(own: PodResources) -> Resources:
    return [
        (own.whole["requests"], own.whole["limits"]),
        *((_amounts(one.requests), _amounts(one.limits)) for one in own.containers),
    ]


def _amounts(amounts: Amounts) -> Mapping[str, Decimal]:
    return {name: stated.amount for name, stated in amounts.items()}


def _items(random: Random) -> Iterator[dict[str, Any]]:
    if random.random() < 0.9:
        yield {"type": "Container", **_bounds(random, _BOUNDS)}
    if random.random() < 0.4:
        yield {"type": "Pod", **_bounds(random, ("min", "max"))}
    if random.random() < 0.4:
        least, most = sorted(random.sample(_CLAIMED, 2), key=lambda v: parse_quantity(v) or 0)
        both = {"min": {"storage": least}, "max": {"storage": most}}
        kept = random.choice((both, both, {"min": both["min"]}, {"max": both["max"]}))
        yield {"type": "PersistentVolumeClaim", **kept}


def _bounds(random: Random, fields: Sequence[str]) -> dict[str, Any]:
    item: dict[str, Any] = {}
    for name in sorted(set(random.choices(_NAMES, k=random.choice((1, 1, 2, 3))))):
        if name == "hugepages-2Mi" and "default" in fields:
            continue  # given to containers, they would be refused for want of cpu
        values = sorted(random.choices(AMOUNTS[name], k=4), key=lambda v: parse_quantity(v) or 0)
        if name not in _OVERCOMMITTED:
            # Neither a request without a limit nor another than the limit is ever valid.
            values = [values[0], values[2], values[2], values[2]]
        for field, value in zip(_BOUNDS, values, strict=True):
            given = field == "default" and name not in _OVERCOMMITTED
            if field in fields and (given or random.random() < 0.4):
                item.setdefault(field, {})[name] = value
        if name in _OVERCOMMITTED and random.random() < 0.2:
            item.setdefault("maxLimitRequestRatio", {})[name] = random.choice(_RATIOS)
    return item


def _container(random: Random, name: str) -> dict[str, Any]:
    names = sorted(set(random.choices(_NAMES, k=random.choice((0, 1, 1, 2, 3)))))
    container: dict[str, Any] = {"name": name, "image": "a:1"}
    resources = _resources(random, names)
    if resources or random.random() < 0.3:
        container["resources"] = resources
    return container


def _resources(
    random: Random, names: Sequence[str], amounts: Mapping[str, Sequence[Any]] = AMOUNTS
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in names:
        request, limit = sorted(
            random.choices(amounts[name], k=2), key=lambda v: parse_quantity(v) or 0
        )
        if name not in _OVERCOMMITTED:
            request = limit
        stated = random.choice((("requests",), ("limits",), ("requests", "limits")))
        if name not in _OVERCOMMITTED:
            stated = ("requests", "limits")
        for field, value in (("requests", request), ("limits", limit)):
            if field in stated:
                null = random.random() < 0.01
                found.setdefault(field, {})[name] = None if null else value
    return found


def _invalid(objects: ResourceSet) -> list[str]:
    target = Target("pod", Repository(Path()), objects)
    check = requests_within_limits.check.check
    return [str(problem) for pod in target.pods for problem in check(pod, target, None)]


def agree(server: Resources, ours: Resources) -> bool:
    """Whether both say the same. Of the pod itself the server may say more when it shows it."""
    stated = (
        (theirs.get(name), amount)
        for parts in zip(server[0], ours[0], strict=True)
        for theirs, own in (parts,)
        for name, amount in own.items()
    )
    return all(one == other for one, other in stated) and list(server[1:]) == list(ours[1:])
