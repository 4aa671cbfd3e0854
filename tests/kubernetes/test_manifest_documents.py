"""Which documents beside manifests are meant for a cluster."""

import pytest

from tools.kubernetes.manifests import is_for_tools, is_manifest
from tools.source.document import parse

CONFIG_MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"
APPLICATION = "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a}}"


@pytest.mark.parametrize(
    ("text", "manifest", "for_tools"),
    [
        (CONFIG_MAP, True, False),
        (f"{{apiVersion: v1, kind: List, items: [{CONFIG_MAP}]}}", True, False),
        ("[{op: remove, path: /spec}]", True, False),
        ("{apiVersion: skaffold/v4beta6, kind: Config, metadata: {name: a}}", False, True),
        ("{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster}", False, True),
        (APPLICATION, False, True),
        ("{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: a}}", True, False),
        ("{services: {web: {}}}", False, False),
        ("[{name: a}, 5]", False, False),
        ("text", False, False),
    ],
)
def test_a_document(text: str, manifest: bool, for_tools: bool) -> None:
    [document] = parse(text, "f.yaml")
    assert (is_manifest(document), is_for_tools(document)) == (manifest, for_tools)


def test_an_application_where_applications_are_deployed() -> None:
    [document] = parse(APPLICATION, "f.yaml")
    assert is_manifest(document, {"Application"})
