"""The command contract: formats, exit codes, arguments, what goes to which stream."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ROOT, validate
from tests.miniature import plant

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web
      image: example.com/web:1.0.0
      securityContext:
        privileged: true
"""
CLEAN = POD.replace("privileged: true", "privileged: false")
ONLY = ("--only", "not-privileged")


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def test_text_names_the_place_the_value_the_object_and_the_remedy(pod: Path) -> None:
    ran = validate("pod.yaml", *ONLY, cwd=pod)
    assert (ran.code, ran.err) == (1, "")
    first, source, caret, subject, remedy, *_, last = ran.out.splitlines()
    assert re.fullmatch(r"pod\.yaml:11:21: error: .*'web'.* \[not-privileged\]", first)
    assert source == " 11 |         privileged: true"
    assert caret == "    |                     ^^^^"
    field = "spec.containers[0].securityContext.privileged"
    assert subject == f"    = Pod shop/web, {field} in pod.yaml"
    assert remedy.startswith("    = help: ")
    assert last == "1 target, 1 object, 1 rule, Kubernetes 1.34 and 1.36: 1 error"


def test_json_is_the_contract(pod: Path) -> None:
    ran = validate("pod.yaml", *ONLY, "--format", "json", cwd=pod)
    assert (ran.code, ran.err) == (1, "")
    report = json.loads(ran.out)
    [finding] = report["findings"]
    [target] = report["targets"]
    assert target.pop("seconds") < 10
    assert len(finding.pop("fingerprint")) == 32
    assert finding.pop("message") and finding.pop("remedy")
    assert report == {
        "version": 1,
        "kubernetes": ["1.34", "1.36"],
        "targets": [
            {"path": "pod.yaml", "status": "judged", "reason": None, "objects": 1, "rules": 1}
        ],
        "findings": [
            {
                "rule": "not-privileged",
                "severity": "error",
                "target": "pod.yaml",
                "resource": {
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "namespace": "shop",
                    "name": "web",
                },
                "path": ["spec", "containers", 0, "securityContext", "privileged"],
                "source": {"file": "pod.yaml", "line": 11, "column": 21},
                "related": [],
                "waiver": None,
            }
        ],
        "not_judged": [],
        "summary": {"error": 1, "warning": 0, "info": 0, "waived": 0, "not_judged": 0},
    }


def test_github_annotates_the_line(pod: Path) -> None:
    ran = validate("pod.yaml", *ONLY, "--format", "github", cwd=pod)
    assert ran.code == 1
    start = "::error file=pod.yaml,line=11,col=21,title=not-privileged::Pod shop/web in pod.yaml: "
    [line] = ran.out.splitlines()
    assert line.startswith(start)
    assert "%0A" in line


def test_a_clean_run_says_what_it_looked_at(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(CLEAN)
    ran = validate("pod.yaml", *ONLY, cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == (
        "1 target, 1 object, 1 rule, Kubernetes 1.34 and 1.36: nothing to mend"
    )


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        ("error", "error", 1),
        ("warning", "error", 0),
        ("warning", "warning", 1),
        ("info", "warning", 0),
        ("info", "info", 1),
    ],
)
def test_fail_on_is_a_threshold(pod: Path, severity: str, fail_on: str, code: int) -> None:
    (pod / "policies.yaml").write_text(f"rules: {{not-privileged: {{severity: {severity}}}}}\n")
    assert validate("pod.yaml", *ONLY, "--fail-on", fail_on, cwd=pod).code == code


def test_what_could_not_be_judged_wins_over_findings(pod: Path) -> None:
    (pod / "broken.yaml").write_text("a: [\n")
    assert validate("pod.yaml", "broken.yaml", *ONLY, cwd=pod).code == 3


def test_skip_leaves_a_rule_out(pod: Path) -> None:
    ran = validate("pod.yaml", *ONLY, "--skip", "not-privileged", "--format", "json", cwd=pod)
    assert (ran.code, json.loads(ran.out)["targets"][0]["rules"]) == (0, 0)


def test_a_rule_is_switched_off_for_one_environment(pod: Path) -> None:
    (pod / "policies.yaml").write_text(
        "environments: {lab: {targets: [pod.yaml], rules: {not-privileged: false}}}\n"
    )
    assert validate("pod.yaml", *ONLY, cwd=pod).code == 0


@pytest.mark.parametrize(
    ("resource", "until", "code"),
    [
        ("Pod/web", "2999-01-01", 0),
        ("Pod/*", "2999-01-01", 0),
        ("Pod/web", "2020-01-01", 1),
        ("Pod/other", "2999-01-01", 1),
    ],
)
def test_a_waiver_accepts_a_finding_until_its_date(
    pod: Path, resource: str, until: str, code: int
) -> None:
    (pod / "policies.yaml").write_text(
        f"waivers: [{{rule: not-privileged, resource: {resource}, "
        f"reason: It mounts disks., until: '{until}'}}]\n"
    )
    ran = validate("pod.yaml", *ONLY, "--format", "json", cwd=pod)
    report = json.loads(ran.out)
    assert ran.code == code
    assert report["summary"]["waived"] == 1 - code
    waived = [f["waiver"] for f in report["findings"] if f["rule"] == "not-privileged"]
    assert waived == [None if code else "It mounts disks."]


