"""Which folders of a repository Argo CD deploys."""

from pathlib import Path

import pytest

from tools.argocd.deployments import clusters_of, is_deployed
from tools.source.repository import Repository


def repository(root: Path, **files: str) -> Repository:
    for name, text in files.items():
        (root / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Repository(root)


def application(spec: str, kind: str = "Application", group: str = "argoproj.io") -> str:
    return f"{{apiVersion: {group}/v1alpha1, kind: {kind}, metadata: {{name: x}}, spec: {spec}}}\n"


@pytest.mark.parametrize(
    ("spec", "deployed"),
    [
        ("{source: {path: overlays/prod}}", True),
        ("{source: {path: ./overlays/prod/}}", True),
        ("{source: {path: /overlays/prod}}", True),
        ("{source: {path: overlays}}", True),
        ("{sources: [{chart: redis}, {path: overlays/prod}]}", True),
        ("{source: {path: overlays/production}}", False),
        ("{source: {path: overlays/prod/database}}", False),
        ("{source: {chart: redis}}", False),
        ("{source: {path: [overlays/prod]}}", False),
        ("null", False),
    ],
)
def test_an_application_names_the_folder_or_one_above(
    tmp_path: Path, spec: str, deployed: bool
) -> None:
    assert is_deployed(repository(tmp_path, app=application(spec)), "overlays/prod") is deployed


@pytest.mark.parametrize(
    ("spec", "deployed"),
    [
        ("{template: {spec: {source: {path: 'overlays/{{env}}'}}}}", True),
        ("{template: {spec: {source: {path: 'overlays/{{ .env }}'}}}}", True),
        ("{template: {spec: {source: {path: 'apps/{{env}}'}}}}", False),
        (
            "{generators: [{git: {directories: [{path: overlays/*}]}}],"
            " template: {spec: {source: {path: '{{path}}'}}}}",
            True,
        ),
        ("{template: {spec: {source: {path: '{{path}}'}}}}", False),
    ],
)
def test_an_application_set_fills_in_what_it_likes(
    tmp_path: Path, spec: str, deployed: bool
) -> None:
    one = repository(tmp_path, set=application(spec, kind="ApplicationSet"))
    assert is_deployed(one, "overlays/prod") is deployed


def test_other_kinds_and_other_groups_deploy_nothing(tmp_path: Path) -> None:
    spec = "{source: {path: overlays/prod}}"
    files = {
        "project": application(spec, kind="AppProject"),
        "foreign": application(spec, group="app.k8s.io") + "# argoproj.io\n",
    }
    assert not is_deployed(repository(tmp_path, **files), "overlays/prod")


def test_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    files = {
        "broken": "argoproj.io: [",
        "list": "# argoproj.io\n- 1\n",
        "whole": application("{source: {path: overlays/prod}}"),
    }
    assert is_deployed(repository(tmp_path, **files), "overlays/prod")


@pytest.mark.parametrize(
    ("spec", "clusters"),
    [
        (
            "{source: {path: ./overlays/prod/}, destination: {server: 'https://one/'}}",
            {"https://one"},
        ),
        ("{source: {path: overlays/prod}, destination: {name: two}}", {"two"}),
        (
            "{sources: [{path: overlays/prod}], destination: {name: in-cluster}}",
            {"https://kubernetes.default.svc"},
        ),
        ("{source: {path: overlays}, destination: {name: two}}", set()),
        ("{source: {path: overlays/prod}}", set()),
        ("{source: {path: overlays/prod}, destination: two}", set()),
        ("null", set()),
    ],
)
def test_an_application_says_to_which_cluster_a_folder_goes(
    tmp_path: Path, spec: str, clusters: set[str]
) -> None:
    found = clusters_of(repository(tmp_path, app=application(spec)), "overlays/prod")
    assert found == clusters


def test_two_applications_deploy_to_two_clusters(tmp_path: Path) -> None:
    specs = {n: f"{{source: {{path: web}}, destination: {{name: {n}}}}}" for n in ("one", "two")}
    files = {name: application(spec) for name, spec in specs.items()}
    generated = "{template: {spec: {source: {path: web}, destination: {name: '{{name}}'}}}}"
    files["set"] = application(generated, kind="ApplicationSet")
    assert clusters_of(repository(tmp_path, **files), "web") == {"one", "two"}
