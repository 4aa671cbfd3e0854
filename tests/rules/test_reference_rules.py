"""How sure the rules about references are: what is an error, what a warning, and in which words."""

from pathlib import Path
from typing import Any

import pytest

from policies.references import env_url_resolves, named_object_exists
from policies.secrets import secret_key_used
from tests.plain_target import plain_target
from tools.rules.config import parse_facts
from tools.rules.rule import Rule, Severity
from tools.rules.run import Setting, judge

PULL = """
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: shop}
    spec: {imagePullSecrets: [{name: registry}]}
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: another, namespace: shop}
"""
EXTERNAL = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: app, namespace: shop}
    spec: {data: [{secretKey: SEARCH_KEY, remoteRef: {key: app}}]}
"""
CALLER = """
    apiVersion: v1
    kind: Service
    metadata: {{name: frontend, namespace: shop}}
    spec: {{ports: [{{port: 80}}]}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {{name: web, namespace: shop}}
    spec: {{containers: [{{name: web, env: [{{name: API, value: "{url}"}}]}}]}}
"""
NAMESPACE = """
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
"""


def told(rule: Rule, *texts: str, facts: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Severity and sentence of what one rule finds in YAML texts."""
    target = plain_target(*texts, root=Path("/nowhere"), facts=parse_facts(facts or {}))
    setting = Setting(rule.severity, rule.options)
    found = judge({rule.id: rule}, {rule.id: setting}, target).findings
    return [(finding.severity.word, finding.message) for finding in found]


@pytest.mark.parametrize(
    ("more", "facts", "severity"),
    [
        ("", {}, Severity.WARNING),
        ("", {"secretKeys": {"other": ["key"]}}, Severity.ERROR),
        (EXTERNAL, {}, Severity.ERROR),
    ],
)
def test_a_missing_secret_is_an_error_where_secrets_are_declared(
    more: str, facts: dict[str, Any], severity: Severity
) -> None:
    expected = [(severity.word, "nothing delivers Secret 'registry'")]
    assert told(named_object_exists.check, PULL, more, facts=facts) == expected


def test_the_declared_secret_that_is_meant_is_named() -> None:
    hint = "did you mean 'registry2'?"
    facts = {"secretKeys": {"registry2": [".dockerconfigjson"]}}
    expected = [("error", f"nothing delivers Secret 'registry'; {hint}")]
    assert told(named_object_exists.check, PULL, facts=facts) == expected


@pytest.mark.parametrize(
    ("url", "more", "severity"),
    [
        ("http://api:8001", NAMESPACE, Severity.ERROR),
        ("http://api:8001", "", Severity.WARNING),
        ("redis://api:6379", NAMESPACE, Severity.WARNING),
    ],
)
def test_a_bare_name_is_a_missing_service_of_a_namespace_whose_services_are_here(
    url: str, more: str, severity: Severity
) -> None:
    why = "which does not exist in namespace 'shop'"
    expected = [(severity.word, f"{url!r} names Service 'api', {why}")]
    assert told(env_url_resolves.check, CALLER.format(url=url), more) == expected
    declared = {"services": ["shop/api"]}
    assert told(env_url_resolves.check, CALLER.format(url=url), more, facts=declared) == []


def test_a_key_that_is_only_optional_in_the_pod_is_named_where_it_is_delivered() -> None:
    pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: shop}
        spec:
          containers:
            - name: web
              env:
                - name: SEARCH
                  valueFrom: {secretKeyRef: {name: app, key: SEARCH_API_KEY, optional: true}}
    """
    hint = "did you mean 'SEARCH_API_KEY', which Pod/web takes if it can?"
    sentence = f"no pod takes key 'SEARCH_KEY' of Secret 'app'; {hint}"
    assert told(secret_key_used.check, EXTERNAL, pod) == [("warning", sentence)]
