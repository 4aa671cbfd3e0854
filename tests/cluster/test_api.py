"""What the client sends and how it reads the answers of a real server."""

from typing import Any

import pytest

from tests.cluster.answer import Answer
from tests.cluster.api import NoSuchKind
from tests.cluster.control_plane import ControlPlane, wait_until

pytestmark = pytest.mark.cluster
pytest_plugins = ("tests.cluster.plugin",)

WIDGETS: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.test"},
    "spec": {
        "group": "example.test",
        "scope": "Cluster",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object"}},
            }
        ],
    },
}


def service(name: str, port: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": [{"port": port}]},
    }


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_a_trial_stores_nothing(api_plane: ControlPlane) -> None:
    api = api_plane.api
    assert api.try_create(service("tried", 80)) == Answer(201)
    assert api.get(api.path("v1", "Service", "tried")) == Answer(
        404, "NotFound", 'services "tried" not found'
    )


def test_a_refusal_names_every_field(api_plane: ControlPlane) -> None:
    answer = api_plane.api.try_create(service("No_Name", 0))
    # The target port is by default the port, and as wrong.
    assert (answer.code, answer.reason, answer.fields) == (
        422,
        "Invalid",
        ("metadata.name", "spec.ports[0].port", "spec.ports[0].targetPort"),
    )
    assert answer.message.startswith('Service "No_Name" is invalid: [')


def test_decoding_is_strict(api_plane: ControlPlane) -> None:
    wrong = {**service("strict", 80), "spce": {}}
    assert api_plane.api.try_create(wrong) == Answer(
        400,
        "BadRequest",
        'Service in version "v1" cannot be handled as a Service: '
        'strict decoding error: unknown field "spce"',
    )


def test_bytes_are_sent_as_they_are(api_plane: ControlPlane) -> None:
    api = api_plane.api
    twice = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","name":"b"}}'
    options = {"dryRun": "All", "fieldValidation": "Strict"}
    answer = api.send("POST", api.path("v1", "ConfigMap"), twice, options)
    assert (answer.code, answer.message.rpartition(": ")[2]) == (
        400,
        'duplicate field "metadata.name"',
    )


def test_an_object_goes_elsewhere_if_told(api_plane: ControlPlane) -> None:
    api = api_plane.api
    nameless = {**config_map("kindless"), "kind": None}
    with pytest.raises(NoSuchKind, match=r"^the server knows no kind  in v1$"):
        api.try_create(nameless)
    assert api.try_create(nameless, api.path("v1", "ConfigMap")).code == 201


def test_an_object_lives_through_all_verbs(api_plane: ControlPlane) -> None:
    api = api_plane.api
    path = api.path("v1", "ConfigMap", "living")

    def data() -> Any:
        return api.get(path).body["data"]

    assert api.create(config_map("living", a="1")) == Answer(201)
    assert api.create(config_map("living")).reason == "AlreadyExists"
    assert api.try_update(config_map("living", a="2")) == Answer(200)
    assert data() == {"a": "1"}
    assert api.replace(config_map("living", a="2")) == Answer(200)
    assert data() == {"a": "2"}
    assert api.patch(path, {"data": {"b": "3"}}) == Answer(200)
    assert api.patch(path, [{"op": "remove", "path": "/data/a"}], "json") == Answer(200)
    assert data() == {"b": "3"}
    assert api.apply(config_map("living", c="4")) == Answer(200)
    assert data() == {"b": "3", "c": "4"}
    names = [
        item["metadata"]["name"] for item in api.get(api.path("v1", "ConfigMap")).body["items"]
    ]
    assert "living" in names
    assert api.delete(path) == Answer(200)
    assert api.get(path).code == 404


def test_an_immutable_field_is_refused_in_an_update(api_plane: ControlPlane) -> None:
    api = api_plane.api
    assert api.create({**config_map("fixed", a="1"), "immutable": True}).accepted
    answer = api.try_update({**config_map("fixed", a="2"), "immutable": True})
    assert (answer.code, answer.reason, answer.fields) == (422, "Invalid", ("data",))
    assert api.delete(api.path("v1", "ConfigMap", "fixed")).accepted


def test_paths_come_from_what_the_server_tells(api_plane: ControlPlane) -> None:
    api = api_plane.api
    assert [
        api.path("v1", "Pod"),
        api.path("v1", "Pod", "a", namespace="b"),
        api.path("v1", "Pod", namespace=""),
        api.path("v1", "Namespace", "a"),
        api.path("networking.k8s.io/v1", "NetworkPolicy", "a/b"),
    ] == [
        "/api/v1/namespaces/default/pods",
        "/api/v1/namespaces/b/pods/a",
        "/api/v1/pods",
        "/api/v1/namespaces/a",
        "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/a%2Fb",
    ]


def test_a_kind_that_comes_later_is_found(api_plane: ControlPlane) -> None:
    api = api_plane.api
    with pytest.raises(NoSuchKind):
        api.path("example.test/v1", "Widget")
    assert api.create(WIDGETS).message == ""

    def known() -> bool:
        try:
            return api.path("example.test/v1", "Widget") == "/apis/example.test/v1/widgets"
        except NoSuchKind:
            return False

    wait_until(known, "the kind Widget", 20)
    path = api.path(WIDGETS["apiVersion"], WIDGETS["kind"], WIDGETS["metadata"]["name"])
    assert api.delete(path).accepted


def test_a_plain_text_answer_is_the_message(api_plane: ControlPlane) -> None:
    assert api_plane.api.send("GET", "/healthz") == Answer(200, message="ok")
