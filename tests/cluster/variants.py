"""Namespaces whose pods fit a node, or a quota, or miss it by a little."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]

# What remains for pods of a node of two processors and 4 GiB.
MILLICPU, MEBIBYTES = 1000, 3000
CLUSTER = {"cpu": "2", "reservedCpu": "1", "memory": "4096Mi", "reservedMemory": "1096Mi"}
_SHAPES = ("plain", "init", "sidecar", "defaults", "scaled")
_MISSES = (-7, -1, 0, 0, 1, 1, 9)


@dataclass(frozen=True)
class Workload:
    """A Deployment: how many pods at most, and what each asks for."""

    name: str
    replicas: int
    surge: int
    millicpu: int
    mebibytes: int
    shape: str

    @property
    def pods(self) -> int:
        """At once: the new version never has more pods than are asked for, however large the
        surge may be.
        """
        return self.replicas + min(self.surge, self.replicas)


@dataclass(frozen=True)
class Variant:
    """One namespace."""

    name: str
    workloads: tuple[Workload, ...]
    hard: tuple[tuple[str, str], ...] = ()
    """What its quota allows; none without any."""

    @property
    def pods(self) -> int:
        """Pods at the busiest moment."""
        return sum(workload.pods for workload in self.workloads)

    def objects(self) -> Iterator[Object]:
        """What is in Git: the quota, defaults, and the workloads."""
        if self.hard:
            yield self._object("v1", "ResourceQuota", "quota", spec={"hard": dict(self.hard)})
        if any(workload.shape == "defaults" for workload in self.workloads):
            (first,) = self.workloads
            amounts = _amounts(first.millicpu, first.mebibytes)
            limit = {"type": "Container", "default": amounts, "defaultRequest": amounts}
            yield self._object("v1", "LimitRange", "defaults", spec={"limits": [limit]})
        for workload in self.workloads:
            yield self._deployment(workload)
            if workload.shape == "scaled":
                yield self._autoscaler(workload)

    def _object(self, version: str, kind: str, name: str, **fields: Any) -> Object:
        metadata = {"name": name, "namespace": self.name}
        return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}

    def _deployment(self, workload: Workload) -> Object:
        labels = {"app": workload.name}
        rolling = {"rollingUpdate": {"maxSurge": workload.surge, "maxUnavailable": 0}}
        spec: Object = {
            "strategy": rolling if workload.surge else {"type": "Recreate"},
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"nodeSelector": {"variant": self.name}, **_pod(workload)},
            },
        }
        if workload.shape != "scaled":
            spec["replicas"] = workload.replicas
        return self._object("apps/v1", "Deployment", workload.name, spec=spec)

    def _autoscaler(self, workload: Workload) -> Object:
        cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
        spec = {
            "scaleTargetRef": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": workload.name,
            },
            "minReplicas": 1,
            "maxReplicas": workload.replicas,
            "metrics": [{"type": "Resource", "resource": cpu}],
        }
        return self._object("autoscaling/v2", "HorizontalPodAutoscaler", workload.name, spec=spec)

    def node(self) -> Object:
        """A node of its own, that kwok finds ready."""
        room = {"cpu": f"{MILLICPU}m", "memory": f"{MEBIBYTES}Mi", "pods": "110"}
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": self.name, "labels": {"variant": self.name}},
            "status": {"capacity": room, "allocatable": room, "conditions": [ready]},
        }


def variants(count: int, seed: int) -> list[Variant]:
    """Half of them about nodes and half about quotas; the same for the same seed."""
    draw = random.Random(seed)
    return [
        _for_node(draw, f"node-{number:02}")
        if number % 2
        else _for_quota(draw, f"quota-{number:02}")
        for number in range(count)
    ]


def _for_node(draw: random.Random, name: str) -> Variant:
    """One resource comes to what the node has, or misses it by a little; the other is far off."""
    workloads = _workloads(draw)
    is_cpu = draw.random() < 0.5
    room = MILLICPU if is_cpu else MEBIBYTES
    total = room + draw.choice(_MISSES)
    each = total // (sum(workload.pods for workload in workloads) + 1)
    sized = _sized(workloads, [each] * len(workloads), is_cpu)
    if any(workload.shape == "defaults" for workload in workloads):
        return Variant(name, sized)
    # One pod that takes what the others leave of the total, to the last unit.
    rest = total - sum(each * workload.pods for workload in workloads)
    last = _sized((Workload("rest", 1, 0, 1, 1, "plain"),), [rest], is_cpu)
    return Variant(name, sized + last)


def _for_quota(draw: random.Random, name: str) -> Variant:
    """One entry of the quota is what the pods come to, or misses it by a little."""
    workloads = _sized(_workloads(draw), [20, 30, 10], True)
    totals = {
        "pods": sum(w.pods for w in workloads),
        "requests.cpu": sum(w.pods * w.millicpu for w in workloads),
        "limits.memory": sum(w.pods * w.mebibytes for w in workloads),
        "requests.memory": sum(w.pods * w.mebibytes for w in workloads),
    }
    units = {"pods": "", "requests.cpu": "m", "limits.memory": "Mi", "requests.memory": "Mi"}
    tight = draw.choice(sorted(totals))
    miss = draw.choice(_MISSES)
    hard = {entry: f"{total + 50}{units[entry]}" for entry, total in totals.items()}
    hard[tight] = f"{max(1, totals[tight] - miss)}{units[tight]}"
    return Variant(name, workloads, tuple(hard.items()))


def _workloads(draw: random.Random) -> tuple[Workload, ...]:
    count = draw.randint(1, 3)
    shapes = [draw.choice(_SHAPES) for _ in range(count)]
    if "defaults" in shapes:
        # What a LimitRange gives is the same for all pods of the namespace.
        count, shapes = 1, ["defaults"]
    return tuple(
        Workload(f"web-{index}", draw.randint(1, 3), draw.randint(1, 2), 1, 1, shapes[index])
        for index in range(count)
    )


def _sized(
    workloads: tuple[Workload, ...], amounts: list[int], is_cpu: bool
) -> tuple[Workload, ...]:
    """The workloads with these amounts of one resource and few of the other."""
    return tuple(
        Workload(w.name, w.replicas, w.surge, *((amount, 16) if is_cpu else (4, amount)), w.shape)
        for w, amount in zip(workloads, amounts, strict=False)
    )


def _pod(workload: Workload) -> Object:
    """The containers: all that the pod asks for is what the workload says, however it comes."""
    millicpu, mebibytes = workload.millicpu, workload.mebibytes
    if workload.shape == "defaults":
        return {"containers": [_container("main")]}
    if workload.shape == "init":
        # The larger of both counts: they do not run at the same time.
        first = _container("first", millicpu, mebibytes)
        return {
            "initContainers": [first],
            "containers": [_container("main", millicpu // 2, mebibytes // 2)],
        }
    if workload.shape == "sidecar":
        beside = _container("beside", millicpu // 3, mebibytes // 3)
        main = _container("main", millicpu - millicpu // 3, mebibytes - mebibytes // 3)
        return {"initContainers": [{**beside, "restartPolicy": "Always"}], "containers": [main]}
    return {"containers": [_container("main", millicpu, mebibytes)]}


def _container(name: str, millicpu: int = 0, mebibytes: int = 0) -> Object:
    container: Object = {"name": name, "image": "example.test/app:1"}
    if millicpu or mebibytes:
        amounts = _amounts(millicpu, mebibytes)
        container["resources"] = {"requests": amounts, "limits": amounts}
    return container


def _amounts(millicpu: int, mebibytes: int) -> Object:
    return {"cpu": f"{millicpu}m", "memory": f"{mebibytes}Mi"}
