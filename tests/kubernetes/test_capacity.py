"""How many pods run at once."""

from typing import Any

import pytest

from tools.kubernetes.capacity import loads
from tools.kubernetes.pod import pod_of
from tools.kubernetes.resource import Resource, ResourceSet

NODES = 3
HPA = Resource(
    {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "spec": {"minReplicas": 2, "maxReplicas": 10},
    }
)


def counted(kind: str, spec: dict[str, Any], autoscaler: Resource | None = None) -> tuple[int, int]:
    template = {"spec": {"containers": [{"name": "web"}]}}
    if kind == "CronJob":
        spec = {**spec, "jobTemplate": {"spec": {**spec.get("job", {}), "template": template}}}
    workload = Resource({"kind": kind, "metadata": {}, "spec": {**spec, "template": template}})
    pod = pod_of(workload)
    assert pod is not None
    (load,) = loads([pod], ResourceSet([workload]), lambda _: autoscaler, NODES)
    return load.steady, load.surge


def rolling(value: Any) -> dict[str, Any]:
    return {"rollingUpdate": {"maxSurge": value}}


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("Deployment", {}, (1, 1)),
        ("Deployment", {"replicas": 5}, (5, 2)),
        ("Deployment", {"replicas": 5, "strategy": rolling(0)}, (5, 0)),
        ("Deployment", {"replicas": 5, "strategy": rolling("30%")}, (5, 2)),
        # the new version never has more pods than replicas
        ("Deployment", {"replicas": 2, "strategy": rolling(5)}, (2, 2)),
        ("Deployment", {"replicas": 0, "strategy": rolling(1)}, (0, 0)),
        ("Deployment", {"replicas": 5, "strategy": {"type": "Recreate"}}, (5, 0)),
        ("Deployment", {"replicas": "many", "strategy": rolling("many")}, (1, 0)),
        ("StatefulSet", {"replicas": 3}, (3, 0)),
        ("ReplicaSet", {"replicas": 3}, (3, 0)),
        ("ReplicationController", {}, (1, 0)),
        ("DaemonSet", {}, (NODES, 0)),
        ("DaemonSet", {"updateStrategy": rolling("50%")}, (NODES, 2)),
        ("DaemonSet", {"updateStrategy": {"type": "OnDelete", **rolling(1)}}, (NODES, 0)),
        ("Job", {}, (1, 0)),
        ("Job", {"parallelism": 4}, (4, 0)),
        ("Job", {"parallelism": 4, "completions": 2}, (2, 0)),
        ("Job", {"parallelism": 0}, (0, 0)),
        ("Job", {"suspend": True}, (0, 0)),
        ("CronJob", {"job": {"parallelism": 2}}, (2, 0)),
        ("CronJob", {"suspend": True}, (0, 0)),
        ("Rollout", {"replicas": 5, "strategy": {"canary": {}}}, (5, 2)),
        ("Rollout", {"replicas": 5, "strategy": {"canary": {"maxSurge": 1}}}, (5, 1)),
        ("Rollout", {"replicas": 5, "strategy": {"canary": {"trafficRouting": {"a": 1}}}}, (5, 5)),
        ("Rollout", {"replicas": 5, "strategy": {"blueGreen": {"activeService": "a"}}}, (5, 5)),
    ],
)
def test_pods_at_once(kind: str, spec: dict[str, Any], expected: tuple[int, int]) -> None:
    assert counted(kind, spec) == expected


def test_an_autoscaler_counts_with_its_maximum() -> None:
    assert counted("Deployment", {"replicas": 3}, HPA) == (10, 3)
    assert counted("StatefulSet", {"replicas": 3}, HPA) == (10, 0)
    assert counted("DaemonSet", {}, HPA) == (NODES, 0)
