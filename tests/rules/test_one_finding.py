"""One mistake is one finding, whatever number of rules could tell it."""

from pathlib import Path

import pytest

from tests.miniature import plant
from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import Config
from tools.rules.gate import Gate
from tools.source.repository import Repository
from tools.source.targets import every_target

RULES = discover()


def said(root: Path, *about: str) -> list[tuple[str, str, int]]:
    """What those rules say of all that is in a folder, while every rule runs."""
    repository = Repository(root)
    config = Config()
    gate = Gate(repository, RULES, config, config.kubernetes)
    *_, report = gate.run(Starts(repository, every_target(repository, ()), 1))
    assert not set(about) - set(RULES)
    return [
        (f.rule, f.source.file, f.source.line)
        for f in report.findings
        if f.source and f.rule in about
    ]


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  strategy:
    rollingUpdate: {maxSurge: 1}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 40
      containers:
        - name: web
          image: web:1
          env:
            - name: LEVEL
              value: info
          ports: [{containerPort: 8080}]
          livenessProbe: {httpGet: {port: 8080}}
          lifecycle: {preStop: {sleep: {seconds: 10}}}
      volumes:
        - name: data
          emptyDir: {}
        - name: cache
          persistentVolumeClaim: {claimName: cache}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
"""
OVERLAY = """
--- base/kustomization.yaml
resources: [web.yaml]
--- base/web.yaml
DEPLOYMENT
--- over/kustomization.yaml
resources: [../base]
patches: [path: patch.yaml]
--- over/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
PATCH
"""


@pytest.mark.parametrize(
    ("patch", "line"),
    [
        pytest.param("  strategy: {type: Recreate}", 5, id="strategy"),
        pytest.param(
            "  template:\n    spec:\n      volumes:\n"
            "        - name: data\n          persistentVolumeClaim: {claimName: data}",
            9,
            id="volume",
        ),
        pytest.param(
            "  template:\n    spec:\n      volumes:\n"
            "        - name: cache\n          emptyDir: {sizeLimit: 1Gi}",
            9,
            id="volume-that-the-server-names-first",
        ),
        pytest.param(
            "  template:\n    spec:\n      containers:\n        - name: web\n          env:\n"
            "            - {name: LEVEL, valueFrom: {fieldRef: {fieldPath: metadata.name}}}",
            10,
            id="variable",
        ),
        pytest.param(
            "  template:\n    spec:\n      containers:\n        - name: web\n"
            "          livenessProbe: {exec: {command: [ok]}}",
            9,
            id="probe",
        ),
        pytest.param(
            "  template:\n    spec:\n      terminationGracePeriodSeconds: 5", 7, id="grace-period"
        ),
    ],
)
def test_of_two_fields_the_one_that_was_set_last_is_one_too_many(
    tmp_path: Path, patch: str, line: int
) -> None:
    """A strategic merge patch keeps what it does not name."""
    files = OVERLAY.replace("DEPLOYMENT", DEPLOYMENT.strip()).replace("PATCH", patch)
    root = plant(tmp_path, files)
    assert said(root, "server-accepts", "shutdown-graceful") == [
        ("server-accepts", "over/patch.yaml", line)
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "rule", "line"),
    [
        pytest.param("metadata: {name: web}\nspec:\n  selector: {match",
                     "name: web\nspec:\n  selector: {match", "schema-valid", 3, id="misplaced"),
        pytest.param("metadata: {labels: {app: web}}", "metadata: {lables: {app: web}}",
                     "schema-valid", 9, id="misspelt-field-of-two-that-must-match"),
        pytest.param("metadata: {labels: {app: web}}", "metadata: {labels: [app]}",
                     "schema-valid", 9, id="unreadable"),
        pytest.param("containerPort: 8080", "containerPort: 3000000000",
                     "schema-valid", 18, id="number-out-of-every-range"),
        pytest.param("containerPort: 8080", "containerPort: 8080}, {containerPort: 8080",
                     "port-valid", 18, id="entry-twice"),
        pytest.param("port: 80, targetPort: 8080",
                     "name: a, port: 80, targetPort: 8080}, {name: a, port: 80, targetPort: 8080",
                     "port-valid", 32, id="port-of-a-service-twice"),
    ],
)  # fmt: skip
def test_what_follows_from_a_mistake_is_not_said(
    tmp_path: Path, right: str, wrong: str, rule: str, line: int
) -> None:
    text = DEPLOYMENT.strip().replace(right, wrong, 1)
    assert text != DEPLOYMENT.strip()
    (tmp_path / "web.yaml").write_text(text, encoding="utf-8")
    found = said(
        tmp_path,
        *("schema-valid", "server-accepts", "port-valid", "name-valid"),
        "selector-matches-template",
    )
    assert found == [(rule, "web.yaml", line)]


def test_of_rules_that_explain_each_other_one_speaks(tmp_path: Path) -> None:
    """`volume-resolves` and the server name the same field of a mount."""
    text = DEPLOYMENT.strip().replace("          ports:", "          volumeMounts:\n"
        "            - {name: dta, mountPath: /data}\n          ports:")  # fmt: skip
    (tmp_path / "web.yaml").write_text(text, encoding="utf-8")
    assert said(tmp_path, "server-accepts", "volume-resolves") == [
        ("volume-resolves", "web.yaml", 19)
    ]


def test_no_two_rules_leave_it_to_each_other() -> None:
    """Then neither of them would say it."""
    for rule in RULES.values():
        assert rule.defers_to <= RULES.keys(), rule.id
        assert [other for other in rule.defers_to if rule.id in RULES[other].defers_to] == []


def test_what_kustomize_drops_is_told_and_what_it_keeps_is_told_once(tmp_path: Path) -> None:
    deployment = DEPLOYMENT.strip().replace(
        "              value: info\n",
        "              value: info\n            - name: LEVEL\n              value: debug\n",
    )
    patch = "  template:\n    spec:\n      containers:\n        - name: web\n"
    patch += "          env: [{name: MODE, value: fast}]"
    files = OVERLAY.replace("DEPLOYMENT", deployment).replace("PATCH", patch)
    assert said(plant(tmp_path / "over", files), "list-keys-unique", "env-name-valid") == [
        ("list-keys-unique", "base/web.yaml", 18)
    ]
    base, _ = files.split("--- over/kustomization.yaml")
    assert said(plant(tmp_path / "base", base), "list-keys-unique", "env-name-valid") == [
        ("env-name-valid", "base/web.yaml", 18)
    ]
