"""What fixtures cannot show of the rules about schemas, versions and YAML itself."""

from collections.abc import Mapping
from pathlib import Path

from policies.objects import api_version_served, schema_valid, yaml_unambiguous
from tests.miniature import plant
from tools.render.starts import Starts
from tools.rules.config import Config
from tools.rules.gate import Gate, Report
from tools.rules.rule import Rule, Severity
from tools.source.repository import STANDARD_INPUT, Repository
from tools.source.targets import Kind, NamedTarget, every_target

SCHEMA, SERVED, YAML = schema_valid.check, api_version_served.check, yaml_unambiguous.check


def judge(root: Path, *rules: Rule, config: Config | None = None, stdin: str = "") -> Report:
    """Rules on everything in a folder, or on standard input."""
    repository = Repository(root)
    config = config or Config()
    targets = every_target(repository, config.exclude)
    if stdin:
        repository.keep(STANDARD_INPUT, stdin)
        targets = [NamedTarget("-", Kind.PLAIN, (STANDARD_INPUT,))]
    by_id: Mapping[str, Rule] = {rule.id: rule for rule in rules}
    gate = Gate(repository, by_id, config, config.kubernetes)
    *_, report = gate.run(Starts(repository, targets, 1))
    return report


def said(report: Report) -> list[tuple[str, str, int]]:
    return [(f.rule, f.source.file, f.source.line) for f in report.findings if f.source]


WIDGETS = """
--- apps/widgets.yaml
apiVersion: example.com/v1
kind: Widget
metadata: {name: a}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: b}
---
apiVersion: example.com/v1
kind: Gadget
metadata: {name: c}
"""


def test_a_kind_without_a_schema_stops_the_gate_and_says_what_to_do(tmp_path: Path) -> None:
    report = judge(plant(tmp_path, WIDGETS), SCHEMA)
    what_to_do = (
        "put its CustomResourceDefinition into a folder that policies.yaml names under `schemas`, "
        "or list {} under `kindsWithoutSchema`"
    )
    assert report.findings == []
    assert [(entry.reason, entry.blocking) for entry in report.not_judged] == [
        (
            "no schema is known for Widget of example.com/v1 (2 objects); "
            + what_to_do.format("Widget.example.com"),
            True,
        ),
        (
            "no schema is known for Gadget of example.com/v1; "
            + what_to_do.format("Gadget.example.com"),
            True,
        ),
    ]
    assert [entry.source and entry.source.line for entry in report.not_judged] == [1, 9]
    assert report.exit_code(Severity.ERROR) == 3


def test_a_kind_may_be_accepted_without_a_schema(tmp_path: Path) -> None:
    config = Config(kinds_without_schema=("Widget.example.com", "Gadget"))
    report = judge(plant(tmp_path, WIDGETS), SCHEMA, config=config)
    accepted = "no schema is known for {} of example.com/v1{}; policies.yaml accepts that"
    assert [(entry.reason, entry.blocking) for entry in report.not_judged] == [
        (accepted.format("Widget", " (2 objects)"), False),
        (accepted.format("Gadget", ""), False),
    ]
    assert report.exit_code(Severity.ERROR) == 0


def test_a_schema_that_cannot_be_used_stops_the_gate(tmp_path: Path) -> None:
    root = plant(
        tmp_path,
        """
--- own/example.com/widget_v1.json
{"type": "nonsense"}
--- apps/widget.yaml
apiVersion: example.com/v1
kind: Widget
metadata: {name: a}
""",
    )
    report = judge(root, SCHEMA, config=Config(schemas=("own", "gone"), exclude=("own/**",)))
    assert [entry.blocking for entry in report.not_judged] == [True, True]
    missing, unusable = sorted((entry.reason for entry in report.not_judged), reverse=True)
    assert missing == "policies.yaml names 'gone' under `schemas`, which is no folder"
    assert unusable.startswith("own/example.com/widget_v1.json cannot be used as a schema: ")


def test_a_removed_api_is_an_error_and_a_deprecated_one_a_warning(tmp_path: Path) -> None:
    root = plant(
        tmp_path,
        """
--- apps/objects.yaml
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: a}
---
apiVersion: v1
kind: Endpoints
metadata: {name: b}
""",
    )
    report = judge(root, SERVED)
    assert [(f.severity, f.path) for f in report.findings] == [
        (Severity.ERROR, ("apiVersion",)),
        (Severity.WARNING, ("apiVersion",)),
    ]


AMBIGUOUS = """
--- base/kustomization.yaml
resources: [pod.yaml]
--- base/pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  hostNetwork: yes
  hostPID: "yes"
  containers: [{name: web, image: web}]
"""


def test_one_mistake_is_one_finding(tmp_path: Path) -> None:
    """Kustomize renders `yes` as text, which the schema refuses: the word is the mistake."""
    root = plant(tmp_path, AMBIGUOUS)
    assert said(judge(root, SCHEMA, YAML)) == [
        ("yaml-unambiguous", "base/pod.yaml", 5),
        ("schema-valid", "base/pod.yaml", 6),
    ]
    assert said(judge(root, SCHEMA)) == [
        ("schema-valid", "base/pod.yaml", 5),
        ("schema-valid", "base/pod.yaml", 6),
    ]


def test_a_mistake_is_not_hidden_behind_a_lesser_finding(tmp_path: Path) -> None:
    config = Config(rules={"yaml-unambiguous": {"severity": "warning"}})
    report = judge(plant(tmp_path, AMBIGUOUS), SCHEMA, YAML, config=config)
    assert said(report)[:2] == [
        ("schema-valid", "base/pod.yaml", 5),
        ("yaml-unambiguous", "base/pod.yaml", 5),
    ]


def test_an_inline_patch_is_looked_into_at_its_place(tmp_path: Path) -> None:
    root = plant(
        tmp_path,
        """
--- base/kustomization.yaml
resources: [pod.yaml]
patches:
  - target: {kind: Pod}
    patch: |-
      - op: add
        path: /metadata/annotations
        value: {enabled: on}
  - patch: "apiVersion: v1\\nkind: Pod\\nmetadata: {name: a, labels: {yes: a}}"
  - {patch: not a patch}
--- base/pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: a}
""",
    )
    places = [f.source for f in judge(root, YAML).findings]
    assert [(place.line, place.column) for place in places if place] == [(7, 26), (8, 69)]


def test_standard_input_is_looked_at(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: yes,\tb: 1}\n"
    report = judge(tmp_path, YAML, SCHEMA, stdin=text)
    assert [(f.rule, f.source and f.source.column) for f in report.findings] == [
        ("yaml-unambiguous", 11),
        ("yaml-unambiguous", 15),
        ("schema-valid", 19),
    ]
