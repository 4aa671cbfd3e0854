"""Every component can be switched on: alone, after every other, and on what minikube runs."""

from itertools import permutations
from pathlib import Path

import pytest

from tests.manifests.capacity import MINIKUBE_NODE, exceeded, peak, quota
from tests.manifests.rendered import ROOT, build, container, of_kind, with_components
from tests.manifests.system import COMPONENTS, PART_OF, PROTECTED, SERVICES
from tests.manifests.traffic import Flow, entered, flows, left

ADDED = {
    "autoscaling": {("HorizontalPodAutoscaler", name) for name in SERVICES},
    "database": {
        ("StatefulSet", "todo-database"),
        ("Service", "todo-database"),
        ("ServiceAccount", "todo-database"),
        ("NetworkPolicy", "todo-database"),
        ("NetworkPolicy", "todo-database-clients"),
    },
    "external-secrets": {("ExternalSecret", "todo-chatbot-secrets")},
    "ingress": {
        ("Ingress", "todo-chatbot"),
        ("NetworkPolicy", "todo-frontend-from-ingress"),
        ("NetworkPolicy", "todo-backend-from-ingress"),
    },
    "rbac": {
        ("ServiceAccount", "todo-chatbot-service-account"),
        ("Role", "todo-chatbot-role"),
        ("RoleBinding", "todo-chatbot-role-binding"),
    },
}
CHOICES = [(name,) for name in COMPONENTS] + list(permutations(COMPONENTS, 2))


@pytest.mark.parametrize("names", CHOICES, ids=" then ".join)
def test_a_component_adds_its_objects_and_no_others(tmp_path: Path, names: tuple[str, ...]) -> None:
    before = {(o["kind"], o["metadata"]["name"]) for o in build(ROOT / "base")}
    objects = with_components(tmp_path, "base", *names)
    added = {(o["kind"], o["metadata"]["name"]): o for o in objects}
    assert set(added) == before.union(*(ADDED[name] for name in names))
    assert all(PART_OF.items() <= o["metadata"]["labels"].items() for o in objects)


def test_autoscaling_meets_no_replica_count(tmp_path: Path) -> None:
    deployments = of_kind(with_components(tmp_path, "base", "autoscaling"), "Deployment")
    assert {name: d["spec"].get("replicas") for name, d in deployments.items()} == dict.fromkeys(
        SERVICES
    )


def test_the_ingress_of_minikube_is_todo_local(tmp_path: Path) -> None:
    objects = with_components(tmp_path, "overlays/minikube", "ingress")
    spec = of_kind(objects, "Ingress")["todo-chatbot"]["spec"]
    hosts = [rule["host"] for rule in spec["rules"]], [entry["hosts"] for entry in spec["tls"]]
    assert hosts == (["todo.local"], [["todo.local"]])


def test_the_database_fits_minikube(tmp_path: Path) -> None:
    objects = with_components(tmp_path, "overlays/minikube", "database")
    assert peak(objects)["pods"] == 7
    assert exceeded(peak(objects), quota(objects)) == {}
    assert exceeded(peak(objects), MINIKUBE_NODE) == {}


def test_only_backend_and_mcp_reach_the_database(tmp_path: Path) -> None:
    objects = with_components(tmp_path, "base", "database")
    clients: set[Flow] = {
        ("todo-backend", "todo-database", "TCP", 5432),
        ("todo-mcp", "todo-database", "TCP", 5432),
    }
    resolved: set[Flow] = {("todo-database", "dns", protocol, 53) for protocol in ("UDP", "TCP")}
    assert {flow for flow in flows(objects) if "todo-database" in flow} == clients | resolved
    assert {flow for flow in left(objects) if "todo-database" in flow} == clients
    assert {flow for flow in entered(objects) if "todo-database" in flow} == clients


def test_the_database_outlives_its_workload(tmp_path: Path) -> None:
    objects = with_components(tmp_path, "base", "database")
    spec = of_kind(objects, "StatefulSet")["todo-database"]["spec"]
    (claim,) = spec["volumeClaimTemplates"]
    assert claim["metadata"]["annotations"] == PROTECTED
    assert spec["persistentVolumeClaimRetentionPolicy"] == {
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    }


def test_the_database_takes_its_password_from_a_secret_that_is_not_in_git(tmp_path: Path) -> None:
    objects = with_components(tmp_path, "base", "database")
    environment = container(of_kind(objects, "StatefulSet")["todo-database"])["env"]
    reference = {"name": "todo-database-credentials", "key": "POSTGRES_PASSWORD"}
    assert {v["name"]: v.get("valueFrom") for v in environment} == {
        "POSTGRES_DB": None,
        "POSTGRES_USER": None,
        "POSTGRES_PASSWORD": {"secretKeyRef": reference},
        "PGDATA": None,
    }
    assert of_kind(objects, "Secret") == {}


def test_the_role_reads_four_kinds_and_is_bound_to_its_account(tmp_path: Path) -> None:
    objects = with_components(tmp_path, "base", "rbac")
    binding = of_kind(objects, "RoleBinding")["todo-chatbot-role-binding"]
    assert of_kind(objects, "Role")["todo-chatbot-role"]["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["pods", "services", "configmaps", "secrets"],
            "verbs": ["get", "list", "watch"],
        }
    ]
    assert binding["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "Role",
        "name": "todo-chatbot-role",
    }
    assert binding["subjects"] == [
        {
            "kind": "ServiceAccount",
            "name": "todo-chatbot-service-account",
            "namespace": "todo-local",
        }
    ]
