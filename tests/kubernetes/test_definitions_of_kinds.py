"""What the API server has against a CustomResourceDefinition beyond its own schema."""

from typing import Any

import pytest

from tools.kubernetes.resource import Resource
from tools.kubernetes.schema import Schemas
from tools.kubernetes.validation.expressions import can_compile
from tools.kubernetes.validation.kinds import refusals

TEXT = {"type": "string"}
NEEDS_CEL = pytest.mark.skipif(
    not can_compile(), reason="cel-expr-python is not installed: it has no build for musl"
)


def definition(spec: dict[str, Any], **names: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"spec": spec}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "things", "kind": "Thing", **names},
            "versions": [version],
        },
    }


def named(data: dict[str, Any]) -> list[str]:
    """The last parts of the fields that are named."""
    found = refusals(data["apiVersion"], data["kind"], data, ["1.36"])
    return [str(refusal.path[-1]) for refusal, _ in found]


def ruled(schema: dict[str, Any], rule: str, **more: Any) -> dict[str, Any]:
    return {**schema, "x-kubernetes-validations": [{"rule": rule, "message": "no", **more}]}


def listed(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    of = {"type": "array", "maxItems": 3, "items": items, **more}
    return {"type": "object", "properties": {"list": of}}


@NEEDS_CEL
@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        (ruled({"type": "string", "maxLength": 9}, "self != 'x'"), []),
        (ruled({"type": "integer"}, "self != 'x'"), ["rule"]),
        (ruled({"type": "object", "properties": {"a": TEXT}}, "self != 'x'"), ["rule"]),
        (
            ruled({"type": "object", "properties": {"a": TEXT}}, "self.metadata.name == ''"),
            ["rule"],
        ),
        (ruled({"type": "integer"}, "self == oldSelf"), []),
        (listed(ruled({"type": "integer"}, "self == oldSelf")), ["rule"]),
        (ruled({"type": "integer"}, "self > 1", optionalOldSelf=False), ["optionalOldSelf"]),
    ],
)
def test_rules_know_the_type_of_self(spec: dict[str, Any], fields: list[str]) -> None:
    assert named(definition(spec)) == fields


def test_the_kind_of_the_list_is_made_of_a_kind_and_may_be_too_long() -> None:
    assert named(definition(TEXT, kind="T" * 59)) == []
    assert named(definition(TEXT, kind="T" * 60)) == ["listKind"]
    assert named(definition(TEXT, kind="T" * 60, listKind="Things")) == []


def test_a_schema_names_no_dialect() -> None:
    assert named(definition({**TEXT, "$schema": "a"})) == ["openAPIV3Schema"]


def test_a_pattern_repeats_a_thousand_times_at_most() -> None:
    assert named(definition({**TEXT, "pattern": "a{1,1000}"})) == []
    assert named(definition({**TEXT, "pattern": "a{1,1001}"})) == ["pattern"]


@pytest.mark.parametrize(
    ("schema", "value", "places"),
    [
        # The server looks at no type where a format says more, and at the format of texts alone.
        ({**TEXT, "format": "date-time"}, ["a"], []),
        ({**TEXT, "format": "date-time"}, "a", [("spec",)]),
        ({**TEXT, "format": "date-time"}, 1, [("spec",)]),
        ({"type": "integer"}, 2**63 - 1, []),
        ({"type": "integer"}, 2**63, [("spec",)]),
        # Of a map that should be none, the server names what stands in it.
        (TEXT, {"a": 1}, [("spec", "a")]),
        (TEXT, [[{"a": 1}]], [("spec", 0, 0, "a")]),
        (TEXT, [1], [("spec",)]),
    ],
)
def test_objects_are_judged_as_their_definition_is_read(
    schema: dict[str, Any], value: Any, places: list[Any]
) -> None:
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}}
    schemas = Schemas(["1.36"], [Resource(definition(schema))])
    found = schemas.violations(Resource({**thing, "spec": value}))
    assert [violation.path for violation in found] == places
    assert {violation.place for violation in found} <= {("spec",)}


@pytest.mark.parametrize("amount", ["5", "999Ei", "5e18"])
def test_pieces_are_counted_with_what_overflows(amount: str) -> None:
    quota = {"metadata": {"name": "a"}, "spec": {"hard": {"pods": amount}}}
    assert refusals("v1", "ResourceQuota", quota, ["1.36"]) == []
