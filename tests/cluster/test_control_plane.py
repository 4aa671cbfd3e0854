"""The real control plane starts, works, and leaves nothing behind."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cluster.api import ApiServer
from tests.cluster.control_plane import ControlPlane, control_plane, wait_until
from tests.cluster.processes import ProcessEnded

pytestmark = pytest.mark.cluster
pytest_plugins = ("tests.cluster.plugin",)

CONTAINERS = [{"name": "main", "image": "example.test/app:1"}]
ROOT = Path(__file__).parents[2]
PARENT = """
import json, sys
from dataclasses import asdict
from tests.cluster.control_plane import control_plane

with control_plane() as plane:
    ports = [plane.layout.etcd_port, plane.layout.peer_port, plane.layout.port]
    left = [str(plane.processes.folder), ports, list(plane.processes.identities.values())]
    print(json.dumps(left), flush=True)
    sys.stdin.read()
"""


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_left(folder: Path, ports: list[int], identities: list[int]) -> list[object]:
    """What is still there of a control plane."""
    return [
        *([folder] if folder.exists() else []),
        *(port for port in ports if listens(port)),
        *(identity for identity in identities if Path(f"/proc/{identity}").exists()),
    ]


def traces(plane: ControlPlane) -> tuple[Path, list[int], list[int]]:
    ports = [plane.layout.etcd_port, plane.layout.peer_port, plane.layout.port]
    return plane.processes.folder, ports, list(plane.processes.identities.values())


def config_map(name: str, namespace: str = "default") -> dict[str, object]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def test_two_run_side_by_side_and_nothing_is_left() -> None:
    with control_plane() as one, control_plane() as other:
        assert one.api.create(config_map("ours")).accepted
        path = one.api.path("v1", "ConfigMap", "ours")
        assert (one.api.get(path).code, other.api.get(path).code) == (200, 404)
        left = [traces(one), traces(other)]
        assert [is_left(*of) for of in left] == [
            [folder, *ports, *identities] for folder, ports, identities in left
        ]

    assert [is_left(*of) for of in left] == [[], []]


def test_nothing_is_left_after_an_exception() -> None:
    left = None
    with pytest.raises(ZeroDivisionError), control_plane() as plane:
        left = traces(plane)
        raise ZeroDivisionError
    assert left and is_left(*left) == []


def test_nothing_is_left_when_we_are_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout
        folder, ports, identities = json.loads(parent.stdout.readline())
        left = Path(folder), ports, identities
        assert is_left(*left) == [left[0], *ports, *identities]
        parent.send_signal(signal.SIGKILL)
        parent.wait()

    wait_until(lambda: is_left(*left) == [], f"the end of {left}", 20)


def test_a_server_that_does_not_start_is_quoted() -> None:
    with pytest.raises(ProcessEnded) as caught, control_plane(flags=("--no-such-flag",)):
        raise AssertionError("it started")
    first, *log = str(caught.value).splitlines()
    assert first == "kube-apiserver ended with exit code 1; the end of its log:"
    assert "unknown flag: --no-such-flag" in "\n".join(log)


def test_a_second_start_takes_seconds() -> None:
    begin = time.monotonic()
    with control_plane():
        pass
    assert time.monotonic() - begin < 30


def test_the_server_is_of_the_pinned_version(api_plane: ControlPlane) -> None:
    told = api_plane.api.send("GET", "/version").body
    assert (told["gitVersion"], told["major"], told["minor"]) == ("v1.36.3", "1", "36")


def test_a_pod_is_admitted_without_controllers(api_plane: ControlPlane) -> None:
    api_plane.add_namespace("without-controllers")
    assert api_plane.api.try_create(pod("one", "default")).accepted
    assert api_plane.api.try_create(pod("one", "without-controllers")).accepted


def test_controllers_the_scheduler_and_kwok_run_a_pod_and_a_job(full_plane: ControlPlane) -> None:
    api = full_plane.api
    full_plane.add_namespace("work")
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "machine"}}
    one = pod("one", "work")
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "once", "namespace": "work"},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": CONTAINERS}}},
    }
    for object_ in (node, one, job):
        assert api.create(object_).message == ""

    def phase() -> object:
        return api.get(api.path("v1", "Pod", "one", namespace="work")).body["status"]["phase"]

    def succeeded() -> object:
        path = api.path("batch/v1", "Job", "once", namespace="work")
        return api.get(path).body["status"].get("succeeded")

    wait_until(lambda: phase() == "Running", "the pod, running", 30)
    wait_until(lambda: succeeded() == 1, "the job, done", 30)
    assert api.delete("/api/v1/namespaces/work").accepted
    wait_until(lambda: api.get("/api/v1/namespaces/work").code == 404, "the end of work", 60)
    assert api.delete("/api/v1/nodes/machine").accepted


def pod(name: str, namespace: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": CONTAINERS},
    }


def test_another_connection_sees_the_same(api_plane: ControlPlane) -> None:
    other: ApiServer = api_plane.connect()
    assert api_plane.api.create(config_map("shared")).accepted
    path = other.path("v1", "ConfigMap", "shared")
    assert other.get(path).accepted
    assert other.delete(path).accepted
    other.close()
