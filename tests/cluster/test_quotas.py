"""What we count for ResourceQuotas is what the server counts, and refuses by."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from itertools import islice
from random import Random, SystemRandom
from typing import Any, NamedTuple

import pytest

from tests.cluster import quotas
from tests.cluster.answer import Answer
from tests.cluster.api import ApiServer
from tests.cluster.control_plane import ControlPlane, NotInTime, wait_until
from tests.cluster.quotas import Scene
from tools.kubernetes.pod import pod_of
from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.resource import Resource

pytest_plugins = ("tests.cluster.plugin",)

Object = Mapping[str, Any]

NAMESPACES, QUOTAS = 130, 3
DRAFTS = 100
CASES = 300
AGREEMENT = 0.995
RECOUNTS = 3


class Full(NamedTuple):
    """A namespace as it is: what was created in it, its quotas, and what may come."""

    scene: Scene
    quotas: list[Object]

    @property
    def objects(self) -> list[Object]:
        return [*self.scene.objects, *self.quotas]


def listed(server: ApiServer, kind: str) -> list[Object]:
    found: list[Object] = server.get(server.path("v1", kind, namespace="")).body["items"]
    return found


def by_namespace(server: ApiServer, kind: str) -> Counter[str]:
    return Counter(one["metadata"]["namespace"] for one in listed(server, kind))


def add_namespaces(server: ApiServer, names: Sequence[str]) -> None:
    """Namespaces with what the control plane puts into each."""
    for name in names:
        server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def furnished() -> bool:
        kinds = ("ServiceAccount", "ConfigMap")
        return all(set(names) <= set(by_namespace(server, kind)) for kind in kinds)

    wait_until(furnished, "what is in every namespace")


def pods_are_valid(server: ApiServer, data: Object) -> bool:
    """Whether the server takes the pods that a workload makes; of others nothing is asked."""
    pod = pod_of(Resource(data))
    if data["kind"] == "Pod" or pod is None:
        return True
    metadata = {"name": "pod", "namespace": data["metadata"]["namespace"]}
    single = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod.spec}
    return server.try_create(single).accepted


def fill(server: ApiServer, scene: Scene) -> Scene:
    """Create the objects of a scene, as far as the server takes them."""
    objects = [
        data
        for data in scene.objects
        if pods_are_valid(server, data) and server.create(data).accepted
    ]
    candidates = [data for data in scene.candidates if server.try_create(data).accepted]
    return Scene(scene.namespace, objects, candidates)


def await_controllers(server: ApiServer, scenes: Sequence[Scene]) -> None:
    """Return when there are as many pods and claims as we expect, or after a while."""
    expected = {scene.namespace: quotas.expected_counts(scene.objects) for scene in scenes}

    def done() -> bool:
        made, claimed = (by_namespace(server, k) for k in ("Pod", "PersistentVolumeClaim"))
        return all((made[n], claimed[n]) == counts for n, counts in expected.items())

    try:
        wait_until(done, "the pods and claims of all workloads", 40)
    except NotInTime:
        return  # the sums say what differs


def limited(server: ApiServer, random: Random, scene: Scene) -> Full:
    """Quotas for a scene; each has just room for one of the candidates, or just not."""
    accepted = (
        draft
        for draft in islice(quotas.drafts(random, scene.namespace), DRAFTS)
        if server.try_create(draft).accepted
    )
    drawn = [
        {**draft, "metadata": {**draft["metadata"], "name": f"quota-{number}"}}
        for number, draft in enumerate(islice(accepted, QUOTAS))
    ]
    there = [*scene.objects, *drawn]
    finished = [
        quotas.with_room_for(random, one, there, random.choice(scene.candidates))
        if scene.candidates
        else one
        for one in drawn
    ]
    for one in finished:
        answer = server.create(one)
        assert answer.accepted, answer.message
    return Full(scene, finished)


def counted(server: ApiServer, names: Sequence[str]) -> dict[tuple[str, str], dict[str, Decimal]]:
    """What the controller counted for each quota, once it counted them all."""
    found: dict[tuple[str, str], dict[str, Decimal]] = {}

    def done() -> bool:
        ours = [
            one for one in listed(server, "ResourceQuota") if one["metadata"]["namespace"] in names
        ]
        for one in ours:
            used = one.get("status", {}).get("used", {})
            key = one["metadata"]["namespace"], one["metadata"]["name"]
            found[key] = {name: parse_quantity(value) or Decimal() for name, value in used.items()}
        return all(one.get("status", {}).get("hard") == one["spec"]["hard"] for one in ours)

    wait_until(done, "the status of all quotas")
    return found


def wrong_sums(server: ApiServer, full: Sequence[Full]) -> Iterator[str]:
    """The quotas for which we count something else, also when the server counts again."""
    left = [(one, quota) for one in full for quota in one.quotas]
    names = [one.scene.namespace for one in full]
    for again in range(RECOUNTS):
        real = counted(server, names)
        left = [(one, quota) for one, quota in left if not same(real, quota, one.objects)]
        if left and again + 1 < RECOUNTS:
            time.sleep(2)
            for _, quota in left:
                recount(server, quota, again + 1)
    for one, quota in left:
        key = one.scene.namespace, quota["metadata"]["name"]
        yield told(real[key], quotas.used(quota, one.objects), one, quota["spec"])


def same(
    real: Mapping[tuple[str, str], Mapping[str, Decimal]], quota: Object, objects: Sequence[Object]
) -> bool:
    key = quota["metadata"]["namespace"], quota["metadata"]["name"]
    ours = quotas.used(quota, objects)
    return all(real[key].get(name, Decimal()) == amount for name, amount in ours.items())


def recount(server: ApiServer, quota: Object, more: int) -> None:
    """Let the controller count again: its view may have been late. It does on a change."""
    hard = quota["spec"]["hard"]
    name = max(hard, key=lambda name: parse_quantity(hard[name]) or Decimal())
    path = server.path(
        "v1", "ResourceQuota", quota["metadata"]["name"], namespace=quota["metadata"]["namespace"]
    )
    raised = (parse_quantity(hard[name]) or Decimal()) + more
    assert server.patch(path, {"spec": {"hard": {name: str(raised)}}}).accepted


def verdicts(server: ApiServer, one: Full) -> Iterator[tuple[bool, str]]:
    """For each candidate whether it was refused, and both verdicts where they differ."""
    for candidate in one.scene.candidates:
        answer = decided(server, candidate)
        against = {
            quota["metadata"]["name"]: reasons
            for quota in one.quotas
            if (reasons := quotas.refuses(quota, one.objects, candidate))
        }
        named = any(f"quota: {name}" in answer.message for name in against)
        agreed = named if answer.code == 403 else answer.accepted and not against
        specs = [quota["spec"] for quota in one.quotas]
        yield answer.code == 403, "" if agreed else told(answer, against, one, candidate, specs)


def decided(server: ApiServer, candidate: Object) -> Answer:
    """The answer once admission knows the status of all quotas."""
    answer = server.try_create(candidate)

    def known() -> bool:
        nonlocal answer
        answer = server.try_create(candidate)
        return "status unknown" not in answer.message

    if "status unknown" in answer.message:
        wait_until(known, "the status of quotas, in admission")
    return answer


def told(server: object, ours: object, one: Full, *about: object) -> str:
    parts = (f"server {server}", f"ours {ours}", *map(str, about), f"objects {one.scene.objects}")
    return "\n  ".join(parts)


class Outcome(NamedTuple):
    sums: int
    verdicts: int
    refused: int
    differing: list[str]


def run(
    server: ApiServer,
    random: Random,
    names: Sequence[str],
    log: Callable[..., None] = lambda *_: None,
) -> Outcome:
    add_namespaces(server, names)
    log("namespaces")
    scenes = [fill(server, quotas.scene(random, name)) for name in names]
    log("objects")
    await_controllers(server, scenes)
    log("controllers")
    full = [limited(server, random, scene) for scene in scenes]
    log("quotas")
    differing = list(wrong_sums(server, full))
    log("sums")
    judged = [verdict for one in full for verdict in verdicts(server, one)]
    log("verdicts")
    differing += [difference for _, difference in judged if difference]
    sums = sum(len(one.quotas) for one in full)
    return Outcome(sums, len(judged), sum(refused for refused, _ in judged), differing)


def test_scenes_are_the_same_for_the_same_seed() -> None:
    assert quotas.scene(Random(1), "a") == quotas.scene(Random(1), "a")
    assert quotas.scene(Random(1), "a") != quotas.scene(Random(2), "a")


@pytest.mark.cluster
def test_quotas_count_and_refuse_as_the_server_does(full_plane: ControlPlane) -> None:
    seed = SystemRandom().randrange(1_000_000)
    names = [f"quota-{seed}-{index}" for index in range(NAMESPACES)]
    with closing(full_plane.connect()) as server:
        for data in quotas.CLUSTER:
            assert server.create(data).accepted
        outcome = run(server, Random(seed), names)
    assert min(outcome.sums, outcome.verdicts) >= CASES
    cases = outcome.sums + outcome.verdicts
    report = f"seed {seed}: {len(outcome.differing)} of {cases} differ"
    found = "\n".join((report, *outcome.differing))
    assert len(outcome.differing) <= cases * (1 - AGREEMENT), found
