"""Where a finding points when many objects lack the same."""

from dataclasses import replace
from pathlib import Path

from tests.miniature import plant
from tests.rules.marked import RULES
from tools.render.starts import Start
from tools.rules.prepare import prepare
from tools.rules.run import Setting, judge
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget

LABELLED = """
--- overlay/kustomization.yaml
resources: [OWN, ../base]
LABELS
--- overlay/own.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: own
  namespace: shop
  labels: {app.kubernetes.io/part-of: shop}
--- base/kustomization.yaml
BASE
resources: [one.yaml, two.yaml]
--- base/one.yaml
apiVersion: v1
kind: Service
metadata:
  LABELS_OF_ONE
  name: one
--- base/two.yaml
apiVersion: v1
kind: Service
metadata:
  name: two
"""
PART = "app.kubernetes.io/part-of"


def common(tmp_path: Path, text: str) -> list[tuple[str, int]]:
    """Where the label is missing, which policies.yaml demands."""
    root = plant(tmp_path, text)
    start = Start(Repository(root), NamedTarget("overlay", Kind.KUSTOMIZATION))
    rule = RULES["labels-standard"]
    options = replace(rule.options, required=(PART,))
    target = prepare(start).target
    verdict = judge(RULES, {rule.id: Setting(rule.severity, options)}, target)
    return sorted((f.source.file, f.source.line) for f in verdict.findings if f.source)


def labelled(own: str, labels: str, base: str, one: str = "labels: {}") -> str:
    text = LABELLED.replace("LABELS_OF_ONE", one).replace("LABELS", labels)
    return text.replace("[OWN, ", f"[{own}").replace("BASE\n", base)


def test_what_no_object_has_is_missing_from_the_kustomization_of_the_target(tmp_path: Path) -> None:
    assert common(tmp_path, labelled("", "", "")) == [("overlay/kustomization.yaml", 1)] * 2


def test_what_only_the_objects_of_a_base_lack_is_missing_from_that(tmp_path: Path) -> None:
    text = labelled("own.yaml, ", "", "")
    assert common(tmp_path, text) == [("base/kustomization.yaml", 1)] * 2


def test_what_one_object_lacks_is_missing_from_that(tmp_path: Path) -> None:
    text = labelled("own.yaml, ", "", "", "labels: {app.kubernetes.io/part-of: shop}")
    assert common(tmp_path, text) == [("base/two.yaml", 3)]


def test_what_an_entry_of_labels_lacks_is_missing_from_that(tmp_path: Path) -> None:
    entry = "labels:\n  - pairs:\n      team: shop"
    text = labelled("", entry, "")
    assert common(tmp_path / "overlay", text) == [("overlay/kustomization.yaml", 3)] * 2
    text = labelled("own.yaml, ", "", f"{entry}\n")
    assert common(tmp_path / "base", text) == [("base/kustomization.yaml", 2)] * 2


def test_what_a_patch_takes_away_is_missing_where_it_does(tmp_path: Path) -> None:
    entry = "labels:\n  - pairs:\n      app.kubernetes.io/part-of: shop\n"
    patch = """patches:
  - target: {kind: Service}
    patch: |-
      - {op: remove, path: /metadata/labels/app.kubernetes.io~1part-of}
"""
    text = labelled("", patch, entry)
    assert common(tmp_path, text) == [("overlay/kustomization.yaml", 5)] * 2
