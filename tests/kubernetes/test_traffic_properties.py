"""The matrix against a naive evaluator, over random policies, pods and connections.

TRAFFIC_CASES sets how many random clusters are made, TRAFFIC_SEED which; a failure names the seed
of its own cluster.
"""

import os
from collections.abc import Callable, Iterator
from itertools import product
from random import Random, SystemRandom

import pytest

from tests.kubernetes import traffic_differences as differences
from tests.kubernetes.random_traffic import (
    KEYS,
    Cluster,
    cluster,
    some_selector,
    unsure_cluster,
    variants,
)
from tools.kubernetes.traffic.label_sets import POD, all_minus, box_of, passes
from tools.kubernetes.traffic.spans import Spans, addresses, blocks, union

CASES = int(os.environ.get("TRAFFIC_CASES", "200"))
SEED = int(os.environ.get("TRAFFIC_SEED", SystemRandom().randrange(10**9)))


@pytest.mark.parametrize(
    ("make", "find"),
    [
        (cluster, differences.between_pods),
        (cluster, differences.with_strangers),
        (cluster, differences.at_exits),
        (unsure_cluster, differences.beyond_what_is_possible),
    ],
    ids=lambda function: function.__name__,
)
def test_matrix_and_naive_evaluator_agree(
    make: Callable[[int], Cluster], find: Callable[[Cluster], Iterator[str]]
) -> None:
    for number in range(CASES):
        difference = next(find(make(SEED + number)), None)
        assert difference is None, difference


SELECTORS = {
    f"{field} {operator}"
    for field in ("podSelector", "namespaceSelector")
    for operator in ("In", "NotIn", "Exists", "DoesNotExist", "asks twice for a key")
}
EXPECTED = {
    *SELECTORS,
    *(f"policyTypes {types}" for types in ("absent", [], ["Ingress"], ["Egress"])),
    *(f"podSelector {shape}" for shape in ("absent", "null", "empty", "stated")),
    *(f"{rules} {shape}" for rules in ("ingress", "egress") for shape in ("absent", "empty")),
    *(f"{field} {shape}" for field in ("from", "to", "ports") for shape in ("absent", "null")),
    *(f"{field} {shape}" for field in ("from", "to", "ports") for shape in ("empty", "stated")),
    *(f"peer {field} empty" for field in ("podSelector", "namespaceSelector")),
    *(f"protocol {protocol}" for protocol in ("absent", None, "TCP", "UDP", "SCTP")),
    *(f"{family} block" for family in ("IPv4", "IPv6")),
    *(f"{family} block with except" for family in ("IPv4", "IPv6")),
    *(f"{family} excepts that overlap" for family in ("IPv4", "IPv6")),
    "egress implied by its rules", "namespaceSelector", "podSelector", "ipBlock",
    "namespaceSelector with podSelector", "namespace by its name", "policies in two namespaces",
    "port is int", "port is str", "no port", "endPort", "endPort as port",
    "a name for different ports", "a name for two ports of a pod",
    "a name for two protocols of a pod", "Pod",
}  # fmt: skip


def test_random_clusters_have_everything_that_policies_can_say() -> None:
    """What never occurs is never compared."""
    found = {variant for seed in range(150) for variant in variants(cluster(seed))}
    assert found >= EXPECTED, EXPECTED - found
    unsure = {variant for seed in range(150) for variant in variants(unsure_cluster(seed))}
    assert unsure >= {*EXPECTED, "Deployment", "hostNetwork"}


def test_boxes_are_cut_exactly() -> None:
    """Labels are in the difference of selectors exactly if they pass one and not the others."""
    random = Random(SEED)
    values: list[list[str | None]] = [[None, *options, "else"] for options in KEYS.values()]
    for _ in range(5 * CASES):
        one, *others = (box_of(some_selector(random, KEYS), POD) for _ in range(3))
        rest = all_minus([one], others)
        for chosen in product(*values):
            labels = {k: v for k, v in zip(KEYS, chosen, strict=True) if v is not None}
            expected = passes(one, POD, labels) and not any(passes(o, POD, labels) for o in others)
            assert any(passes(box, POD, labels) for box in rest) == expected, (SEED, one, others)


def test_sets_of_numbers_are_computed_exactly() -> None:
    random = Random(SEED)
    for _ in range(5 * CASES):
        one, other = (
            union(Spans(((a, a + random.randrange(4)),)) for a in random.sample(range(12), 3))
            for _ in range(2)
        )
        for number in range(18):
            here, there = one.has(number), other.has(number)
            assert one.union(other).has(number) == (here or there), (SEED, one, other)
            assert one.intersection(other).has(number) == (here and there), (SEED, one, other)
            assert one.minus(other).has(number) == (here and not there), (SEED, one, other)


def test_blocks_of_addresses_are_read_and_written() -> None:
    internet = addresses("0.0.0.0/0").minus(addresses("128.0.0.0/1"))
    assert blocks(internet.union(addresses("2001:db8::/32"))) == ["0.0.0.0/1", "2001:db8::/32"]
    assert addresses("10.1.2.3/8") == addresses("10.0.0.0/8")
    assert not addresses("10.0.0.0/33")
