"""What a rule sees beyond its own target: the renders of other folders, each made once."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.miniature import plant
from tools.render import starts
from tools.render.build import Run, start
from tools.rules.catalogue import discover
from tools.rules.config import Config
from tools.rules.gate import Gate, Report
from tools.source.repository import Repository
from tools.source.targets import every_target, named_targets

PERMITS = {"application-project-permits": discover()["application-project-permits"]}
MINIATURE = """
    --- argocd/kustomization.yaml
    resources: [application.yaml]
    --- argocd/application.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: shop}
    spec:
      project: team-shop
      source: {repoURL: https://git.example.com/shop.git, path: overlays/prod}
      destination: {server: https://kubernetes.default.svc, namespace: shop}
    --- overlays/prod/kustomization.yaml
    resources: [web.yaml]
    --- overlays/prod/web.yaml
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: web, namespace: shop}
    --- projects/kustomization.yaml
    namePrefix: team-
    resources: [project.yaml]
    --- projects/project.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata: {name: shop}
    spec:
      sourceRepos: [https://git.example.com/shop]
      destinations: [{name: in-cluster, namespace: shop}]
      namespaceResourceWhitelist:
        - {group: apps, kind: Deployment}
"""


def judge(root: Path, *names: str) -> Report:
    """Everything, or only what the names of folders say, with one rule."""
    repository = Repository(root)
    named = [target for name in names for target in named_targets(repository, root / name)]
    targets = named or every_target(repository, [])
    gate = Gate(repository, PERMITS, Config(), ("1.36",))
    *_, report = gate.run(starts.Starts(repository, targets, 2))
    return report


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """The folders that Kustomize is started for."""
    folders: list[str] = []

    def counted(folder: Path) -> Run:
        folders.append(folder.name)
        return start(folder)

    monkeypatch.setattr(starts, "start", counted)
    return folders


def test_a_project_of_another_target_is_found_as_it_renders(
    tmp_path: Path, rendered: Sequence[str]
) -> None:
    report = judge(plant(tmp_path, MINIATURE))
    [finding] = report.findings
    assert finding.source is not None
    assert (finding.source.file, finding.source.line) == ("projects/project.yaml", 7)
    assert finding.message == (
        "project 'team-shop' does not permit CronJob of group 'batch', but Application 'shop' "
        "deploys 'web'"
    )
    assert [(r.place.file, r.place.line) for r in finding.related] == [
        ("overlays/prod/web.yaml", 2)
    ]
    assert sorted(rendered) == ["argocd", "prod", "projects"]
    assert [target.path for target in report.targets] == ["argocd", "overlays/prod", "projects"]


def test_what_applications_name_is_rendered_though_nobody_asked_for_it(
    tmp_path: Path, rendered: Sequence[str]
) -> None:
    report = judge(plant(tmp_path, MINIATURE), "argocd", "projects")
    assert [finding.rule for finding in report.findings] == ["application-project-permits"]
    assert sorted(rendered) == ["argocd", "prod", "projects"]
    assert [target.path for target in report.targets] == ["argocd", "projects"]


def test_an_overlay_alone_costs_no_more_than_itself(
    tmp_path: Path, rendered: Sequence[str]
) -> None:
    assert judge(plant(tmp_path, MINIATURE), "overlays/prod").findings == []
    assert rendered == ["prod"]


def test_a_project_that_only_a_kustomization_knows_is_not_guessed(tmp_path: Path) -> None:
    report = judge(plant(tmp_path, MINIATURE), "argocd")
    assert report.findings == []
    [entry] = report.not_judged
    assert (entry.reason, entry.blocking) == (
        "this repository has no AppProject 'team-shop'",
        False,
    )


def test_what_does_not_render_is_not_judged(tmp_path: Path) -> None:
    root = plant(tmp_path, MINIATURE)
    (root / "overlays/prod/kustomization.yaml").write_text("resources: [gone.yaml]\n")
    report = judge(root, "argocd", "projects")
    assert report.findings == []
    [entry] = report.not_judged
    assert entry.reason.startswith("what Application 'shop' deploys is not known: 'gone.yaml'")
