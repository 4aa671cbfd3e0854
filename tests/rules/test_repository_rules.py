"""Rules about all tracked files: called once, whatever targets there are, and only if asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.miniature import plant
from tools.render.starts import Starts
from tools.rules.config import parse_config
from tools.rules.gate import Gate, Report
from tools.rules.rule import Definition, Judges, Rule, Severity, SourceProblem, Unjudged
from tools.source.document import parse
from tools.source.place import Place, SourceError
from tools.source.repository import Repository
from tools.source.targets import every_target
from tools.source.tracked import Tracked, WorkTree

TREE = """
    --- a/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata: {name: a}
    --- b/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata: {name: b}
    --- notes.txt
    to do
    """


def to_do(tracked: Tracked, options: None) -> Iterator[SourceProblem]:
    for file in tracked.files():
        if b"to do" in file.content:
            yield SourceProblem(Place(file.name, 1, 1), "not done")


def a_rule(check: Any, warm_up: Any = None) -> Rule:
    return Rule(
        id="all-done",
        group="tests",
        judges=Judges.REPOSITORY,
        severity=Severity.ERROR,
        define=lambda: Definition(check, None, "Do it.", "All is done.", warm_up),
    )


def run(root: Path, rule: Rule, config: str = "{}", whole: bool = True) -> Report:
    repository = Repository(plant(root, TREE))
    settings = parse_config(parse(config, "policies.yaml")[0], {rule.id: rule})
    tracked = WorkTree(root) if whole else None
    gate = Gate(repository, {rule.id: rule}, settings, ("1.36",), tracked=tracked)
    *_, report = gate.run(Starts(repository, every_target(repository, []), 1))
    return report


def test_one_call_for_all_targets(tmp_path: Path) -> None:
    report = run(tmp_path, a_rule(to_do))

    assert [target.path for target in report.targets] == ["a", "b"]
    [finding] = report.findings
    assert (finding.target, finding.source) == (".", Place("notes.txt", 1, 1))


def test_some_targets_are_judged_without_the_other_files(tmp_path: Path) -> None:
    begun: list[str] = []

    report = run(tmp_path, a_rule(to_do, lambda: begun.append("load")), whole=False)

    assert (report.findings, begun) == ([], [])


def test_what_takes_long_is_begun_once_and_not_for_a_rule_that_is_off(tmp_path: Path) -> None:
    begun: list[str] = []
    rule = a_rule(to_do, lambda: begun.append("load"))

    assert run(tmp_path, rule, "rules: {all-done: false}").findings == []
    assert begun == []
    assert len(run(tmp_path, rule).findings) == 1
    assert begun == ["load"]


def test_no_environment_changes_what_all_share(tmp_path: Path) -> None:
    report = run(tmp_path, a_rule(to_do), "rules: {all-done: {severity: info}}")
    assert [finding.severity for finding in report.findings] == [Severity.INFO]

    with pytest.raises(SourceError) as refusal:
        run(tmp_path, a_rule(to_do), "environments: {a: {targets: [a], rules: {all-done: false}}}")
    assert refusal.value.sentence == (
        "all-done judges all files alike: set it in the rules of the repository"
    )


def test_a_rule_that_raises_is_not_judged(tmp_path: Path) -> None:
    def broken(tracked: Tracked, options: None) -> Iterator[Unjudged]:
        yield Unjudged("nobody knows")
        raise KeyError("notes.txt")

    assert [(n.target, n.reason, n.blocking) for n in run(tmp_path, a_rule(broken)).not_judged] == [
        (".", "nobody knows", False),
        (".", "the rule failed (KeyError: 'notes.txt'); this is a defect of the rule", True),
    ]
