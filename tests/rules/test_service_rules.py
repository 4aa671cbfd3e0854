"""What fixtures cannot show of the rules about Services: sentences, severities, not judged."""

import pytest

from policies.services import (
    ingress_backend_resolves,
    ingress_rewrite_keeps_path,
    port_valid,
    service_port_resolves,
    service_selector_unique,
    service_selects_pods,
)
from tests.plain_target import judged, plain_target
from tools.rules.rule import Rule, Severity
from tools.rules.run import Setting, Verdict, judge

DEPLOYMENT = """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: web, ports: [{name: http, containerPort: 8080}]}]}
    """
SERVICE = """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: front, namespace: shop}
    spec: {selector: {app: front}, ports: [{name: http, port: 80, targetPort: 8080}]}
    """
INGRESS = """
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web
      namespace: shop
      annotations: {nginx.ingress.kubernetes.io/rewrite-target: /}
    spec:
      rules:
        - http:
            paths:
              - {path: /a, backend: {service: {name: front, port: {number: 8080}}}}
              - {path: /b, backend: {service: {name: front, port: {number: 80}}}}
    """
OPERATED = "\n---\n{apiVersion: db.example.com/v1, kind: Cluster, metadata: {name: db}}\n"


def verdict(rule: Rule, *texts: str) -> Verdict:
    """One rule with its default options on the objects of YAML texts."""
    target = plain_target(*texts)
    return judged(rule, target)


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ([SERVICE], "nothing in this target runs in the namespace of the Service"),
        (
            [SERVICE, DEPLOYMENT.replace("namespace: shop", "namespace: bank")],
            "nothing in this target runs in the namespace of the Service",
        ),
        (
            [
                SERVICE.replace(", namespace: shop", ""),
                DEPLOYMENT.replace("app: web", "app: front"),
            ],
            "a pod has the labels, but the namespace of one of the two is not stated",
        ),
        (
            [SERVICE, DEPLOYMENT, OPERATED],
            "its pods may be made by the operator of 'Cluster/db'",
        ),
    ],
)
def test_pods_may_come_from_where_nobody_can_look(texts: list[str], reason: str) -> None:
    found = verdict(service_selects_pods.check, *texts)
    assert found.findings == []
    assert [(entry.reason, entry.blocking) for entry in found.not_judged] == [(reason, False)]


def test_the_label_that_is_wrong_is_named() -> None:
    nearly = SERVICE.replace("app: front", "app: wed").replace("name: front", "name: web")
    (found,) = verdict(service_selects_pods.check, DEPLOYMENT, nearly).findings
    assert (
        found.message
        == "selects no pod: for 'Deployment/web', label 'app' must be 'wed' and is 'web'"
    )
    assert found.path == ("spec", "selector", "app")
    assert [related.place.line for related in found.related] == [8]

    (found,) = verdict(service_selects_pods.check, DEPLOYMENT, SERVICE).findings
    assert found.message == "no pod of the namespace has the labels app=front"


def test_what_is_declared_instead_is_named() -> None:
    wrong = SERVICE.replace("app: front", "app: web").replace("8080", "8081")
    (found,) = verdict(service_port_resolves.check, DEPLOYMENT, wrong).findings
    assert found.message == "port 'http' leads to 8081, and 'Deployment/web' declares 8080 http"

    other = wrong.replace("targetPort: 8081", "targetPort: 8080, protocol: UDP")
    (found,) = verdict(service_port_resolves.check, DEPLOYMENT, other).findings
    assert found.message == "port 'http' leads to 8080 UDP, and 'Deployment/web' declares 8080 http"


def test_an_invalid_port_is_one_finding() -> None:
    quoted = SERVICE.replace("app: front", "app: web").replace("8080", "'8080'")
    rules = {rule.id: rule for rule in (port_valid.check, service_port_resolves.check)}
    target = plain_target(DEPLOYMENT + quoted)
    settings = {rule.id: Setting(rule.severity, rule.options) for rule in rules.values()}
    (finding,) = judge(rules, settings, target).findings
    assert (
        finding.message == "targetPort is '8080': in quotes it is a name, and names need a letter"
    )


def test_a_port_in_two_containers_is_a_warning() -> None:
    one = "{name: http, containerPort: 8080}"
    two = DEPLOYMENT.replace(f"[{one}]}}", f"[{one}]}}, {{name: side, ports: [{one}]}}")
    assert [f.severity for f in verdict(port_valid.check, two).findings] == [Severity.WARNING]
    twice = DEPLOYMENT.replace(one, f"{one}, {one}")
    assert [f.severity for f in verdict(port_valid.check, twice).findings] == [Severity.ERROR]


def test_the_program_that_is_reached_by_accident_is_named() -> None:
    worker = DEPLOYMENT.replace("name: web, image", "name: web, command: [work], image").replace(
        "metadata: {name: web, n", "metadata: {name: worker, n"
    )
    both = SERVICE.replace("app: front", "app: web")
    (found,) = verdict(service_selector_unique.check, DEPLOYMENT, worker, both).findings
    assert found.message == (
        "sends port 80 to 'Deployment/web' and to 'Deployment/worker', which is another program"
    )


def test_a_port_of_the_pods_is_not_one_of_the_service() -> None:
    (found,) = verdict(ingress_backend_resolves.check, SERVICE, INGRESS).findings
    assert found.message == (
        "Service 'front' has no port 8080, but 80 http; 8080 is that of its pods"
    )


def test_a_service_may_come_from_where_nobody_can_look() -> None:
    elsewhere = SERVICE.replace("name: front", "name: other")
    for texts, reason in (
        ([INGRESS], "Service 'front' is not in this target, nor any other of its namespace"),
        (
            [INGRESS, elsewhere, OPERATED],
            "Service 'front' is not in this target: the operator of 'Cluster/db' may make it",
        ),
    ):
        found = verdict(ingress_backend_resolves.check, *texts)
        assert found.findings == []
        assert [entry.reason for entry in found.not_judged] == [reason] * 2
    found = verdict(ingress_backend_resolves.check, INGRESS, elsewhere)
    assert [f.message for f in found.findings] == [
        "there is no Service 'front' in its namespace"
    ] * 2


@pytest.mark.parametrize(
    ("old", "new", "severity", "lost"),
    [
        ("/x", "/x", Severity.ERROR, "'/a' and '/b' reaches the program as '/'"),
        ("target: /", "target: /v1", Severity.ERROR, "'/a' and '/b' reaches the program as '/v1'"),
        ("path: /a", "path: /b", Severity.ERROR, "'/b' reaches the program as '/'"),
    ],
)
def test_lost_paths_are_named(old: str, new: str, severity: Severity, lost: str) -> None:
    text = INGRESS.replace(old, new)
    (found,) = verdict(ingress_rewrite_keeps_path.check, text).findings
    assert (found.severity, found.message) == (severity, f"whatever is below {lost}")
    assert len(found.related) == 2


def test_one_path_with_a_constant_may_be_an_endpoint() -> None:
    text = INGRESS.replace("target: /", "target: /v1").replace("path: /a", "path: /b")
    (found,) = verdict(ingress_rewrite_keeps_path.check, text).findings
    assert found.severity is Severity.WARNING
