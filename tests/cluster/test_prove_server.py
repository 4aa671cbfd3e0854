"""A real API server judges the correct objects, and mutants of them, and so do we."""

from functools import partial
from random import SystemRandom

import pytest

from tests.cluster.agreement import Agreement
from tests.cluster.control_plane import ControlPlane, control_plane
from tests.cluster.mutants import mutants
from tests.cluster.prove_server import emulation, install, judge
from tests.cluster.report import lines
from tests.cluster.sites import correct_objects
from tests.cluster.verdicts import ours

pytestmark = pytest.mark.cluster
pytest_plugins = ("tests.cluster.plugin",)

MUTANTS, OLDER_MUTANTS = 5000, 1000
OLDER_AGREEMENT = 0.99
"""A server that emulates an older version has the validation of the newer that is not gated."""


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


@pytest.mark.parametrize("version", ["1.33", "1.34", "1.35"])
def test_we_agree_with_a_server_that_emulates_an_older_version(version: str) -> None:
    seed = SystemRandom().randrange(1_000_000)
    with control_plane(flags=emulation(version)) as plane:
        judged = judge(plane.connect, mutants(seed, OLDER_MUTANTS))
        agreement = Agreement(judged, partial(ours, version=version))
    report = "\n".join(lines(agreement, at_most=20))
    print(f"seed {seed}\n{report}")
    assert agreement.sums.agreement >= OLDER_AGREEMENT, f"seed {seed}\n{report}"
