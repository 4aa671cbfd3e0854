"""What null, times and bytes are to the API server's decoder."""

import pytest

from tools.kubernetes.decoding import decoded_custom, is_base64, is_time, is_time_with_microseconds
from tools.kubernetes.resource import Resource
from tools.kubernetes.schema import Schemas
from tools.source.document import parse

POD = "{apiVersion: v1, kind: Pod, spec: {containers: [{name: web"


def sentences(text: str) -> list[str]:
    [document] = parse(text, "object.yaml")
    return [found.sentence for found in Schemas(("1.36",)).violations(Resource(document.data))]


@pytest.mark.parametrize(
    "text",
    [
        f"{POD}, args: [null]}}]}}}}",
        f"{POD}, resources: {{limits: {{cpu: null}}}}}}]}}}}",
        "{apiVersion: v1, kind: ConfigMap, data: {a: null}, binaryData: {b: null, c: []}}",
        "{apiVersion: v1, kind: Service, spec: null}",
        f"{POD}, lifecycle: {{preStop: {{sleep: {{}}}}}}}}]}}}}",
    ],
)
def test_nothing_is_wrong_with(text: str) -> None:
    assert sentences(text) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "{apiVersion: v1, kind: Pod, spec: {containers: [null]}}",
            "spec.containers[0].name is missing",
        ),
        (
            "{apiVersion: v1, kind: ConfigMap, dta: null}",
            "unknown field 'dta'; did you mean 'data'?",
        ),
        (
            "{apiVersion: v1, kind: ConfigMap, metadata: {labels: {a: {b: null}}}}",
            "metadata.labels.a is a map, must be a string",
        ),
    ],
)
def test_something_is_wrong_with(text: str, sentence: str) -> None:
    assert sentences(text) == [sentence]


def test_unknown_fields_of_a_schema_count_only_where_go_looks_for_them() -> None:
    crd = (
        "{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {{group: a.b,"
        " scope: Cluster, names: {{kind: A, plural: as}}, versions: [{{name: v1, served: true,"
        " storage: true, schema: {{openAPIV3Schema: {}}}}}]}}}}"
    )
    where = "spec.versions[0].schema.openAPIV3Schema"
    assert sentences(crd.format("{properties: {a: {typ: b}}}")) == [
        f"unknown field 'typ' in {where}.properties.a; did you mean 'type'?"
    ]
    assert sentences(crd.format("{items: {typ: b, properties: {a: {typ: b}}}}")) == []
    assert sentences(crd.format("{items: {type: 1}}")) == [
        f"{where}.items.type is 1, must be a string"
    ]


@pytest.mark.parametrize(
    "text",
    ["2024-02-29T00:00:00Z", "2024-01-01T3:00:00,5+24:60", "0000-01-01T00:00:00.123456789-00:00"],
)
def test_go_reads_as_a_time(text: str) -> None:
    assert is_time(text)


@pytest.mark.parametrize(
    "text",
    ["2023-02-29T00:00:00Z", "2024-01-01t00:00:00z", "2024-01-01T23:59:60Z", "2024-01-01", "",
     "2024-01-01T24:00:00Z", "2024-01-01T00:00:00+25:00", "2024-01-01T00:00:00Z\n"],
)  # fmt: skip
def test_go_does_not_read_as_a_time(text: str) -> None:
    assert not is_time(text)


def test_a_micro_time_has_six_digits() -> None:
    times = ["00Z", "00.123456Z", "00.12345Z", "00.1234567Z", "00,123456+01:00"]
    found = [is_time_with_microseconds(f"2024-01-01T00:00:{time}") for time in times]
    assert found == [False, True, False, False, True]


def test_base64_is_padded_to_the_byte() -> None:
    texts = ["YWJj", "YW\nJj\n", "YQ==", "YWJj=", "YQ", "Y Q=", ""]
    assert [is_base64(text) for text in texts] == [True, True, True, False, False, False, True]


def test_null_of_a_custom_object_is_absent_unless_its_field_takes_it() -> None:
    schema = {
        "properties": {
            "plain": {"type": "string"},
            "nullable": {"type": ["string", "null"]},
            "map": {"additionalProperties": {"type": "string"}},
            "list": {"items": {"type": "string"}},
        }
    }
    data = {"plain": None, "nullable": None, "map": {"a": None}, "list": [None], "other": None}
    kept = {"nullable": None, "map": dict[str, str](), "list": [None], "other": None}
    assert decoded_custom(data, schema) == kept
