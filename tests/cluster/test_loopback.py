"""Nothing that the tests start can be reached from another machine."""

import os
from pathlib import Path

import pytest

from tests.cluster.argocd import argocd
from tests.cluster.control_plane import control_plane, wait_until
from tests.cluster.programs import CONTROLLER_MANAGER, KWOK, SCHEDULER
from tests.listening import listeners

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks in /proc for sockets"),
]

LOOPBACK = "127.0.0.1"
EXPECTED = {
    "etcd": [LOOPBACK, LOOPBACK],  # clients, peers
    "kube-apiserver": [LOOPBACK],
    "kube-controller-manager": [LOOPBACK],
    "kube-scheduler": [LOOPBACK],
    "kwok": [],
    "redis": [LOOPBACK],
    "argocd-repo-server": [LOOPBACK, LOOPBACK],  # requests, metrics
    "argocd-application-controller": [LOOPBACK],  # metrics
}
"""The address of each socket that takes connections, by program."""


def test_a_control_plane_and_argocd_listen_on_loopback_only() -> None:
    with control_plane(CONTROLLER_MANAGER, SCHEDULER, KWOK) as plane, argocd(plane):

        def found() -> dict[str, list[str]]:
            programs = plane.processes.identities.items()
            return {name: [each.address for each in listeners(pid)] for name, pid in programs}

        # Argo CD works before its metrics are served.
        wait_until(
            lambda: sum(map(len, found().values())) >= sum(map(len, EXPECTED.values())),
            "every program, listening",
            20,
        )
        assert found() == EXPECTED
        # Whatever else runs, for the tests before this one or below what nobody thought of.
        assert {each.address for each in listeners(os.getpid())} == {LOOPBACK}
