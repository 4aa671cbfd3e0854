"""What the decoder of a real kube-apiserver takes and refuses, field by field."""

import http.client
import json
import os
import ssl
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.cluster.field_probes import Probe, probes
from tools.kubernetes.resource import Resource
from tools.kubernetes.schema import Schemas

VERSION = "1.36"
_SERVER = os.environ.get("KUBE_APISERVER_JSON", "")
"""A file with the server's url, a token that may create anything, and its certificate (ca)."""

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not _SERVER, reason="KUBE_APISERVER_JSON names no running server"),
]

_PLURALS = {
    "Ingress": "ingresses", "IngressClass": "ingressclasses", "NetworkPolicy": "networkpolicies",
    "PriorityClass": "priorityclasses", "StorageClass": "storageclasses",
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
}  # fmt: skip
_CLUSTER = {
    "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "IngressClass", "Namespace",
    "PersistentVolume", "PriorityClass", "StorageClass", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
}  # fmt: skip

_ELSEWHERE = (
    "namespace of the provided object",
    # An array of schemas is decoded, and then refused by the validation of definitions.
    "openAPIV3Schema.dependencies",
    "openAPIV3Schema.items of type",
)
"""Refused with status 400, and not for what schemas say."""
_UNWRITTEN = ("policy.v1.PodDisruptionBudgetStatus.disruptedPods",)
"""Fields of a status that nobody writes down, where null is an empty time."""


class Answer(NamedTuple):
    status: int
    message: str


class Server:
    """Asks a server whether it would take an object."""

    def __init__(self, file: str) -> None:
        with open(file, encoding="utf-8") as stream:
            known = json.load(stream)
        context = ssl.create_default_context(cafile=known["ca"])
        place = urlsplit(known["url"]).netloc
        self._connection = http.client.HTTPSConnection(place, context=context, timeout=60)
        self._headers = {
            "Authorization": f"Bearer {known['token']}",
            "Content-Type": "application/json",
        }

    def close(self) -> None:
        self._connection.close()

    def answer(self, probe: Probe) -> Answer:
        group = "apis" if "/" in probe.api_version else "api"
        plural = _PLURALS.get(probe.kind, probe.kind.lower() + "s")
        where = plural if probe.kind in _CLUSTER else f"namespaces/default/{plural}"
        path = f"/{group}/{probe.api_version}/{where}?dryRun=All&fieldValidation=Strict"
        body = json.dumps(_as_sent(probe.object)).encode()
        self._connection.request("POST", path, body, self._headers)
        response = self._connection.getresponse()
        return Answer(response.status, json.loads(response.read()).get("message", ""))


@pytest.fixture
def server() -> Iterator[Server]:
    asked = Server(_SERVER)
    yield asked
    asked.close()


def _as_sent(value: Any) -> Any:
    """What clients that read YAML make of it: a whole number has no fraction in JSON."""
    if isinstance(value, dict):
        return {key: _as_sent(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_sent(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def test_the_decoder_takes_and_refuses_the_same_everywhere(server: Server) -> None:
    schemas = Schemas((VERSION,))
    wrong: list[str] = []
    statuses: Counter[int] = Counter()
    for probe in probes(VERSION):
        answer = server.answer(probe)
        statuses[answer.status] += 1
        if any(words in answer.message for words in _ELSEWHERE) or probe.field in _UNWRITTEN:
            continue
        found = [v for v in schemas.violations(Resource(probe.object)) if not v.is_missing]
        if bool(found) != (answer.status == http.client.BAD_REQUEST):
            ours = [violation.sentence for violation in found]
            wrong.append(f"{probe.field} = {probe.value!r}: {answer} {ours}")
    print(dict(statuses))
    assert wrong == []


def test_what_the_server_takes_whole_is_not_said_to_lack_a_field(server: Server) -> None:
    schemas = Schemas((VERSION,))
    wrong = [
        f"{probe.field} = {probe.value!r}: {violation.sentence}"
        for probe in probes(VERSION)
        for violation in schemas.violations(Resource(probe.object))
        if violation.is_missing and server.answer(probe).status == http.client.CREATED
    ]
    assert wrong == []
