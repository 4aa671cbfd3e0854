"""Where a rule declares that it has nothing to find, it finds nothing.

Each fixture of any rule is judged by all rules that declare kinds or fields, once as the engine
does it and once with every one of them asked.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.plain_target import plain_target
from tools.kubernetes.resource import Resource, ResourceSet
from tools.rules.catalogue import discover
from tools.rules.rule import Judges, Rule
from tools.rules.run import Setting, concerns, judge
from tools.rules.target import Target
from tools.source.repository import Repository

ROOT = Path(__file__).parent.parent.parent
FIXTURES = sorted((ROOT / "tests" / "policies").glob("*/*.yaml"))
JUDGED = (Judges.OBJECT, Judges.POD, Judges.TARGET)
RULES = {
    name: rule
    for name, rule in discover().items()
    if rule.judges in JUDGED and (rule.fields or (rule.kinds and rule.judges is not Judges.OBJECT))
}
SETTINGS = {name: Setting(rule.severity) for name, rule in RULES.items()}


def asked_everywhere(rule: Rule) -> Rule:
    kinds = rule.kinds if rule.judges is Judges.OBJECT else frozenset[str]()
    return replace(rule, kinds=kinds, fields=frozenset())


def test_there_are_such_rules() -> None:
    assert len(RULES) > 40


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda file: file.stem)
def test_what_is_not_asked_would_have_said_nothing(fixture: Path) -> None:
    text = fixture.read_text(encoding="utf-8")
    everywhere = {name: asked_everywhere(rule) for name, rule in RULES.items()}
    found = judge(RULES, SETTINGS, plain_target(text, root=fixture.parent))
    assert judge(everywhere, SETTINGS, plain_target(text, root=fixture.parent)) == found


def target_of(*objects: Mapping[str, Any]) -> Target:
    resources = ResourceSet([Resource(data, index) for index, data in enumerate(objects)])
    return Target("x", Repository(ROOT), resources)


def made(judges: Judges, kinds: tuple[str, ...] = (), fields: tuple[str, ...] = ()) -> Rule:
    rule = next(iter(RULES.values()))
    return replace(rule, judges=judges, kinds=frozenset(kinds), fields=frozenset(fields))


POD = {"kind": "Pod", "spec": {"containers": [{"ports": [{"hostPort": 1}]}]}}
SERVICE = {"kind": "Service", "metadata": {"annotations": {"example.com/x": "y"}}}


@pytest.mark.parametrize(
    ("rule", "on_pod", "on_service"),
    [
        (made(Judges.POD), True, False),
        (made(Judges.POD, fields=("hostPort",)), True, False),
        (made(Judges.POD, fields=("hostPath",)), False, False),
        (made(Judges.OBJECT), True, True),
        (made(Judges.OBJECT, ("Service",)), False, True),
        (made(Judges.TARGET, ("Service", "Ingress")), False, True),
        (made(Judges.TARGET, fields=("example.com/x",)), False, True),
        (made(Judges.TARGET, ("Service",), ("hostPort",)), False, False),
        (made(Judges.SOURCE), True, True),
        (made(Judges.RELATION, ("Service",)), False, True),
        (made(Judges.RELATION), False, False),
    ],
)
def test_a_rule_is_asked_where_something_may_be_wrong(
    rule: Rule, on_pod: bool, on_service: bool
) -> None:
    assert (concerns(rule, target_of(POD)), concerns(rule, target_of(SERVICE))) == (
        on_pod,
        on_service,
    )


def test_a_relation_without_kinds_needs_an_environment() -> None:
    target = target_of(SERVICE)
    target.environment = "prod"
    assert concerns(made(Judges.RELATION), target)


def test_keys_are_found_at_any_depth_and_once_where_an_anchor_repeats_them() -> None:
    shared: dict[str, object] = {"inner": [[{"deep": 1}]]}
    shared["again"] = shared
    assert target_of({"kind": "X", "a": shared, "b": [shared]}).resources.keys == {
        "kind", "a", "b", "inner", "deep", "again",
    }  # fmt: skip
