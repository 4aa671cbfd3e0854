"""Control planes that several test modules share: one of each kind in a run of pytest.

A module that needs one says `pytest_plugins = ("tests.cluster.plugin",)` and takes the fixture.
Both start when the first test asks and end with the run. What a test creates it deletes, or puts
into a namespace of its own.
"""

from collections.abc import Iterator

import pytest

from tests.cluster.control_plane import ControlPlane, control_plane
from tests.cluster.programs import CONTROLLER_MANAGER, KWOK, SCHEDULER


@pytest.fixture(scope="session")
def api_plane() -> Iterator[ControlPlane]:
    """etcd and the API server: nothing moves but what a test sends."""
    with control_plane() as plane:
        yield plane


@pytest.fixture(scope="session")
def full_plane() -> Iterator[ControlPlane]:
    """With controllers, the scheduler and kwok, which plays the kubelet of every node."""
    with control_plane(CONTROLLER_MANAGER, SCHEDULER, KWOK) as plane:
        yield plane
