"""The gate's rules as plain checks: one test per target of this repository and rule."""

from functools import cache
from pathlib import Path

import pytest

from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import read_config
from tools.rules.finding import Finding
from tools.rules.gate import Gate, Report
from tools.rules.rule import Severity
from tools.source.place import dotted
from tools.source.repository import Repository
from tools.source.targets import every_target
from tools.source.tracked import WorkTree

REPOSITORY = Repository(Path(__file__).parent.parent)
RULES = discover()
CONFIG = read_config(REPOSITORY, RULES, None)
TARGETS = every_target(REPOSITORY, CONFIG.exclude)


@cache
def report() -> Report:
    tracked = WorkTree(REPOSITORY.root)
    gate = Gate(REPOSITORY, RULES, CONFIG, CONFIG.kubernetes, whole=True, tracked=tracked)
    *_, last = gate.run(Starts(REPOSITORY, TARGETS, 2))
    return last


def told(finding: Finding) -> str:
    where = ":".join(map(str, finding.source)) if finding.source else finding.target
    on = f" ({finding.resource}, {dotted(finding.path)})" if finding.resource else ""
    return f"{where}: {finding.severity.word}: {finding.message}{on}; {finding.remedy}"


def test_the_environments_are_targets() -> None:
    environments = ["overlays/minikube", "overlays/prod"]
    switched_off = ["components/database", "components/rbac"]
    assert [t.path for t in TARGETS] == ["argocd", *switched_off, *environments]


@pytest.mark.parametrize("target", [target.path for target in TARGETS])
def test_target_is_judged(target: str) -> None:
    [outcome] = [t for t in report().targets if t.path == target]
    assert (outcome.status, outcome.reason) == ("judged", None)


@pytest.mark.parametrize("rule", list(RULES))
@pytest.mark.parametrize("target", [target.path for target in TARGETS])
def test_rule_holds(target: str, rule: str) -> None:
    findings = [
        told(finding)
        for finding in report().findings
        if (finding.target, finding.rule) == (target, rule)
        and finding.waiver is None
        and finding.severity > Severity.INFO
    ]
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if rule.group == "waivers"])
def test_policies_are_in_order(rule: str) -> None:
    assert [told(f) for f in report().findings if f.rule == rule] == []
