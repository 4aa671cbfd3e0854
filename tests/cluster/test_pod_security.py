"""The rules that follow the Pod Security Standards say what the server's own admission says."""

from collections.abc import Mapping
from contextlib import closing
from random import SystemRandom
from typing import Any

import pytest

from tests.cluster.api import ApiServer
from tests.cluster.control_plane import ControlPlane
from tests.cluster.pod_security import STANDARDS, findings, pods

pytest_plugins = ("tests.cluster.plugin",)

VERSIONS = ("1.33", "1.34", "1.35", "1.36")
PODS = 3000
AGREEMENT = 0.999


def namespace(server: ApiServer, standard: str, version: str) -> str:
    name = f"pod-security-{standard}-{version.replace('.', '-')}"
    labels = {
        "pod-security.kubernetes.io/enforce": standard,
        "pod-security.kubernetes.io/enforce-version": f"v{version}",
    }
    metadata = {"name": name, "labels": labels}
    assert server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}).accepted
    account = {"name": "default", "namespace": name}
    server.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    return name


def disagreement(server: ApiServer, pod: Mapping[str, Any], standard: str, version: str) -> str:
    """Both verdicts where they differ, "" where they do not, None if the pod is no valid one."""
    name = f"pod-security-{standard}-{version.replace('.', '-')}"
    answer = server.try_create({**pod, "metadata": {**pod["metadata"], "namespace": name}})
    refused = answer.code == 403 and "violates PodSecurity" in answer.message
    assert answer.accepted or refused or answer.code == 422, answer.message
    ours = findings(pod, standard, version)
    if answer.code == 422 or refused == bool(ours):
        return ""
    return f"{standard} {version}: server {answer.message or 'accepts'}; ours {ours}; {pod['spec']}"


def test_pods_are_the_same_for_the_same_seed() -> None:
    assert list(pods(1, 50)) == list(pods(1, 50))
    assert list(pods(1, 50)) != list(pods(2, 50))


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_pod_without_odd_settings_meets_the_standard(standard: str) -> None:
    plain = next(pod for pod in pods(1, 100) if not findings(pod, "restricted", "1.36"))
    assert findings(plain, standard, "1.33") == []


@pytest.mark.cluster
def test_pods_are_refused_as_the_server_refuses_them(api_plane: ControlPlane) -> None:
    cases = [(standard, version) for standard in STANDARDS for version in VERSIONS]
    seed = SystemRandom().randrange(1_000_000)
    with closing(api_plane.connect()) as server:
        for standard, version in cases:
            namespace(server, standard, version)
        differing = [
            found
            for index, pod in enumerate(pods(seed, PODS))
            if (found := disagreement(server, pod, *cases[index % len(cases)]))
        ]
    report = "\n".join((f"seed {seed}: {len(differing)} of {PODS} differ", *differing))
    assert len(differing) <= PODS * (1 - AGREEMENT), report
