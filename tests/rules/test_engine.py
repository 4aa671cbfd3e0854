"""The engine: crash isolation, severities, discovery, places, waivers that span a run."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tools.kubernetes.resource import Ref, Resource
from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import Config, parse_config
from tools.rules.finding import Finding
from tools.rules.gate import Gate, Report
from tools.rules.rule import BrokenRule, Definition, Judges, Problem, Rule, Severity, Unjudged
from tools.rules.target import Target
from tools.source.document import parse
from tools.source.place import Place, dotted
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget

TWO = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: first}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: second
data:
  key: value
"""


@dataclass(frozen=True)
class Options:
    limit: int = 3


def a_rule(check: Any, **changes: Any) -> Rule:
    rule = Rule(
        id="made-up",
        group="tests",
        judges=Judges.OBJECT,
        severity=Severity.ERROR,
        define=lambda: Definition(check, Options(), "Mend it.", "Something holds."),
        kinds=frozenset({"ConfigMap"}),
    )
    return replace(rule, **changes)


def run(root: Path, *rules: Rule, config: Config | None = None, **gate: Any) -> Report:
    (root / "a.yaml").write_text(TWO, encoding="utf-8")
    repository = Repository(root)
    named = [NamedTarget("a.yaml", Kind.PLAIN, ("a.yaml",))]
    by_id = {rule.id: rule for rule in rules}
    *_, report = Gate(repository, by_id, config or Config(), ("1.36",), **gate).run(
        Starts(repository, named, 1)
    )
    return report


def second_is_wrong(resource: Resource, target: Target, options: Options) -> Iterator[Problem]:
    if resource.name == "second":
        yield Problem(("data", "other"), f"more than {options.limit}")


def test_a_problem_becomes_a_finding_with_all_that_the_rule_did_not_say(tmp_path: Path) -> None:
    report = run(tmp_path, a_rule(second_is_wrong))
    assert report.findings == [
        Finding(
            rule="made-up",
            severity=Severity.ERROR,
            target="a.yaml",
            resource=Ref("v1", "ConfigMap", "", "second"),
            path=("data", "other"),
            message="more than 3",
            remedy="Mend it.",
            source=Place("a.yaml", 9, 1),
        )
    ]


def test_a_rule_that_raises_is_not_judged_and_the_others_still_run(tmp_path: Path) -> None:
    def broken(resource: Resource, target: Target, options: Options) -> Iterator[Problem]:
        yield Problem((), "found before it broke")
        raise KeyError(resource.name)

    report = run(tmp_path, a_rule(broken, id="broken"), a_rule(second_is_wrong))
    assert [(f.rule, f.message) for f in report.findings] == [
        ("broken", "found before it broke"),
        ("made-up", "more than 3"),
    ]
    [entry] = report.not_judged
    assert (entry.rule, entry.blocking) == ("broken", True)
    assert entry.reason.startswith("the rule failed on ConfigMap/first (KeyError: 'first')")
    assert report.exit_code(Severity.ERROR) == 3


def test_absent_evidence_costs_nothing_unless_it_blocks(tmp_path: Path) -> None:
    def unsure(resource: Resource, target: Target, options: Options) -> Iterator[Unjudged]:
        yield Unjudged("nobody knows", blocking=resource.name == options_name)

    options_name = "nobody"
    assert run(tmp_path, a_rule(unsure)).exit_code(Severity.INFO) == 0
    options_name = "second"
    report = run(tmp_path, a_rule(unsure))
    assert [(n.reason, n.source, n.blocking) for n in report.not_judged] == [
        ("nobody knows", Place("a.yaml", 1, 1), False),
        ("nobody knows", Place("a.yaml", 5, 1), True),
    ]
    assert report.exit_code(Severity.ERROR) == 3


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{}", [(Severity.ERROR, "more than 3")]),
        ("{made-up: false}", []),
        ("{made-up: true}", [(Severity.ERROR, "more than 3")]),
        ("{made-up: {severity: info}}", [(Severity.INFO, "more than 3")]),
        ("{made-up: {limit: 9}}", [(Severity.ERROR, "more than 9")]),
    ],
)
def test_settings_change_severity_and_options(
    tmp_path: Path, settings: str, expected: list[tuple[Severity, str]]
) -> None:
    rule = a_rule(second_is_wrong)
    config = parse_config(parse(f"rules: {settings}", "policies.yaml")[0], {rule.id: rule})
    report = run(tmp_path, rule, config=config)
    assert [(f.severity, f.message) for f in report.findings] == expected


def test_an_environment_goes_over_the_repository_option_by_option(tmp_path: Path) -> None:
    rule = a_rule(second_is_wrong, environments=frozenset({"prod"}))
    text = """
        rules: {made-up: {severity: warning, limit: 5}}
        environments:
          prod: {targets: ["a.*"], rules: {made-up: {limit: 7}}}
        """
    config = parse_config(parse(text, "policies.yaml")[0], {rule.id: rule})
    [finding] = run(tmp_path, rule, config=config).findings
    assert (finding.severity, finding.message) == (Severity.WARNING, "more than 7")
    assert run(tmp_path, rule).findings == [], "on by default only in prod"


