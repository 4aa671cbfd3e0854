"""Argo CD starts beside a control plane, deploys what Git says, and leaves nothing behind."""

from pathlib import Path

import pytest

from tests.cluster.argocd import ArgoCD, argocd
from tests.cluster.cases import Case, cases
from tests.cluster.control_plane import control_plane
from tests.cluster.git import bare_repository
from tests.cluster.test_control_plane import is_left

pytestmark = pytest.mark.cluster

PROGRAMS = {"redis", "argocd-repo-server", "argocd-application-controller"}


def right(address: str) -> Case:
    """The first case of the table: one ConfigMap."""
    case, *_ = cases(address)
    assert case.name == "right"
    return case


def identities(argo: ArgoCD) -> list[int]:
    return [argo.plane.processes.identities[name] for name in PROGRAMS]


def create(argo: ArgoCD, case: Case) -> None:
    argo.plane.add_namespace(case.namespace)
    for object_ in (case.project, case.application):
        assert argo.plane.api.create(object_).accepted


def test_two_side_by_side_do_not_meet_and_nothing_is_left(tmp_path: Path) -> None:
    with (
        control_plane() as plane,
        argocd(plane) as one,
        control_plane() as another,
        argocd(another) as other,
    ):
        repository = bare_repository(tmp_path / "repository.git")
        case = right(repository.url)
        revision = repository.commit(case.tree())
        create(one, case)
        state = one.wait(["right"], lambda state: state.sync == "Synced")["right"]
        assert (state.health, state.revision) == ("Healthy", revision)
        assert (set(one.states()), set(other.states())) == ({"right"}, set())

        running = [*identities(one), *identities(other)]
        folders = [plane.processes.folder, another.processes.folder]
        assert is_left(folders[0], [], running) == [folders[0], *running]

    assert [is_left(folder, [], running) for folder in folders] == [[], []]


def test_what_is_committed_later_is_deployed_when_asked(tmp_path: Path) -> None:
    with control_plane() as plane, argocd(plane) as argo:
        repository = bare_repository(tmp_path / "repository.git")
        case = right(repository.url)
        first = repository.commit(case.tree())
        create(argo, case)
        argo.wait(["right"], lambda state: (state.sync, state.revision) == ("Synced", first))

        settings = f"{case.folder}/settings.yaml"
        changed = case.tree()[settings] + "data: {level: debug}\n"
        second = repository.commit({**case.tree(), settings: changed})
        argo.refresh("right")
        argo.wait(["right"], lambda state: (state.sync, state.revision) == ("Synced", second))
        path = plane.api.path("v1", "ConfigMap", "settings", namespace=case.namespace)
        assert plane.api.get(path).body["data"] == {"level": "debug"}
