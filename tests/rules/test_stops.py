"""What is said of a target that Kustomize does not render: one finding, and one short reason."""

from pathlib import Path

from tests.miniature import plant
from tools.render.starts import Starts
from tools.report.groups import causes
from tools.rules.catalogue import discover
from tools.rules.config import Config
from tools.rules.gate import Gate, Report
from tools.source.repository import Repository
from tools.source.targets import every_target

RULES = {rule.id: rule for rule in discover().values() if rule.group == "kustomize"}
BASE = """
--- base/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
--- base/kustomization.yaml
resources: [web.yaml]
"""


def report(root: Path, text: str, *, without: str = "") -> Report:
    repository = Repository(plant(root, text))
    rules = {rule_id: rule for rule_id, rule in RULES.items() if rule_id != without}
    gate = Gate(repository, rules, Config(), ("1.34",))
    *_, last = gate.run(Starts(repository, every_target(repository, []), 2))
    return last


def findings(of: Report) -> list[str]:
    """`rule file:line:column message` of each cause, whatever number of targets has it."""
    return [
        f"{f.rule} {f.source.file}:{f.source.line}:{f.source.column} {f.message}"
        for f, *_ in causes(of.findings)
        if f.source
    ]


def reasons(of: Report) -> list[str]:
    """Target, place if there is one, and reason of what blocks."""
    return [
        f"{n.target}: {f'{n.source.file}:{n.source.line}: ' if n.source else ''}{n.reason}"
        for n in of.not_judged
        if n.blocking
    ]


REMOVE = """
--- base/patch.yaml
- op: remove
  path: /spec/paused
--- base/kustomization.yaml
resources: [web.yaml]
patches: [{path: patch.yaml, target: {kind: Deployment}}]
--- one/kustomization.yaml
resources: [../base]
--- two/kustomization.yaml
resources: [../base]
"""


def test_a_mistake_in_a_base_is_one_cause_and_every_overlay_refers_to_it(tmp_path: Path) -> None:
    found = report(tmp_path, BASE + REMOVE)
    assert findings(found) == [
        "patch-applies base/patch.yaml:2:9 remove /spec/paused cannot be applied to Deployment web:"
        " there is no 'paused' in /spec; known are replicas"
    ]
    see = "Kustomize stops: see the finding of patch-applies at base/patch.yaml:2"
    assert reasons(found) == [f"one: {see}", f"two: {see}"]
    assert [target.reason for target in found.targets] == [see, see]


def test_without_the_rule_kustomize_is_quoted_for_its_kustomization(tmp_path: Path) -> None:
    found = report(tmp_path, BASE + REMOVE, without="patch-applies")
    why = (
        "Kustomize fails: in base: error in remove for path: '/spec/paused': "
        "Unable to remove nonexistent key: paused: missing value"
    )
    assert reasons(found) == [
        f"one: base/kustomization.yaml:1: {why}",
        f"two: base/kustomization.yaml:1: {why}",
    ]


def test_of_two_things_that_depend_on_the_objects_the_first_is_said(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    patch: |-
      - op: add
        path: /spec/strategy/type
        value: Recreate
      - op: remove
        path: /spec/strategy
  - path: gone.yaml
replicas: [{name: gone, count: 2}]
--- overlay/gone.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: gone}
"""
    assert findings(report(tmp_path, BASE + overlay)) == [
        "patch-applies overlay/kustomization.yaml:6:15 add /spec/strategy/type cannot be applied to"
        " Deployment web: there is no 'strategy' in /spec; known are replicas"
    ]


def test_everything_that_the_text_shows_is_said_at_once(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    patch: |-
      - op: ad
        path: /spec/paused
configMapGenerator: [{name: settings, literals: [mode]}]
replacements:
  - source: {kind: Deployment, name: web}
replicas: [{name: gone, count: 2}]
"""
    found = report(tmp_path, BASE + overlay)
    assert findings(found) == [
        "patch-applies overlay/kustomization.yaml:5:13 'ad' is no operation of a JSON 6902 patch;"
        " did you mean 'add'?",
        "generator-valid overlay/kustomization.yaml:7:50 the literal 'mode' is no pair",
        "replacement-matches overlay/kustomization.yaml:9:5 this replacement has no targets",
    ]
    assert len(reasons(found)) == 1


