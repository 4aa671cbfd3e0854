"""The network policies and the Ingress let through what the system needs, and nothing else."""

import pytest

from tests.manifests.rendered import of_kind, overlay
from tests.manifests.system import ENVIRONMENTS, SERVICES
from tests.manifests.traffic import OUTSIDE, PROBED, Flow, entered, flows, left

INNER: set[Flow] = {
    ("todo-frontend", "todo-backend", "TCP", 8000),
    ("todo-backend", "todo-frontend", "TCP", 3000),
    ("todo-backend", "todo-mcp", "TCP", 8001),
}
OUTWARD: set[Flow] = {
    ("todo-backend", "internet", "TCP", 5432),
    ("todo-backend", "internet", "TCP", 443),
    ("todo-mcp", "internet", "TCP", 5432),
    *((name, "dns", protocol, 53) for name in SERVICES for protocol in ("UDP", "TCP")),
}


def inward(*callers: str) -> set[Flow]:
    """What browsers open when these are the peers that their connections come from."""
    return {
        (caller, target, "TCP", port)
        for caller in callers
        for target, port in (("todo-frontend", 3000), ("todo-backend", 8000))
    }


def test_on_minikube_policies_allow_the_flows_of_the_system_and_browsers_from_anywhere() -> None:
    anybody = [peer.name for peer in OUTSIDE]
    assert flows(overlay("minikube")) == INNER | OUTWARD | inward(*anybody)


def test_on_prod_policies_allow_the_flows_of_the_system_and_the_ingress_controller() -> None:
    assert flows(overlay("prod")) == INNER | OUTWARD | inward("ingress controller")


def test_both_ends_state_the_flows_between_the_services() -> None:
    assert left(overlay("minikube")) == INNER
    assert left(overlay("prod")) == entered(overlay("prod")) == INNER


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_everything_is_denied_by_default(environment: str) -> None:
    policy = of_kind(overlay(environment), "NetworkPolicy")["default-deny"]
    assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_without_policies_everything_may_flow() -> None:
    workloads = tuple(of_kind(overlay("prod"), "Deployment").values())
    pairs = len(SERVICES) * (len(SERVICES) - 1) + 2 * len(SERVICES) * len(OUTSIDE)
    assert len(flows(workloads)) == pairs * len(PROBED)


def test_prod_routes_the_site_to_the_frontend_and_its_api_to_the_backend() -> None:
    (ingress,) = of_kind(overlay("prod"), "Ingress").values()
    (rule,) = ingress["spec"]["rules"]
    assert ingress["spec"]["ingressClassName"] == "nginx"
    assert [entry["hosts"] for entry in ingress["spec"]["tls"]] == [["todo.example.com"]]
    assert rule["host"] == "todo.example.com"
    assert {path["path"]: path["backend"]["service"] for path in rule["http"]["paths"]} == {
        "/": {"name": "todo-frontend", "port": {"name": "http"}},
        "/api": {"name": "todo-backend", "port": {"name": "http"}},
    }
    assert not [name for name in ingress["metadata"]["annotations"] if "rewrite" in name]
