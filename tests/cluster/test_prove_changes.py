"""Changes of objects: our verdict is the API server's."""

from contextlib import closing
from random import SystemRandom

import pytest

from tests.cluster.agreement import AGREEMENT
from tests.cluster.control_plane import ControlPlane
from tests.cluster.pairs import pairs
from tests.cluster.prove_changes import agreement_on
from tests.cluster.report import lines

pytest_plugins = ("tests.cluster.plugin",)

PAIRS = 2000


def test_pairs_are_the_same_for_the_same_seed() -> None:
    first, again, other = (list(pairs(seed, 30)) for seed in (1, 1, 2))
    assert first == again
    assert [pair.new.data for pair in first] != [pair.new.data for pair in other]


def test_both_objects_of_a_pair_are_one_to_the_server() -> None:
    for old, new in pairs(3, 60):
        assert old["kind"] == new.data["kind"]
        assert old["metadata"]["name"] == new.data["metadata"]["name"]


@pytest.mark.cluster
def test_changes_are_refused_as_the_server_refuses_them(api_plane: ControlPlane) -> None:
    seed = SystemRandom().randrange(1_000_000)
    with closing(api_plane.connect()) as server:
        agreement = agreement_on(server, pairs(seed, PAIRS))
    report = "\n".join((f"seed {seed}", *lines(agreement, 40)))
    assert agreement.sums.total > 0.9 * PAIRS, report
    assert agreement.sums.agreement >= AGREEMENT, report
