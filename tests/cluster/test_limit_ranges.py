"""What LimitRanges give to pods and forbid is what the server gives and forbids."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from random import Random, SystemRandom
from typing import Any

import pytest

from tests.cluster import limit_ranges
from tests.cluster.answer import Answer
from tests.cluster.api import ApiServer
from tests.cluster.control_plane import ControlPlane, wait_until
from tests.cluster.verdicts import ours

pytest_plugins = ("tests.cluster.plugin",)

Object = Mapping[str, Any]

NAMESPACES = 170
PODS, CLAIMS = 10, 2
CASES = 1500
AGREEMENT = 0.999


def add_namespace(server: ApiServer, name: str) -> str:
    assert server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    account = {"name": "default", "namespace": name}
    server.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    return name


def bounded(server: ApiServer, random: Random, name: str) -> list[Object]:
    """The LimitRanges of a new namespace, all that the server took."""
    drawn = limit_ranges.limit_ranges(random, add_namespace(server, name))
    return [one for one in drawn if server.create(one).accepted]


def await_effect(server: ApiServer, name: str) -> None:
    """Return when admission knows every LimitRange that was created before.

    It learns of them in their order. Of the first in a namespace it asks, of a change it does not.
    """
    add_namespace(server, name)
    pod = next(limit_ranges.pods(Random(0), name, 1))
    pod = {**pod, "spec": {"containers": [{"name": "c", "image": "a:1"}]}}
    for cpu in ("1", "2"):
        item = {"type": "Container", "default": {"cpu": cpu}}
        bounds = {"apiVersion": "v1", "kind": "LimitRange", "spec": {"limits": [item]}}
        server.apply({**bounds, "metadata": {"name": "last", "namespace": name}})

        def effective(limit: str = cpu) -> bool:
            answer = server.try_create(pod)
            requests, _ = limit_ranges.in_pod(answer.body)[1] if answer.accepted else ({}, {})
            return requests.get("cpu") == int(limit)

        wait_until(effective, "the last LimitRange")


def of_pod(answer: Answer, pod: Object, bounds: Sequence[Object]) -> bool:
    """Whether the server's answer to a pod is among what we expect."""
    expected = limit_ranges.of_pod(pod, bounds)
    if answer.code == 422:
        return any(one.invalid for one in expected) or bool(ours(pod))
    if answer.code == 403:
        assert "usage per" in answer.message or "ratio per" in answer.message, answer.message
        return any(one.refused and not one.invalid for one in expected)
    real = limit_ranges.in_pod(answer.body)
    return any(
        not one.refused and not one.invalid and limit_ranges.agree(real, one.resources)
        for one in expected
    )


def differing(
    server: ApiServer, random: Random, name: str, bounds: Sequence[Object]
) -> Iterator[str]:
    for pod in limit_ranges.pods(random, name, PODS):
        answer = server.try_create(pod)
        if not of_pod(answer, pod, bounds):
            expected = limit_ranges.of_pod(pod, bounds)
            yield report(
                answer,
                limit_ranges.in_pod(answer.body) if answer.accepted else (),
                expected,
                pod,
                bounds,
            )
    for claim in limit_ranges.volume_claims(random, name, CLAIMS):
        answer, against = server.try_create(claim), limit_ranges.of_claim(claim, bounds)
        if answer.accepted == bool(against):
            yield report(answer, (), against, claim, bounds)


def report(
    answer: Answer, real: Any, expected: Any, subject: Object, bounds: Sequence[Object]
) -> str:
    lines = (
        f"server {answer.code} {answer.message or real}",
        f"ours {expected}",
        f"object {subject['spec']}",
        *(f"bounds {one['spec']['limits']}" for one in bounds),
    )
    return "\n  ".join(lines)


def test_cases_are_the_same_for_the_same_seed() -> None:
    one, same, other = (list(limit_ranges.pods(Random(seed), "a", 20)) for seed in (1, 1, 2))
    assert one == same != other
    assert limit_ranges.limit_ranges(Random(1), "a") == limit_ranges.limit_ranges(Random(1), "a")


@pytest.mark.cluster
def test_pods_and_claims_fare_as_with_the_server(api_plane: ControlPlane) -> None:
    seed = SystemRandom().randrange(1_000_000)
    random = Random(seed)
    with closing(api_plane.connect()) as server:
        names = [f"limit-range-{seed}-{index}" for index in range(NAMESPACES)]
        bounds = {name: bounded(server, random, name) for name in names}
        await_effect(server, f"limit-range-{seed}")
        found = [one for name in names for one in differing(server, random, name, bounds[name])]
    cases = NAMESPACES * (PODS + CLAIMS)
    assert cases >= CASES
    told = "\n".join((f"seed {seed}: {len(found)} of {cases} differ", *found))
    assert len(found) <= cases * (1 - AGREEMENT), told
