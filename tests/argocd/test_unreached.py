"""A path that can lead nowhere in an object is told from one that the cluster may fill."""

from collections.abc import Mapping
from typing import Any

import pytest

from tools.argocd.reached import Deployed, jq_miss, pointer_miss
from tools.kubernetes.resource import Resource
from tools.kubernetes.schema import Schemas

WEB = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {"template": {"spec": {"containers": [{"name": "web"}, {"name": "log"}]}}},
}
OTHER = {**WEB, "metadata": {"name": "other"}, "spec": {"template": {"spec": {"containers": []}}}}


def _deployed(*objects: Mapping[str, Any]) -> list[Deployed]:
    return [Deployed(Resource(each), Schemas(("1.34",))) for each in objects]


@pytest.mark.parametrize(
    ("pointer", "why"),
    [
        ("/spec/replicas", None),
        ("/spec/template/spec/containers/0/resources/limits", None),
        ("/metadata/labels/whatever", None),
        # Known to a newer Kubernetes than the one that is declared.
        ("/spec/template/spec/schedulingGroup", None),
        ("/spec/selectors", "spec has no field 'selectors' but 'selector'"),
        ("/spec/template/spec/containers/5/image", "containers has 2 items, and none at 5"),
        ("/spec/paused/x", "paused is one value, with nothing below it"),
    ],
)
def test_a_pointer(pointer: str, why: str | None) -> None:
    said = f"ignores nothing of Deployment 'web': {why}" if why else None
    assert pointer_miss(pointer, _deployed(WEB)) == said


def test_one_object_in_which_it_may_lead_somewhere_is_enough() -> None:
    expression = '.spec.template.spec.containers[] | select(.name == "api").image'
    assert jq_miss(expression, _deployed(WEB)) is not None
    assert jq_miss(expression, _deployed(WEB, OTHER)) is None


def test_a_failure_counts_only_where_something_would_be_ignored() -> None:
    expression = ".spec.template.spec.containers[].env[].value"
    assert jq_miss(expression, _deployed(WEB)) is None
    containers = [{"name": "web", "env": [{"name": "A", "value": "1"}]}, {"name": "log"}]
    with_env = {**WEB, "spec": {"template": {"spec": {"containers": containers}}}}
    assert jq_miss(expression, _deployed(with_env)) == (
        "fails on Deployment 'web', so nothing of it is ignored: it asks for the items of a null"
    )
