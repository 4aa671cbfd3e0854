"""A real API server judges the correct objects, and mutants of them, and so do we."""

from random import SystemRandom

import pytest

from tests.cluster.agreement import Agreement
from tests.cluster.control_plane import ControlPlane
from tests.cluster.mutants import mutants
from tests.cluster.prove_server import install, judge
from tests.cluster.report import lines
from tests.cluster.sites import correct_objects

pytestmark = pytest.mark.cluster
pytest_plugins = ("tests.cluster.plugin",)

MUTANTS = 5000


def test_the_server_accepts_the_correct_objects(api_plane: ControlPlane) -> None:
    install(api_plane.connect)
    refused = {
        (kind, index): answer.message
        for kind, objects in correct_objects().items()
        for index, data in enumerate(objects)
        if not (answer := api_plane.api.try_create(data)).accepted
    }
    assert refused == {}


def test_we_agree_with_the_server_on_mutants(api_plane: ControlPlane) -> None:
    seed = SystemRandom().randrange(1_000_000)
    agreement = Agreement(judge(api_plane.connect, mutants(seed, MUTANTS)))
    report = "\n".join(lines(agreement, at_most=20))
    print(f"seed {seed}\n{report}")
    assert agreement.sums.is_good, f"seed {seed}\n{report}"
