"""`python -m tools.trace`: where rendered values come from, for a person and for programs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ROOT, Ran, run
from tests.miniature import plant

REPOSITORY = """\
--- base/kustomization.yaml
resources: [web.yaml]
--- base/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app.kubernetes.io/name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: web
          args: []
--- overlay/kustomization.yaml
resources: [../base]
namespace: shop
images:
  - name: web
    newTag: "2"
configMapGenerator:
  - name: settings
    literals: [LEVEL=info]
"""
IMAGE = "spec.template.spec.containers[0].image"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("repository"), REPOSITORY)


def trace(root: Path, *arguments: str) -> Ran:
    return run("trace", *arguments, cwd=root)


def test_the_chain_of_a_value_shows_the_place_to_edit_and_what_it_replaced(root: Path) -> None:
    ran = trace(root, "overlay", "Deployment/web", IMAGE)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        f"Deployment shop/web, {IMAGE}",
        "  is web:2",
        "  set by images at overlay/kustomization.yaml:5:13",
        '  5 |     newTag: "2"',
        "    |             ^^^",
        "  instead of web at base/web.yaml:11:18",
        " 11 |           image: web",
        "    |                  ^^^",
    ]


def test_json_lists_every_scalar_and_each_empty_collection(root: Path) -> None:
    ran = trace(root, "overlay", "Deployment/web", "--format", "json")
    resource = {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "web"}
    base, overlay = "base/web.yaml", "overlay/kustomization.yaml"
    container = ["spec", "template", "spec", "containers", 0]
    rows: list[tuple[list[object], object, str, int, int, str]] = [
        (["apiVersion"], "apps/v1", base, 1, 13, "resource"),
        (["kind"], "Deployment", base, 2, 7, "resource"),
        (["metadata", "labels", "app.kubernetes.io/name"], "web", base, 5, 36, "resource"),
        (["metadata", "name"], "web", base, 4, 9, "resource"),
        (["metadata", "namespace"], "shop", overlay, 2, 12, "namespace"),
        ([*container, "args"], [], base, 12, 17, "resource"),
        ([*container, "image"], "web:2", overlay, 5, 13, "images"),
        ([*container, "name"], "web", base, 10, 17, "resource"),
    ]
    entries = json.loads(ran.out)
    replaced = [{"file": base, "line": 11, "column": 18, "value": "web"}]
    assert sorted(entries, key=lambda entry: str(entry["path"])) == sorted(
        [
            {
                "resource": resource,
                "path": path,
                "value": value,
                "source": {"file": file, "line": line, "column": column},
                "layer": layer,
                "overrides": replaced if path[-1] == "image" else [],
            }
            for path, value, file, line, column, layer in rows
        ],
        key=lambda entry: str(entry["path"]),
    )


def test_the_kind_of_a_generated_object_is_decided_by_the_field_that_generates_it(
    root: Path,
) -> None:
    ran = trace(root, "overlay", "ConfigMap/settings", "kind", "--format", "json")
    [entry] = json.loads(ran.out)
    assert (entry["value"], entry["layer"]) == ("ConfigMap", "generator")
    assert entry["source"] == {"file": "overlay/kustomization.yaml", "line": 6, "column": 1}


def test_the_annotated_render_has_a_place_beside_each_line(root: Path) -> None:
    lines = trace(root, "overlay", "--annotate").out.splitlines()
    rendered = [line.partition("│ ")[2] for line in lines]
    [image] = [line for line in lines if "image:" in line]
    assert image.split()[:3] == ["overlay/kustomization.yaml:5", "images", "│"]
    assert "  LEVEL: info" in rendered and "kind: Deployment" in rendered


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere",), "there is no nowhere; name a folder, a YAML file or -"),
        (("base/web.yaml",), "base/web.yaml is no kustomization; name a folder that has one"),
        (("overlay", "Deployment/wbe"),
         "the render holds no Deployment/wbe; did you mean Deployment/web?"),
        (("overlay", "Deployment/web", "spec.replicas"), "spec has no 'replicas'; it has template"),
        (("overlay", "Deployment/web", "spec.template.spec.containers[3]"),
         "spec.template.spec.containers has 1 elements, counted from 0"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_one_sentence(
    root: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    assert trace(root, *arguments) == (2, "", f"gitops-gate: {sentence}\n")


@pytest.mark.parametrize(
    "field",
    [
        "metadata.labels.app.kubernetes.io/name",
        "metadata.labels['app.kubernetes.io/name']",
        'metadata.labels["app.kubernetes.io/name"]',
    ],
)
def test_keys_with_dots_can_be_written_plainly(root: Path, field: str) -> None:
    assert "base/web.yaml:5:36" in trace(root, "overlay", "Deployment/web", field).out


def test_an_element_can_be_named_and_the_hash_left_out(root: Path) -> None:
    field = "spec.template.spec.containers[name=web].image"
    assert "is web:2" in trace(root, "overlay", "deployment/web", field).out
    assert "is info" in trace(root, "overlay", "ConfigMap/settings", "data.LEVEL").out


def test_a_target_that_does_not_render_costs_exit_code_3(tmp_path: Path) -> None:
    plant(tmp_path, "--- kustomization.yaml\nresources: [https://example.com/x.yaml]\n")
    ran = trace(tmp_path, ".")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("gitops-gate: kustomization.yaml:1:13: 'https://example.com/x.yaml'")


def test_a_reader_may_leave(root: Path) -> None:
    command = f"{sys.executable} -m tools.trace overlay --format json | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=root,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(Path.home())},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"[\n", b"")