def test_what_is_refused_is_said_once(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base, https://example.com/a.yaml, gone.yaml]
"""
    found = report(tmp_path, BASE + overlay)
    assert [line.partition(" '")[0] for line in findings(found)] == [
        "kustomization-refs-local overlay/kustomization.yaml:1:22",
        "kustomization-refs-local overlay/kustomization.yaml:1:50",
    ]
    see = "see the finding of kustomization-refs-local at overlay/kustomization.yaml:1"
    assert reasons(found) == [f"overlay: Kustomize is not started: {see}"]


def test_what_cannot_be_read_hides_what_may_follow_from_it(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
    target:
    kind: Deployment
--- overlay/patch.yaml
- op: remove
  path: /spec/replicas
"""
    assert findings(report(tmp_path, BASE + overlay)) == [
        "kustomization-strict overlay/kustomization.yaml:5:5 unknown field 'kind' in patches[0];"
        " known are options, patch, path, target"
    ]


def test_a_kustomization_among_the_resources_is_no_manifest(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base/kustomization.yaml]
"""
    [finding] = findings(report(tmp_path, BASE + overlay))[:1]
    assert finding == (
        "kustomization-refs-local overlay/kustomization.yaml:1:13 '../base/kustomization.yaml'"
        " is a kustomization and no manifest"
    )


def test_an_empty_kustomization_of_a_base_is_the_place(tmp_path: Path) -> None:
    found = report(
        tmp_path,
        """
--- base/kustomization.yaml
kind: Kustomization
--- overlay/kustomization.yaml
resources: [../base]
""",
    )
    assert reasons(found) == [
        "overlay: base/kustomization.yaml:1: Kustomize fails: in base: kustomization.yaml is empty"
    ]


def test_what_no_rule_knows_stays_a_reason_of_its_own(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base, gone.yaml, broken.yaml]
--- overlay/broken.yaml
a: [
"""
    found = report(tmp_path, BASE + overlay)
    assert reasons(found) == [
        "overlay: Kustomize is not started: see the finding of kustomization-refs-local at"
        " overlay/kustomization.yaml:1",
        "overlay: overlay/broken.yaml:2: not valid YAML: did not find expected node content",
    ]


def test_the_file_that_kustomize_names_is_the_place(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
crds: [crd.yaml]
--- overlay/crd.yaml
nothing of a CRD
"""
    [reason] = reasons(report(tmp_path, BASE + overlay))
    assert reason.startswith("overlay: overlay/crd.yaml:1: Kustomize fails: loading CRDs")


def test_a_mistake_that_does_not_stop_kustomize_leaves_the_target_judged(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    patch: |-
      - op: add
        path: /spec/paused
"""
    found = report(tmp_path, BASE + overlay)
    assert findings(found) == [
        "patch-applies overlay/kustomization.yaml:5:9 add /spec/paused has no 'value';"
        " Kustomize sets null"
    ]
    assert found.not_judged == []


def test_an_object_without_api_version_is_said_once(tmp_path: Path) -> None:
    found = report(tmp_path, BASE.replace("apiVersion: apps/v1\n", ""))
    assert findings(found) == [
        "resource-identified base/web.yaml:1:1 this object has no apiVersion"
    ]
    assert reasons(found) == [
        "base: a document is no object: see the finding of resource-identified at base/web.yaml:1"
    ]


def test_what_is_no_yaml_in_an_inline_patch_is_placed_at_its_line(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    patch: |-
      - op: add
        path: /spec/paused
       value: true
"""
    assert reasons(report(tmp_path, BASE + overlay)) == [
        "overlay: overlay/kustomization.yaml:7: not valid YAML: did not find expected '-' indicator"
    ]


def test_a_slash_in_a_key_is_explained(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
commonAnnotations: {example.com/owner: shop}
--- two/kustomization.yaml
resources: [../overlay]
patches:
  - target: {kind: Deployment}
    patch: |-
      - op: remove
        path: /metadata/annotations/example.com/owner
"""
    [finding] = report(tmp_path, BASE + overlay).findings
    assert finding.message.endswith("; did you mean 'example.com/owner'?")
    assert finding.remedy == "Write `~1` for the `/` in a key."
