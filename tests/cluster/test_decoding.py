"""What the decoder of a real kube-apiserver takes and refuses, field by field."""

from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from typing import Any

import pytest

from tests.cluster.answer import Answer
from tests.cluster.api import ApiServer
from tests.cluster.control_plane import ControlPlane
from tests.cluster.field_probes import Probe, probes
from tools.kubernetes.resource import Resource
from tools.kubernetes.schema import Schemas

VERSION = "1.36"

pytestmark = pytest.mark.cluster
pytest_plugins = ("tests.cluster.plugin",)

_ELSEWHERE = (
    "namespace of the provided object",
    # An array of schemas is decoded, and then refused by the validation of definitions.
    "openAPIV3Schema.dependencies",
    "openAPIV3Schema.items of type",
)
"""Refused with status 400, and not for what schemas say."""
_UNWRITTEN = ("policy.v1.PodDisruptionBudgetStatus.disruptedPods",)
"""Fields of a status that nobody writes down, where null is an empty time."""


@pytest.fixture
def server(api_plane: ControlPlane) -> Iterator[ApiServer]:
    with closing(api_plane.connect()) as connection:
        yield connection


def answer_to(server: ApiServer, probe: Probe) -> Answer:
    path = server.path(probe.api_version, probe.kind)
    return server.try_create(_as_sent(probe.object), path)


def _as_sent(value: Any) -> Any:
    """What clients that read YAML make of it: a whole number has no fraction in JSON."""
    if isinstance(value, dict):
        return {key: _as_sent(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_sent(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def test_the_decoder_takes_and_refuses_the_same_everywhere(server: ApiServer) -> None:
    schemas = Schemas((VERSION,))
    wrong: list[str] = []
    for probe in probes(VERSION):
        answer = answer_to(server, probe)
        if any(words in answer.message for words in _ELSEWHERE) or probe.field in _UNWRITTEN:
            continue
        found = [v for v in schemas.violations(Resource(probe.object)) if not v.is_missing]
        if bool(found) != (answer.code == HTTPStatus.BAD_REQUEST):
            ours = [violation.sentence for violation in found]
            wrong.append(f"{probe.field} = {probe.value!r}: {answer} {ours}")
    assert wrong == []


def test_what_the_server_takes_whole_is_not_said_to_lack_a_field(server: ApiServer) -> None:
    schemas = Schemas((VERSION,))
    wrong = [
        f"{probe.field} = {probe.value!r}: {violation.sentence}"
        for probe in probes(VERSION)
        for violation in schemas.violations(Resource(probe.object))
        if violation.is_missing and answer_to(server, probe).accepted
    ]
    assert wrong == []
