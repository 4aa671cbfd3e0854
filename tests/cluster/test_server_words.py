"""Which fields the API server names, in its own words."""

import pytest

from tests.cluster.answer import Answer
from tests.cluster.server_words import Named, depends_on_state, dotted, named, shape
from tools.source.place import FieldPath


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("metadata.labels", ("metadata", "labels")),
        ("spec.containers[0].ports[12].name", ("spec", "containers", 0, "ports", 12, "name")),
        ("spec[0].size", ("spec", 0, "size")),
        ("data[a.b]", ("data", "a.b")),
        ("spec.hard[]", ("spec", "hard", "")),
        ("metadata.log.level", ("metadata", "log.level")),
        ("rules[2].", ("rules", 2, "")),
    ],
)
def test_the_same_path_in_both_spellings(text: str, path: FieldPath) -> None:
    assert Named(dotted(text), counts=True).is_ours(path)


def test_validation_names_fields_as_causes() -> None:
    answer = Answer(422, "Invalid", "…", ("spec.ports[0].port", "<nil>", "metadata.name"))
    assert named(answer) == [
        Named("spec.ports.0.port", counts=True),
        Named("metadata.name", counts=True),
    ]


def test_strict_decoding_names_fields_in_its_message() -> None:
    message = (
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: '
        'unknown field "spec.containers[0].imag", duplicate field "spec.dnsPolicy"'
    )
    assert named(Answer(400, "BadRequest", message)) == [
        Named("spec.containers.0.imag", counts=True),
        Named("spec.dnsPolicy", counts=True),
    ]


def test_the_decoder_numbers_no_entries_and_names_embedded_types() -> None:
    message = (
        "json: cannot unmarshal string into Go struct field "
        "HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.path of type int32"
    )
    [field] = named(Answer(400, "BadRequest", message))
    assert field == Named("spec.containers.livenessProbe.httpGet.path", counts=False)
    assert field.is_ours(("spec", "containers", 3, "livenessProbe", "httpGet", "path"))
    assert not field.is_ours(("spec", "containers", 3, "livenessProbe", "httpGet"))


def test_metadata_of_custom_objects_is_decoded_by_itself() -> None:
    message = "json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string"
    assert named(Answer(400, "BadRequest", message)) == [Named("metadata.labels", counts=False)]


def test_validation_numbers_entries() -> None:
    field = Named("spec.ports.0", counts=True)
    assert field.is_ours(("spec", "ports", 0))
    assert not field.is_ours(("spec", "ports", 1))
    assert not field.is_ours(("spec", "ports"))


def test_some_refusals_name_no_field() -> None:
    message = "quantities must match the regular expression '^([+-]?[0-9.]+)…"
    assert named(Answer(400, "BadRequest", message)) == []


@pytest.mark.parametrize(
    ("answer", "depends"),
    [
        (Answer(201), False),
        (Answer(422, "Invalid", "metadata.name: Required value"), False),
        (Answer(500, "InternalError", "resourceVersion should not be set"), False),
        (Answer(403, "Forbidden", 'serviceaccount "web" not found'), True),
        (Answer(404, "NotFound", 'namespaces "a" not found'), True),
        (Answer(409, "AlreadyExists", 'services "kubernetes" already exists'), True),
        (
            Answer(
                422,
                "Invalid",
                'spec.clusterIPs: Invalid value: ["1.2.3.4"]: failed to allocate IP 1.2.3.4: '
                "the provided network does not match the current range",
            ),
            True,
        ),
    ],
)
def test_what_no_tool_without_the_cluster_can_know(answer: Answer, depends: bool) -> None:
    assert depends_on_state(answer) is depends


def test_messages_about_the_same_mistake_have_the_same_shape() -> None:
    one = shape('Role "a" is invalid: rules[0].verbs: Invalid value: "x\\"y"')
    assert one == shape('Role "bb" is invalid: rules[17].verbs: Invalid value: ""')
    assert one != shape('Role "a" is invalid: rules[0].verbs: Required value: "x"')
