"""Schemas of custom kinds: from CustomResourceDefinitions, folders, and those that come along."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.miniature import plant
from tools.kubernetes.crds import custom_kinds
from tools.kubernetes.import_crds import RELEASES, shared
from tools.kubernetes.resource import Resource
from tools.kubernetes.schema import Schemas
from tools.kubernetes.schema_folders import BUNDLED
from tools.kubernetes.shape import UnusableSchema
from tools.source.document import parse
from tools.source.repository import Repository

QUANTITY = (
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?"
    r"(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
)
"""What controller-gen writes for a quantity."""


def definition(schema: dict[str, Any]) -> Resource:
    """The CustomResourceDefinition of Widget.example.com whose `spec` has a schema."""
    root = {"type": "object", "properties": {"spec": schema}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": root}}
    names = {"kind": "Widget", "plural": "widgets"}
    spec = {"group": "example.com", "names": names, "scope": "Namespaced", "versions": [version]}
    return Resource({"kind": "CustomResourceDefinition", "spec": spec})


def widget(**fields: Any) -> Resource:
    return Resource({"apiVersion": "example.com/v1", "kind": "Widget", **fields})


def objects(text: str) -> list[Resource]:
    return [Resource(document.data) for document in parse(dedent(text), "objects.yaml")]


def closed(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


@pytest.mark.parametrize(
    ("schema", "spec", "sentences"),
    [
        (closed(a={"type": "string"}), {"a": "b"}, []),
        (closed(a={"type": "string"}), {"b": 1}, ["unknown field 'b' in spec"]),
        (closed(), {"x": 1, "y": 2}, ["unknown field 'x' in spec", "unknown field 'y' in spec"]),
        (closed(a={"type": "string"}), {"a": None}, []),
        ({**closed(a={"type": "string", "nullable": True}), "required": ["a"]}, {"a": None}, []),
        ({**closed(a={"type": "string"}), "required": ["a"]}, {}, ["spec.a is missing"]),
        ({**closed(a={"type": "string", "default": "b"}), "required": ["a"]}, {}, []),
        ({**closed(), "x-kubernetes-preserve-unknown-fields": True}, {"b": {"c": 1}}, []),
        (
            {**closed(a=closed()), "x-kubernetes-preserve-unknown-fields": True},
            {"b": 1, "a": {"c": 1}},
            ["unknown field 'c' in spec.a"],
        ),
        ({"type": "object", "additionalProperties": True}, {"b": [1]}, []),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"b": "c"},
            ["spec.b is 'c', must be an integer"],
        ),
        (closed(a={"x-kubernetes-int-or-string": True}), {"a": 1}, []),
        (
            closed(a={"x-kubernetes-int-or-string": True, "pattern": "^[0-9]+%$"}),
            {"a": "1"},
            ["spec.a is '1', must match ^[0-9]+%$"],
        ),
        (
            closed(a={"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}]}),
            {"a": 1.5},
            ["spec.a is 1.5, must be an integer or a string"],
        ),
        (closed(a={"type": "integer", "format": "int32"}), {"a": 2**31 - 1}, []),
        (
            closed(a={"type": "integer", "format": "int32"}),
            {"a": 2**31},
            ["spec.a is 2147483648, must be at most 2147483647"],
        ),
        (
            closed(a={"type": "integer", "minimum": 1, "exclusiveMinimum": True}),
            {"a": 1},
            ["spec.a is 1, must be more than 1"],
        ),
        (
            closed(a={"type": "integer", "maximum": 5, "exclusiveMaximum": False}),
            {"a": 6},
            ["spec.a is 6, must be at most 5"],
        ),
        # Go's own duration and lax times are no formats of JSON schema.
        (closed(a={"type": "string", "format": "duration"}), {"a": "1h30m"}, []),
        (closed(a={"type": "string", "format": "date-time"}), {"a": "2026-01-02t03:04:05z"}, []),
        # Without a zone, IsDateTime of kube-openapi says no.
        (
            closed(a={"type": "string", "format": "date-time"}),
            {"a": "2026-01-02T03:04:05"},
            ["spec.a is '2026-01-02T03:04:05', must be a time such as '2026-01-31T15:04:05Z'"],
        ),
        # A format that means something here and nothing to the server.
        (closed(a={"type": "string", "format": "quantity"}), {"a": "plenty"}, []),
        (
            closed(a={"x-kubernetes-int-or-string": True, "pattern": QUANTITY}),
            {"a": "1GB"},
            ["spec.a is '1GB', must be a quantity such as 2, 500m or 256Mi"],
        ),
        (closed(a={"x-kubernetes-int-or-string": True, "pattern": QUANTITY}), {"a": "1Gi"}, []),
        (
            closed(a={"type": "string", "enum": ["b", "c"]}),
            {"a": "d"},
            ["spec.a is 'd', must be 'b' or 'c'"],
        ),
        (
            closed(a={"type": "object", "x-kubernetes-embedded-resource": True}),
            {"a": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}, "spec": {}}},
            ["unknown field 'spec' in spec.a"],
        ),
        (
            {**closed(a={}, b={}), "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
            {},
            ["spec must have one of 'a' or 'b'"],
        ),
        (
            {**closed(a={}, b={}), "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
            {"a": 1, "b": 2},
            ["spec must have only one of 'a' or 'b'"],
        ),
        (
            {
                **closed(a={"type": "string"}, b={"type": "string"}),
                "anyOf": [
                    {"properties": {"a": {"enum": ["x"]}}},
                    {"properties": {"b": {"minLength": 3}}, "required": ["b"]},
                ],
            },
            {"a": "y"},
            ["spec.a is 'y', must be 'x'"],
        ),
        (
            {**closed(a={}, b={}), "not": {"required": ["a", "b"]}},
            {"a": 1, "b": 2},
            ["spec is a map, which its schema does not allow"],
        ),
    ],
)
def test_a_definition_says_what_the_api_server_says(
    schema: dict[str, Any], spec: dict[str, Any], sentences: list[str]
) -> None:
    schemas = Schemas(("1.36",), [definition(schema)])
    note = " (its CustomResourceDefinition here)"
    found = [violation.sentence for violation in schemas.violations(widget(spec=spec))]
    assert found == [sentence + note for sentence in sentences]


def test_metadata_of_custom_objects_is_that_of_all_objects() -> None:
    schemas = Schemas(("1.36",), [definition({"type": "object"})])
    wrong = widget(metadata={"labels": {"a": 1}, "anotations": {}}, status={"any": "thing"})
    assert sorted((found.path, found.place) for found in schemas.violations(wrong)) == [
        (("metadata", "anotations"), ("metadata", "anotations")),
        (("metadata", "labels"), ("metadata", "labels", "a")),
    ]


def test_a_version_that_is_not_served_has_no_schema_but_is_known() -> None:
    schemas = Schemas(("1.36",), [definition({"type": "object"})])
    older = Resource({"apiVersion": "example.com/v1beta1", "kind": "Widget", "nonsense": 1})
    assert schemas.knows(older)
    assert schemas.violations(older) == []
    assert not schemas.knows(Resource({"apiVersion": "example.com/v1", "kind": "Gadget"}))


@pytest.mark.parametrize(
    "spec",
    [
        None,
        [],
        {"group": "example.com"},
        {"group": "example.com", "names": {"kind": 5}, "versions": [{"name": "v1"}]},
        {"group": "example.com", "names": {"kind": "A"}, "versions": [None, "v1", {"name": "v1"}]},
    ],
)
def test_a_definition_that_is_not_well_formed_defines_nothing(spec: Any) -> None:
    assert list(custom_kinds({"spec": spec})) == []


@pytest.mark.parametrize("broken", [{"pattern": "("}, {"enum": "a"}, {"minimum": "a"}])
def test_a_definition_that_cannot_be_applied_is_named(broken: dict[str, Any]) -> None:
    schemas = Schemas(("1.36",), [definition(closed(a={"type": "string", **broken}))])
    with pytest.raises(UnusableSchema) as caught:
        schemas.violations(widget(spec={"a": "b"}))
    assert str(caught.value).startswith("its CustomResourceDefinition here cannot be used")
    assert "\n" not in str(caught.value)


ARGOCD = """\
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata: {name: shop}
    spec:
      sourceRepos: ["*"]
      clusterResourceWhitelist: [{group: "", kind: Namespace, name: shop}]
    """


@pytest.mark.parametrize("declared", ["3.3", "3.4", "3.5", "3.6.1", "4.0"])
def test_a_later_argocd_knows_its_later_fields(declared: str) -> None:
    """Names came with 3.3, of which there is no schema; that of the next one has them."""
    [project] = objects(ARGOCD)
    assert Schemas(("1.36",), argocd=declared).violations(project) == []


@pytest.mark.parametrize("declared", ["2.14", "3.2", "3.2.11"])
def test_an_earlier_argocd_refuses_them(declared: str) -> None:
    [project] = objects(ARGOCD)
    [found] = Schemas(("1.36",), argocd=declared).violations(project)
    assert found.path == ("spec", "clusterResourceWhitelist", 0, "name")
    assert found.sentence == (
        "unknown field 'name' in spec.clusterResourceWhitelist[0] (Argo CD 3.2.11)"
    )


FOLDERS = """
--- schemas/example.com/widget_v1.json
{"type": "object", "properties": {"spec": {"type": "object", "required": ["size"]}}}
--- schemas/gadget-example.com-v1.json
{"type": "object", "required": ["spec"]}
--- schemas/broken_v1.json
not JSON
--- schemas/example.com/thing_v1.json
[1]
--- schemas/example.com/text_v1.json
{"type"
--- schemas/example.com/remote_v1.json
{"properties": {"spec": {"$ref": "https://schemas.example.com/remote.json"}}}
--- schemas/example.com/local_v1.json
{"properties": {"spec": {"$ref": "file:///etc/hostname"}}}
--- schemas/crds.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: example.com
  names: {kind: Gizmo}
  versions:
    - {name: v1, served: true, schema: {openAPIV3Schema: {type: object, required: [spec]}}}
    - {name: v2, served: true, schema: {openAPIV3Schema: {type: object}}}
"""


def sentences_in_folder(root: Path, kind: str, version: str = "v1") -> list[str]:
    repository = Repository(plant(root, FOLDERS))
    schemas = Schemas(("1.36",), (), repository, ["missing", "schemas"])
    found = Resource({"apiVersion": f"example.com/{version}", "kind": kind})
    assert schemas.knows(found)
    return [violation.sentence for violation in schemas.violations(found)]


@pytest.mark.parametrize(
    ("kind", "version", "sentences"),
    [
        ("Widget", "v1", []),
        ("Gadget", "v1", ["spec is missing (schemas/gadget-example.com-v1.json)"]),
        ("Gizmo", "v1", ["spec is missing (schemas/crds.yaml)"]),
        ("Gizmo", "v2", []),
    ],
)
def test_a_folder_may_name_its_schemas_in_several_ways(
    tmp_path: Path, kind: str, version: str, sentences: list[str]
) -> None:
    assert sentences_in_folder(tmp_path, kind, version) == sentences


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        ("Thing", "schemas/example.com/thing_v1.json holds no JSON schema"),
        ("Text", "schemas/example.com/text_v1.json is not valid JSON: "),
        ("Remote", "schemas/example.com/remote_v1.json cannot be used as a schema: "),
        ("Local", "schemas/example.com/local_v1.json cannot be used as a schema: "),
    ],
)
def test_a_schema_that_cannot_be_used_is_named_and_nothing_is_fetched(
    tmp_path: Path, kind: str, beginning: str
) -> None:
    with pytest.raises(UnusableSchema) as caught:
        sentences_in_folder(tmp_path, kind)
    assert str(caught.value).startswith(beginning)


def test_a_folder_goes_before_what_comes_along(tmp_path: Path) -> None:
    root = plant(tmp_path, '--- own/argoproj.io/application_v1alpha1.json\n{"maxProperties": 1}\n')
    schemas = Schemas(("1.36",), (), Repository(root), ["own"])
    application = Resource({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"})
    assert [violation.sentence for violation in schemas.violations(application)] == [
        "the object has 2 fields, must have at most 1 (own/argoproj.io/application_v1alpha1.json)"
    ]


def test_every_release_is_there_in_the_form_that_the_import_writes() -> None:
    assert sorted(folder.name for folder in BUNDLED.iterdir()) == [r.folder for r in RELEASES]
    for release in RELEASES:
        files = sorted((BUNDLED / release.folder).rglob("*.json"))
        assert len(files) == len(release.files)
        for file in files:
            schema = json.loads(file.read_text("utf-8"))
            assert schema["$comment"] == release.title
            compact = json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            assert file.read_text("utf-8") == compact + "\n"


def test_sharing_repeated_parts_changes_nothing() -> None:
    part = closed(**{f"a_field_with_a_long_name_{n}": {"type": "string"} for n in range(5)})
    schema = closed(
        one=part,
        two={"type": "array", "items": part},
        three=closed(nested=part, properties=part, type={"type": "string"}),
        four={"anyOf": [part, {"type": "string"}], "not": part},
    )
    short = shared(schema)
    assert list(short["$defs"].values()) == [part]
    assert _expanded(short, short["$defs"]) == {**schema, "$defs": {"0": part}}


def _expanded(value: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            return _expanded(definitions[value["$ref"].removeprefix("#/$defs/")], definitions)
        return {key: _expanded(part, definitions) for key, part in value.items()}
    return [_expanded(part, definitions) for part in value] if isinstance(value, list) else value
