"""Numbers of pods: percentages, ranges of replicas, what an update takes away."""

from typing import Any

import pytest

from tools.kubernetes.int_or_percent import scaled
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.rollout import (
    Replicas,
    Update,
    holds_one_node_claim,
    replicas_of,
    rolling_update,
)


def deployment(**spec: Any) -> Resource:
    metadata = {"name": "web", "namespace": "shop"}
    return Resource(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    )


def updated(**rolling: Any) -> Resource:
    return deployment(strategy={"type": "RollingUpdate", "rollingUpdate": rolling})


@pytest.mark.parametrize(
    ("value", "up", "down"),
    [
        (3, 3, 3),
        (0, 0, 0),
        ("25%", 2, 1),
        ("20%", 1, 1),
        ("1%", 1, 0),
        ("100%", 5, 5),
        ("0%", 0, 0),
    ],
)
def test_a_share_of_five(value: int | str, up: int, down: int) -> None:
    assert (scaled(value, 5, round_up=True), scaled(value, 5, round_up=False)) == (up, down)


@pytest.mark.parametrize(
    "value", ["3", "25", "2.5%", "-1%", "%", "", "٢%", None, 2.5, True, [], {}]
)
def test_what_is_no_number_and_no_percentage_stands_for_nothing(value: Any) -> None:
    assert scaled(value, 5, round_up=True) is None


@pytest.mark.parametrize(
    ("rolling", "replicas", "update"),
    [
        ({}, 1, Update(surge=1, unavailable=0)),
        ({}, 3, Update(surge=1, unavailable=0)),
        ({}, 4, Update(surge=1, unavailable=1)),
        ({}, 10, Update(surge=3, unavailable=2)),
        ({"maxUnavailable": 0}, 10, Update(surge=3, unavailable=0)),
        ({"maxSurge": 0, "maxUnavailable": "30%"}, 3, Update(surge=0, unavailable=1)),
        ({"maxSurge": 1, "maxUnavailable": 5}, 2, Update(surge=1, unavailable=2)),
        ({"maxSurge": None, "maxUnavailable": None}, 4, Update(surge=1, unavailable=1)),
    ],
)
def test_an_update_follows_the_deployment_controller(
    rolling: dict[str, Any], replicas: int, update: Update
) -> None:
    assert rolling_update(updated(**rolling), replicas) == update


@pytest.mark.parametrize(
    "strategy",
    [{"type": "Recreate"}, {"rollingUpdate": {"maxSurge": "all"}}, {"type": ["RollingUpdate"]}],
)
def test_other_strategies_and_unreadable_numbers_are_no_rolling_update(
    strategy: dict[str, Any],
) -> None:
    assert rolling_update(deployment(strategy=strategy), 4) is None


@pytest.mark.parametrize("strategy", [None, {}, {"type": None}, [], "Recreate"])
def test_a_deployment_without_a_strategy_is_updated_by_default(strategy: Any) -> None:
    assert rolling_update(deployment(strategy=strategy), 8) == Update(surge=2, unavailable=2)


def autoscaler(kind: str, **spec: Any) -> Resource:
    return Resource({"kind": kind, "spec": spec})


@pytest.mark.parametrize(
    ("workload", "scaler", "replicas"),
    [
        (deployment(replicas=3), None, (3, 3)),
        (deployment(replicas=0), None, (0, 0)),
        (deployment(), None, (1, 1)),
        (deployment(replicas="3"), None, (1, 1)),
        (
            deployment(replicas=3),
            autoscaler("HorizontalPodAutoscaler", minReplicas=2, maxReplicas=10),
            (2, 10),
        ),
        (deployment(), autoscaler("HorizontalPodAutoscaler", maxReplicas=4), (1, 4)),
        (deployment(), autoscaler("HorizontalPodAutoscaler", minReplicas=2), (2, 2)),
        (
            deployment(),
            autoscaler("HorizontalPodAutoscaler", minReplicas=5, maxReplicas=3),
            (5, 5),
        ),
        (deployment(), autoscaler("ScaledObject"), (0, 100)),
        (deployment(), autoscaler("ScaledObject", minReplicaCount=1, maxReplicaCount=3), (1, 3)),
    ],
)
def test_the_autoscaler_decides_how_many_replicas_there_are(
    workload: Resource, scaler: Resource | None, replicas: tuple[int, int]
) -> None:
    assert replicas_of(workload, scaler) == Replicas(*replicas)


def claim(name: str, *modes: str) -> Resource:
    metadata = {"name": name, "namespace": "shop"}
    kind = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
    return Resource({**kind, "metadata": metadata, "spec": {"accessModes": list(modes)}})


def mounting(*claims: str) -> Pod:
    volumes = [{"name": c, "persistentVolumeClaim": {"claimName": c}} for c in claims]
    template = {"spec": {"volumes": [{"name": "tmp", "emptyDir": {}}, *volumes]}}
    return Pod(deployment(template=template), ("spec", "template"))


@pytest.mark.parametrize(
    ("claims", "answer"),
    [
        ((), False),
        (("one-node",), True),
        (("one-pod",), True),
        (("shared",), False),
        (("either",), False),
        (("elsewhere",), None),
        (("elsewhere", "one-node"), True),
        (("elsewhere", "shared"), None),
    ],
)
def test_who_can_share_a_claim(claims: tuple[str, ...], answer: bool | None) -> None:
    present = ResourceSet(
        [
            claim("one-node", "ReadWriteOnce"),
            claim("one-pod", "ReadWriteOncePod"),
            claim("shared", "ReadWriteMany"),
            claim("either", "ReadWriteOnce", "ReadWriteMany"),
        ]
    )
    assert holds_one_node_claim(mounting(*claims), present) is answer