def test_a_fingerprint_survives_a_moved_line_and_a_reworded_message(tmp_path: Path) -> None:
    [finding] = run(tmp_path, a_rule(second_is_wrong)).findings
    moved = finding._replace(source=Place("a.yaml", 99, 1), message="another wording")
    assert moved.fingerprint == finding.fingerprint
    assert finding._replace(path=("data",)).fingerprint != finding.fingerprint
    assert finding._replace(subject="CVE-2026-1").fingerprint != finding.fingerprint


def test_a_finding_that_is_mended_elsewhere_is_told_from_others_of_its_field(
    tmp_path: Path,
) -> None:
    def both(resource: Resource, target: Target, options: Options) -> Iterator[Problem]:
        if resource.name == "second":
            yield Problem(("data",), "one is wrong", edit=("data", "key"))
            yield Problem(("data",), "all is wrong", edit=("data",))

    whole, edited = run(tmp_path, a_rule(both)).findings
    [plain] = run(tmp_path, a_rule(second_is_wrong)).findings
    assert edited.fingerprint != whole.fingerprint
    assert plain._replace(path=("data",)).fingerprint == whole.fingerprint


def test_a_fingerprint_is_that_of_earlier_versions(tmp_path: Path) -> None:
    """Whoever keeps them, such as a list of known findings, finds them again."""
    [finding] = run(tmp_path, a_rule(second_is_wrong)).findings
    assert finding.resource
    field = (finding.rule, finding.target, "/".join(finding.resource), dotted(finding.path))
    known = sha256("\0".join((*field, "", "")).encode()).hexdigest()
    assert finding.fingerprint == known[:32]


def test_unused_waivers_are_only_known_when_everything_was_judged(tmp_path: Path) -> None:
    rules = {**discover(), "made-up": a_rule(second_is_wrong)}
    text = """
        waivers:
          - {rule: made-up, resource: ConfigMap/third, reason: x, until: "2026-02-01"}
        """
    config = parse_config(parse(text, "policies.yaml")[0], rules)
    chosen = [rules["made-up"], rules["waiver-used"]]
    today = date(2026, 1, 1)
    for whole, expected in ((True, ["made-up", "waiver-used"]), (False, ["made-up"])):
        report = run(tmp_path, *chosen, config=config, whole=whole, today=today)
        assert sorted(f.rule for f in report.findings) == expected


def test_a_waiver_is_not_called_unused_where_something_could_not_be_judged(tmp_path: Path) -> None:
    def unsure(resource: Resource, target: Target, options: Options) -> Iterator[Unjudged]:
        yield Unjudged("nobody knows", blocking=True)

    rules = {**discover(), "made-up": a_rule(unsure)}
    text = """
        environments: {prod: {targets: ["a.*"]}, test: {targets: [elsewhere]}}
        waivers:
          - {rule: made-up, resource: "x", reason: x, until: "2999-01-01"}
          - {rule: made-up, resource: "x", environment: prod, reason: x, until: "2999-01-01"}
          - {rule: made-up, resource: "x", environment: test, reason: x, until: "2999-01-01"}
        """
    config = parse_config(parse(text, "policies.yaml")[0], rules)
    chosen = [rules["made-up"], rules["waiver-used"]]
    found = run(tmp_path, *chosen, config=config, whole=True).findings
    assert [(f.rule, f.source and f.source.line) for f in found] == [("waiver-used", 6)]


def test_a_fact_of_an_environment_goes_over_the_repository_name_by_name(tmp_path: Path) -> None:
    text = """
        facts:
          secretKeys: {shared: [A], own: [A]}
          drains: [Deployment/web]
        environments:
          prod: {targets: [prod], facts: {secretKeys: {own: [B]}, drains: [Deployment/api]}}
        """
    config = parse_config(parse(text, "policies.yaml")[0], {})
    facts = config.facts_of(config.environment_of("prod"))
    assert facts.secret_keys == {"shared": ("A",), "own": ("B",)}
    assert facts.drains == ("Deployment/api",)


def test_a_module_that_is_no_rule_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import policies

    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "not_a_rule.py").write_text("VALUE = 1\n")
    monkeypatch.setattr(policies, "__path__", [str(tmp_path)])
    with pytest.raises(BrokenRule) as refusal:
        discover()
    assert str(refusal.value) == (
        "policies.broken.not_a_rule declares 0 rules; a module is one rule"
    )


def test_a_replay_that_breaks_off_is_not_judged_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tree: object) -> object:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("tools.trace.replay.replay", broken)
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\n", encoding="utf-8")
    (tmp_path / "a.yaml").write_text(TWO, encoding="utf-8")
    rule = a_rule(second_is_wrong)
    gate = Gate(Repository(tmp_path), {rule.id: rule}, Config(), ("1.36",))
    named = [NamedTarget(".", Kind.KUSTOMIZATION)]
    *_, report = gate.run(Starts(Repository(tmp_path), named, 1))
    assert report.findings == []
    assert [
        (n.rule, n.blocking, "RuntimeError: on purpose" in n.reason) for n in report.not_judged
    ] == [("made-up", True, True)]