def test_standard_input(tmp_path: Path) -> None:
    ran = validate("-", *ONLY, cwd=tmp_path, stdin=POD.encode())
    assert ran.code == 1
    assert ran.out.startswith("<stdin>:11:21: error: ")


def test_output_writes_a_file_beside_the_report(pod: Path) -> None:
    ran = validate("pod.yaml", *ONLY, "--output", "json=report.json", cwd=pod)
    assert ran.out.startswith("pod.yaml:11:21: error: ")
    assert json.loads((pod / "report.json").read_text())["summary"]["error"] == 1
    assert sorted(p.name for p in pod.iterdir()) == ["pod.yaml", "report.json"]


def test_output_leaves_devices_and_links_what_they_are(pod: Path) -> None:
    os.mkfifo(pod / "pipe")
    (pod / "kept.json").write_text("old")
    (pod / "link.json").symlink_to("kept.json")
    reader = os.open(pod / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        outputs = ("--output", "json=pipe", "--output", "json=link.json")
        assert validate("pod.yaml", *ONLY, *outputs, cwd=pod).code == 1
        assert json.loads(os.read(reader, 1 << 16))["summary"]["error"] == 1
    finally:
        os.close(reader)
    assert stat.S_ISFIFO((pod / "pipe").stat().st_mode)
    assert (pod / "link.json").is_symlink()
    assert json.loads((pod / "kept.json").read_text())["summary"]["error"] == 1


@pytest.mark.parametrize("given", ["text=/dev/full", "text=folder"])
def test_output_that_cannot_be_written_is_one_sentence(pod: Path, given: str) -> None:
    (pod / "folder").mkdir()
    ran = validate("pod.yaml", *ONLY, "--output", given, cwd=pod)
    reason = {"text=/dev/full": "No space left on device", "text=folder": "Is a directory"}[given]
    file = given.removeprefix("text=")
    assert (ran.code, ran.err) == (2, f"gitops-gate: {file} cannot be written: {reason}\n")


@pytest.mark.parametrize(
    "command",
    [("validate", "pod.yaml"), ("validate", "--list"), ("validate", "--format=json", "pod.yaml")],
)
def test_a_full_disk_behind_standard_output_is_one_sentence(
    pod: Path, command: tuple[str, ...]
) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        ran = subprocess.run(
            [sys.executable, "-m", f"tools.{command[0]}", *command[1:]],
            cwd=pod,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    reason = "standard output cannot be written: No space left on device"
    assert (ran.returncode, ran.stderr) == (2, f"gitops-gate: {reason}\n")


SHARED = """\
--- base/kustomization.yaml
resources: [web.yaml]
--- base/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
--- base/stray.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: stray}
--- overlays/dev/kustomization.yaml
resources: [../../base]
--- overlays/prod/kustomization.yaml
resources: [../../base]
--- overlays/prod/own.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: own}
"""


def test_what_is_wrong_in_a_shared_file_is_found_for_each_target(tmp_path: Path) -> None:
    plant(tmp_path, SHARED)
    ran = validate("--only", "file-used", "--format", "json", cwd=tmp_path)
    assert [(f["target"], f["source"]["file"]) for f in json.loads(ran.out)["findings"]] == [
        ("overlays/dev", "base/stray.yaml"),
        ("overlays/prod", "base/stray.yaml"),
        ("overlays/prod", "overlays/prod/own.yaml"),
    ]


def test_an_environment_decides_about_the_files_of_its_targets(tmp_path: Path) -> None:
    plant(
        tmp_path,
        SHARED
        + """\
--- policies.yaml
environments:
  dev: {targets: [overlays/dev], rules: {file-used: false}}
  prod: {targets: [overlays/prod]}
waivers:
  - rule: file-used
    resource: overlays/*
    environment: prod
    reason: Later.
    until: "2999-01-01"
""",
    )
    ran = validate("--format", "json", cwd=tmp_path)
    findings = json.loads(ran.out)["findings"]
    assert [(f["rule"], f["target"], f["source"]["file"], f["waiver"]) for f in findings] == [
        ("file-used", "overlays/prod", "base/stray.yaml", None),
        ("file-used", "overlays/prod", "overlays/prod/own.yaml", "Later."),
    ]


def test_a_folder_of_plain_yaml_and_a_list(tmp_path: Path) -> None:
    members = "".join(
        "  - " + pod.replace("\n", "\n    ").rstrip() + "\n"
        for pod in (CLEAN, POD.replace("name: web\n  namespace", "name: bad\n  namespace"))
    )
    plant(
        tmp_path,
        f"--- plain/list.yaml\napiVersion: v1\nkind: List\nitems:\n{members}"
        "--- plain/values.yaml\nreplicas: 3\n",
    )
    ran = validate("plain", *ONLY, "--format", "json", cwd=tmp_path)
    report = json.loads(ran.out)
    assert ran.code == 1
    assert [(f["resource"]["name"], f["source"]["line"]) for f in report["findings"]] == [
        ("bad", 25)
    ]
    assert [(n["source"]["file"], n["blocking"]) for n in report["not_judged"]] == [
        ("plain/values.yaml", False)
    ]


def test_nothing_named_means_everything(tmp_path: Path) -> None:
    kustomization = "kind: Kustomization\nresources: [pod.yaml]\n"
    plant(
        tmp_path,
        f"--- base/kustomization.yaml\n{kustomization}--- base/pod.yaml\n{CLEAN}"
        "--- overlays/a/kustomization.yaml\nresources: [../../base]\n"
        "--- overlays/b/kustomization.yaml\nresources: [../../base]\nnamePrefix: b-\n"
        f"--- plain/pod.yaml\n{POD}--- excluded/pod.yaml\n{POD}"
        "--- policies.yaml\nexclude: [excluded]\n"
        "--- .github/workflows/ci.yaml\non: push\n",
    )
    ran = validate(*ONLY, "--format", "json", cwd=tmp_path / "base")
    assert [t["path"] for t in json.loads(ran.out)["targets"]] == [
        "overlays/a",
        "overlays/b",
        "plain",
    ]


def test_a_folder_of_kustomizations_stands_for_those_that_no_other_builds_on(
    tmp_path: Path,
) -> None:
    plant(
        tmp_path,
        f"--- team/base/kustomization.yaml\nresources: [pod.yaml]\n--- team/base/pod.yaml\n{CLEAN}"
        "--- team/overlays/a/kustomization.yaml\nresources: [../../base]\n",
    )
    ran = validate("team", *ONLY, "--format", "json", cwd=tmp_path)
    assert [t["path"] for t in json.loads(ran.out)["targets"]] == ["team/overlays/a"]


def test_a_misspelt_field_does_not_hide_a_manifest_among_others(tmp_path: Path) -> None:
    misspelt = POD.replace("apiVersion", "apiVersin")
    plant(
        tmp_path,
        f"--- plain/good.yaml\n{CLEAN}--- plain/bad.yaml\n{misspelt}"
        "--- other/notes.yaml\nkind: note\n",
    )
    ran = validate(*ONLY, "--format", "json", cwd=tmp_path)
    report = json.loads(ran.out)
    assert ran.code == 3
    assert [(n["source"]["file"], n["reason"]) for n in report["not_judged"]] == [
        ("plain/bad.yaml", "not a Kubernetes object: apiVersion missing or not text")
    ]


def test_a_helm_chart_is_not_judged(tmp_path: Path) -> None:
    plant(tmp_path, "--- chart/Chart.yaml\nname: web\n--- chart/templates/pod.yaml\n{{ x }}\n")
    ran = validate("chart", "--format", "json", cwd=tmp_path)
    [entry] = json.loads(ran.out)["not_judged"]
    assert (ran.code, entry["blocking"]) == (3, True)


def test_templates_of_a_chart_are_not_taken_for_manifests(tmp_path: Path) -> None:
    template = "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\n"
    plant(
        tmp_path,
        f"--- charts/web/Chart.yaml\nname: web\n--- charts/web/templates/pod.yaml\n{template}"
        f"--- charts/web/charts/inner/Chart.yaml\nname: inner\n--- plain/pod.yaml\n{CLEAN}",
    )
    for arguments in ((), (".",)):
        ran = validate(*arguments, *ONLY, "--format", "json", cwd=tmp_path)
        report = json.loads(ran.out)
        assert ran.code == 3
        assert {t["path"]: t["status"] for t in report["targets"]} == {
            "charts/web": "not judged",
            "." if arguments else "plain": "judged",
        }
        assert [n["source"]["file"] for n in report["not_judged"] if n["blocking"]] == [
            "charts/web/Chart.yaml"
        ]


def test_list_and_explain(tmp_path: Path) -> None:
    listed = validate("--list", cwd=tmp_path)
    assert (listed.code, listed.err) == (0, "")
    assert re.search(r"^  not-privileged +error +\S.*\.$", listed.out, re.MULTILINE)
    explained = validate("--explain", "not-privileged", cwd=tmp_path)
    assert explained.out.startswith("not-privileged (pods, error, on everywhere)\n\n")
    assert "Remedy: " in explained.out


def test_the_same_input_gives_the_same_report(pod: Path) -> None:
    def stable() -> str:
        out = validate("pod.yaml", "--format", "json", cwd=pod).out
        return re.sub(r'"seconds": [\d.]+', "", out)

    assert stable() == stable()
