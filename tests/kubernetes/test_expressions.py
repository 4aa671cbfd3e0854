"""Expressions in CEL: what the API server's compiler would say, and what rules come to."""

import pytest

from tools.kubernetes.validation.custom_objects import custom_object
from tools.kubernetes.validation.expressions import Scope, can_compile, compiled
from tools.kubernetes.validation.field import Field, Release

pytestmark = pytest.mark.skipif(
    not can_compile(), reason="cel-expr-python is not installed: it has no build for musl"
)


def said(text: str, *results: str, variables: tuple[str, ...] | None = None) -> list[str]:
    field = Field(("expression",), text, Release(36))
    return [r.sentence for r in compiled(field, Scope(variables=variables), results)]


@pytest.mark.parametrize(
    "text",
    [
        "object.spec.replicas <= 5",
        "has(request.namespace) && request.namespace == 'a'",
        "object.metadata.labels.all(k, v, v != '')",
        "object.spec.sizes.sortBy(size, size) == object.spec.sizes",
        "authorizer.group('apps').resource('deployments').check('get').allowed()",
        "quantity('1Gi').isGreaterThan(quantity(object.spec.size))",
        "1 < 1.5",
        "object.?spec.?size.orValue(1) == 1",
        "'request.nothing' != ''",
    ],
)
def test_compiles_to_a_flag(text: str) -> None:
    assert said(text, "bool") == []


@pytest.mark.parametrize(
    ("text", "objection"),
    [
        ("objct.spec == 1", "nothing is called 'objct.spec'"),
        ("'a' + 1 == 'a1'", "operator + does not take (string, int)"),
        ("'a' in 'abc'", "operator in does not take (string, string)"),
        ("request.nam == 'a'", "request has no field 'nam'"),
        ("namespaceObject.metadata.size == 1", "namespaceObject.metadata has no field 'size'"),
        ("params.size == 1", "nothing is called 'params.size'"),
        ("if", "reserved identifier: if"),
    ],
)
def test_does_not_compile(text: str, objection: str) -> None:
    assert said(text, "bool") == [f"expression does not compile: {objection}"]


def test_a_variable_is_there_once_it_is_declared() -> None:
    assert said("variables.a == 1", "bool", variables=("a",)) == []
    [sentence] = said("variables.b == 1", "bool", variables=("a",))
    assert sentence == "expression does not compile: variables has no field 'b'"


def test_an_expression_comes_to_the_type_that_is_asked_for() -> None:
    assert said("object.spec.size", "bool") == [
        "expression is 'object.spec.size', must come to bool, and comes to dyn"
    ]
    assert said("'a'", "bool") == ["expression is \"'a'\", must come to bool, and comes to string"]


def rule(text: str, **more: str) -> dict[str, object]:
    rules = [{"rule": text, **more}]
    return {"properties": {"spec": {"x-kubernetes-validations": rules, "properties": {}}}}


def test_a_rule_that_does_not_hold_refuses_the_object() -> None:
    data = {"metadata": {"name": "a"}, "spec": {"size": 1}}
    found = custom_object(data, rule("self.size > 1", message="too small", fieldPath=".size"))
    assert [(r.path, r.sentence) for r in found.refusals] == [
        (("spec", "size"), "spec.size: too small")
    ]
    assert custom_object(data, rule("self.size == 1")) == ([], [])
    assert custom_object(data, rule("self.size == oldSelf.size + 1")) == ([], [])


def test_a_rule_that_reads_what_is_not_there_refuses_the_object() -> None:
    found = custom_object({"metadata": {"name": "a"}, "spec": {}}, rule("self.size > 1"))
    assert [r.sentence for r in found.refusals] == [
        "spec: it breaks the rule 'self.size > 1', for size is not there"
    ]


def test_a_rule_that_cannot_be_evaluated_is_not_judged() -> None:
    data = {"metadata": {"name": "a"}, "spec": {"size": "1Gi"}}
    found = custom_object(data, rule("quantity(self.size).isGreaterThan(quantity('1Mi'))"))
    assert found.refusals == []
    assert len(found.unjudged) == 1
