"""Rules about several targets: what they get, whose their findings are, what they cost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from policies.relations import environments_agree
from tests.miniature import plant
from tools.kubernetes.resource import Resource
from tools.render.starts import Starts
from tools.rules.config import Config, parse_config
from tools.rules.gate import Gate, Report
from tools.rules.rule import Definition, Judges, Problem, Rule, Severity, Unjudged
from tools.rules.target import Target
from tools.source.document import parse
from tools.source.place import Place, SourceError
from tools.source.repository import Repository
from tools.source.targets import every_target

ENVIRONMENTS = """
    environments:
      dev: {targets: [dev]}
      prod: {targets: [prod]}
    """
TREE = """
    --- dev/settings.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {level: debug}
    --- prod/settings.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {level: info}
    --- tools/secret.yaml
    apiVersion: v1
    kind: Secret
    metadata: {name: token}
    """


@dataclass(frozen=True)
class Options:
    field: str = "level"


def a_rule(check: Any, **changes: Any) -> Rule:
    rule = Rule(
        id="all-agree",
        group="tests",
        judges=Judges.RELATION,
        severity=Severity.ERROR,
        define=lambda: Definition(check, Options(), "Mend it.", "They agree."),
    )
    return replace(rule, **changes)


def run(root: Path, rule: Rule, config: str = ENVIRONMENTS, tree: str = TREE) -> Report:
    repository = Repository(plant(root, tree))
    settings = parsed(config, rule)
    gate = Gate(repository, {rule.id: rule}, settings, ("1.36",), today=date(2026, 1, 1))
    *_, report = gate.run(Starts(repository, every_target(repository, []), 1))
    return report


def parsed(config: str, rule: Rule) -> Config:
    return parse_config(parse(config, "policies.yaml")[0], {rule.id: rule})


def levels_differ(targets: Mapping[str, Target], options: Options) -> Iterator[Problem]:
    first, *others = [target.resources[0] for target in targets.values()]
    path = ("data", options.field)
    for other in others:
        if other.get(*path) != first.get(*path):
            yield Problem(path, "differs", other, related=((first, path, "from this"),))


def test_a_finding_belongs_to_the_target_of_its_object_and_names_both_places(
    tmp_path: Path,
) -> None:
    [finding] = run(tmp_path, a_rule(levels_differ)).findings
    assert (finding.target, finding.source) == ("prod", Place("prod/settings.yaml", 4, 15))
    assert [(r.place, r.message) for r in finding.related] == [
        (Place("dev/settings.yaml", 4, 15), "from this")
    ]


def seen_by(root: Path, **changes: Any) -> list[str]:
    seen: list[str] = []

    def note(targets: Mapping[str, Target], options: Options) -> Iterator[Problem]:
        seen.extend(targets)
        yield from ()

    tree = changes.pop("tree", TREE)
    config = changes.pop("config", ENVIRONMENTS)
    run(root, a_rule(note, **changes), config, tree)
    return seen


def test_a_rule_gets_the_targets_of_environments_or_those_with_its_kinds(tmp_path: Path) -> None:
    assert seen_by(tmp_path) == ["dev", "prod"]
    assert seen_by(tmp_path, kinds=frozenset({"Secret"})) == ["tools"]
    assert seen_by(tmp_path, config="{}") == []


def test_an_environment_may_leave_a_rule_out(tmp_path: Path) -> None:
    config = """
        environments:
          dev: {targets: [dev], rules: {all-agree: false}}
          prod: {targets: [prod]}
        """
    assert seen_by(tmp_path, config=config) == ["prod"]


def test_what_could_not_be_judged_completely_is_not_compared(tmp_path: Path) -> None:
    tree = TREE.replace("kind: ConfigMap\n    metadata: {name: settings}\n    data: {level: i", "{")
    assert seen_by(tmp_path, tree=tree) == ["dev"]


def test_severity_and_waivers_are_those_of_the_environment(tmp_path: Path) -> None:
    config = """
        environments:
          dev: {targets: [dev]}
          prod: {targets: [prod], rules: {all-agree: {severity: info}}}
        waivers:
          - {rule: all-agree, resource: "*/settings", environment: prod, reason: so,
             until: "2026-02-01"}
        """
    [finding] = run(tmp_path, a_rule(levels_differ), config).findings
    assert (finding.severity, finding.waiver) == (Severity.INFO, "so")


def test_options_are_set_for_all_environments_at_once(tmp_path: Path) -> None:
    config = "rules: {all-agree: {field: name}}\n" + "\n".join(
        line.removeprefix("    ") for line in ENVIRONMENTS.splitlines()
    )
    assert run(tmp_path, a_rule(levels_differ), config).findings == []
    with pytest.raises(SourceError) as refusal:
        parsed(
            "environments: {dev: {targets: [dev], rules: {all-agree: {field: x}}}}",
            a_rule(levels_differ),
        )
    assert refusal.value.sentence == (
        "all-agree compares environments: set its options in the rules of them all"
    )
    assert refusal.value.place == Place("policies.yaml", 1, 58)


def test_a_rule_that_raises_is_not_judged(tmp_path: Path) -> None:
    def broken(targets: Mapping[str, Target], options: Options) -> Iterator[Problem | Unjudged]:
        yield Unjudged("nobody knows")
        raise KeyError("level")

    report = run(tmp_path, a_rule(broken))
    assert [(n.target, n.reason, n.blocking) for n in report.not_judged] == [
        ("dev", "nobody knows", False),
        ("dev", "the rule failed (KeyError: 'level'); this is a defect of the rule", True),
    ]
    assert report.exit_code(Severity.ERROR) == 3


def test_what_a_target_says_by_itself_is_not_repeated(tmp_path: Path) -> None:
    def forbidden(resource: Resource, target: Target, options: Options) -> Iterator[Problem]:
        if resource.get("data", "level") == "info":
            yield Problem(("data", "level"), "is not allowed")

    alone = a_rule(forbidden, id="level-allowed", judges=Judges.OBJECT)
    together = a_rule(levels_differ, defers_to=frozenset({"level-allowed"}))
    rules = {rule.id: rule for rule in (alone, together)}
    repository = Repository(plant(tmp_path, TREE))
    config = parse_config(parse(ENVIRONMENTS, "policies.yaml")[0], rules)
    gate = Gate(repository, rules, config, ("1.36",))
    *_, report = gate.run(Starts(repository, every_target(repository, []), 1))
    assert [finding.rule for finding in report.findings] == ["level-allowed"]


def test_without_the_strict_environment_nothing_is_compared(tmp_path: Path) -> None:
    report = run(tmp_path, environments_agree.check, ENVIRONMENTS.replace("prod:", "live:"))
    assert [(n.rule, n.reason, n.blocking) for n in report.not_judged] == [
        (
            "environments-agree",
            "no target of the environment 'prod' is judged in full in this run",
            False,
        )
    ]
    named = ENVIRONMENTS.replace("prod:", "live:") + "rules: {environments-agree: {strict: live}}"
    assert run(tmp_path, environments_agree.check, dedent(named)).not_judged == []
