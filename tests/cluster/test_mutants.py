"""The correct objects and what is made of them, without a server."""

from copy import deepcopy

import pytest

from tests.cluster.mutants import MUTATIONS, mutant, mutants, same
from tests.cluster.sites import correct_objects
from tests.cluster.verdicts import ours
from tools.kubernetes.resource import lookup

WORKLOADS_AND_TRAFFIC = (
    "Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Service",
    "Ingress", "NetworkPolicy", "EndpointSlice", "HorizontalPodAutoscaler", "PersistentVolumeClaim",
    "PersistentVolume",
)  # fmt: skip
OTHERS = (
    "IngressClass", "ConfigMap", "Secret", "ServiceAccount", "Role", "RoleBinding", "ClusterRole",
    "ClusterRoleBinding", "PodDisruptionBudget", "StorageClass", "ResourceQuota", "LimitRange",
    "Namespace", "PriorityClass", "Lease", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "CustomResourceDefinition", "Gadget",
)  # fmt: skip
MANY = 6000


def test_every_kind_has_several_correct_objects() -> None:
    counts = {kind: len(objects) for kind, objects in correct_objects().items()}
    assert set(counts) == {*WORKLOADS_AND_TRAFFIC, *OTHERS}
    assert [kind for kind in WORKLOADS_AND_TRAFFIC if counts[kind] < 5] == []
    assert [kind for kind in OTHERS if counts[kind] < 3] == []


@pytest.mark.parametrize("kind", [*WORKLOADS_AND_TRAFFIC, *OTHERS])
def test_nothing_is_found_in_correct_objects(kind: str) -> None:
    assert [ours(data) for data in correct_objects()[kind]] == [[]] * len(correct_objects()[kind])


def test_a_seed_stands_for_the_same_mutants() -> None:
    assert list(mutants(7, 200)) == list(mutants(7, 200))
    assert list(mutants(7, 200)) != list(mutants(8, 200))


def test_a_mutant_can_be_made_again_by_its_number() -> None:
    for one in mutants(7, 200, ["Pod", "Service"]):
        assert mutant(7, one.number, one.kind) == one


def test_kinds_take_turns() -> None:
    assert [one.kind for one in mutants(7, 4, ["Pod", "Service"])] == [
        "Pod", "Service", "Pod", "Service",
    ]  # fmt: skip


def test_a_mutant_is_not_its_original() -> None:
    for one in mutants(7, MANY):
        original = correct_objects()[one.kind][one.original]
        assert not same(one.data, original), one.names


def test_the_originals_stay_as_they_are() -> None:
    before = deepcopy(correct_objects())
    for _ in mutants(7, 2000):
        pass
    assert correct_objects() == before


def test_every_mutation_occurs() -> None:
    drawn = {name for one in mutants(7, MANY) for name, _ in one.changes}
    assert drawn == set(MUTATIONS)


def test_some_mutants_have_two_mutations() -> None:
    numbers = {len(one.changes) for one in mutants(7, 200)}
    assert numbers == {1, 2}


def test_a_mutant_goes_where_its_original_goes() -> None:
    for one in mutants(7, MANY):
        original = correct_objects()[one.kind][one.original]
        assert one.data["apiVersion"] == original["apiVersion"]
        assert one.data["kind"] == original["kind"]
        metadata = one.data.get("metadata")
        if isinstance(metadata, dict):
            assert metadata.get("namespace") in (None, "", "default")


def test_a_change_says_what_it_was_and_is() -> None:
    one = next(one for one in mutants(7, MANY) if one.names == "quantity")
    [(_, change)] = one.changes
    original = correct_objects()[one.kind][one.original]
    assert lookup(original, change.path) == change.before
    assert lookup(one.data, change.path) == change.after
