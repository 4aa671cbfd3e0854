"""What fits a node and a quota for the gate fits them for the scheduler and for quota admission.

The busiest moment is made to last: in the update no new pod becomes available, so that all old
ones stay and every Deployment has started as many more as it may.
"""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.control_plane import ControlPlane, NotInTime, control_plane, wait_until
from tests.cluster.programs import CONTROLLER_MANAGER, KWOK, SCHEDULER
from tests.cluster.record import record
from tests.cluster.variants import CLUSTER, Variant, variants
from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import read_config
from tools.rules.gate import Gate
from tools.source.repository import Repository
from tools.source.targets import every_target

pytestmark = pytest.mark.cluster

VARIANTS = {variant.name: variant for variant in variants(72, seed=8)}
RULES = ("capacity-fits", "quota-fits")
UPDATE = {
    "spec": {
        "minReadySeconds": 300,
        "template": {"metadata": {"annotations": {"version": "2"}}},
    }
}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with control_plane(CONTROLLER_MANAGER, SCHEDULER, KWOK) as started:
        yield started


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The variants that do not fit for the gate."""
    root: Path = tmp_path_factory.mktemp("variants")
    (root / "policies.yaml").write_text(yaml.safe_dump({"facts": {"cluster": CLUSTER}}))
    for variant in VARIANTS.values():
        (root / variant.name).mkdir()
        text = yaml.safe_dump_all(list(variant.objects()))
        (root / variant.name / "objects.yaml").write_text(text)
    repository = Repository(root)
    every = discover()
    rules = {name: every[name] for name in RULES}
    config = read_config(repository, rules, None)
    targets = every_target(repository, ["policies.yaml"])
    judge = Gate(repository, rules, config, ("1.36",), whole=False)
    *_, report = judge.run(Starts(repository, targets, 2))
    assert (len(targets), report.not_judged) == (len(VARIANTS), [])
    return {finding.target for finding in report.findings}


@pytest.fixture(scope="module")
def cluster(plane: ControlPlane, gate: set[str]) -> set[str]:
    """The variants of which not every pod is created and scheduled at the busiest moment."""
    api = plane.api
    for variant in VARIANTS.values():
        assert api.create(variant.node()).accepted
        plane.add_namespace(variant.name)
        _create(plane, variant, "ResourceQuota")
    # Until what is used has been counted for the first time, a quota lets nothing through.
    wait_until(
        lambda: all(quota.get("status") for quota in _items(plane, "ResourceQuota")),
        "what the quotas count",
    )
    for variant in VARIANTS.values():
        _create(plane, variant, "LimitRange", "Deployment", "HorizontalPodAutoscaler")
        for workload in variant.workloads:
            if workload.shape == "scaled":
                # What the autoscaler would do under load.
                path = _deployment(plane, variant, workload.name)
                assert api.patch(path, {"spec": {"replicas": workload.replicas}}).accepted
    steady = {v.name: sum(w.replicas for w in v.workloads) for v in VARIANTS.values()}
    lacking = _settle(plane, steady)
    for variant in VARIANTS.values():
        for workload in variant.workloads:
            assert api.patch(_deployment(plane, variant, workload.name), UPDATE).accepted
    lacking |= _settle(plane, {v.name: v.pods for v in VARIANTS.values() if v.name not in lacking})
    agree = len(VARIANTS) - len(gate ^ lacking)
    differences = [
        {
            "case": name,
            "gate": "does not fit" if name in gate else "fits",
            "cluster": "does not fit" if name in lacking else "fits",
            "why": "unexplained",
        }
        for name in sorted(gate ^ lacking)
    ]
    record("capacity", len(VARIANTS), agree, differences)
    return lacking


def _create(plane: ControlPlane, variant: Variant, *kinds: str) -> None:
    for object_ in variant.objects():
        if object_["kind"] in kinds:
            created = plane.api.create(object_)
            assert created.accepted, created.message


def _deployment(plane: ControlPlane, variant: Variant, name: str) -> str:
    return plane.api.path("apps/v1", "Deployment", name, namespace=variant.name)


def _settle(plane: ControlPlane, wanted: dict[str, int]) -> set[str]:
    """Wait until these namespaces have their pods on nodes; returns those that never will."""
    short: set[str] = set()
    placed: Counter[str] = Counter()

    def settled() -> bool:
        time.sleep(0.5)
        pods = _items(plane, "Pod")
        placed.clear()
        placed.update(_namespace(pod) for pod in pods if pod["spec"].get("nodeName"))
        short.update(_namespace(pod) for pod in pods if _is_unschedulable(pod))
        events = _items(plane, "Event")
        short.update(_namespace(e) for e in events if "exceeded quota" in e.get("message", ""))
        return all(placed[name] == count or name in short for name, count in wanted.items())

    try:
        wait_until(settled, "every pod on a node", 60)
    except NotInTime:
        open_ = {n: (placed[n], c) for n, c in wanted.items() if placed[n] != c and n not in short}
        pytest.fail(f"pods on nodes, and pods that there should be: {open_}")
    return short & set(wanted)


def _items(plane: ControlPlane, kind: str) -> list[Any]:
    found: list[Any] = plane.api.get(plane.api.path("v1", kind, namespace="")).body["items"]
    return found


def _namespace(object_: Any) -> str:
    name: str = object_["metadata"]["namespace"]
    return name


def _is_unschedulable(pod: Any) -> bool:
    conditions = pod["status"].get("conditions") or ()
    return any(condition.get("reason") == "Unschedulable" for condition in conditions)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_gate_says_what_the_cluster_does(name: str, gate: set[str], cluster: set[str]) -> None:
    assert (name in gate) == (name in cluster)


def test_there_are_enough_on_both_sides(cluster: set[str]) -> None:
    about_nodes = {name for name in VARIANTS if name.startswith("node")}
    counts = [len(cluster & about_nodes), len(about_nodes - cluster)]
    counts += [len(cluster - about_nodes), len(set(VARIANTS) - about_nodes - cluster)]
    assert min(counts) >= 8, counts
