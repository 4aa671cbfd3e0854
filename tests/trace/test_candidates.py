"""Why a selector selects nothing."""

import pytest

from tools.kubernetes.resource import Ref
from tools.source.place import Place
from tools.trace.application import Target
from tools.trace.candidates import Lack, lack

HERE = Place("kustomization.yaml", 1, 1)
OBJECTS = [
    Ref("apps/v1", "Deployment", "", "web"),
    Ref("apps/v1", "Deployment", "", "worker"),
    Ref("v1", "Service", "", "shop"),
]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Target(HERE, kind="Deployment", name="w.*"), None),
        (Target(HERE, labels="app=other", namespace="elsewhere"), None),
        (
            Target(HERE, kind="Deploymnet", name="web"),
            Lack(
                "kind", "no object is of kind 'Deploymnet'", "Deploymnet", ("Deployment", "Service")
            ),
        ),
        (
            Target(HERE, kind="Deployment", name="shop"),
            Lack("name", "no Deployment is called 'shop'", "shop", ("web", "worker")),
        ),
        (
            Target(HERE, name="we"),
            Lack("name", "no object is called 'we'", "we", ("shop", "web", "worker")),
        ),
        (
            Target(HERE, group="extensions", kind="Deployment"),
            Lack("group", "no Deployment is of group 'extensions'", "extensions", ("apps",)),
        ),
        (
            Target(HERE, version="v2", kind="Service", name="shop"),
            Lack("version", "no Service shop is of version 'v2'", "v2", ("v1",)),
        ),
        (Target(HERE, name="w[eb"), None),
    ],
    ids=lambda value: "".join(value[1:]) if isinstance(value, Target) else "",
)
def test_the_first_part_that_no_object_has(target: Target, expected: Lack | None) -> None:
    assert lack(target, OBJECTS) == expected
