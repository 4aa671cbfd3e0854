"""What fixtures cannot show of the rules about the network: sentences, remedies, not judged."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from policies.network import (
    network_default_deny,
    network_dns_allowed,
    network_flows_exact,
    network_isolated,
    network_peer_matches,
    network_policy_port_matches,
)
from tools.kubernetes.objects import Read, objects_in
from tools.kubernetes.resource import Resource, ResourceSet
from tools.rules.config import parse_facts
from tools.rules.rule import Rule
from tools.rules.run import Setting, Verdict, judge
from tools.rules.target import Target
from tools.source.document import parse
from tools.source.repository import Repository
from tools.trace.plain import PlainTrace

PODS = """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: api}}
        spec: {containers: [{name: api, ports: [{name: http, containerPort: 9090}]}]}
    """
DENY = """
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: deny, namespace: shop}
    spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
    """
CALICO = """
    ---
    apiVersion: projectcalico.org/v3
    kind: NetworkPolicy
    metadata: {name: more, namespace: shop}
    """
FLOWS = {"flows": [{"source": "web", "destination": "api", "port": 9090}]}


def policy(spec: str) -> str:
    head = "apiVersion: networking.k8s.io/v1, kind: NetworkPolicy"
    return f"\n---\n{{{head}, metadata: {{name: own, namespace: shop}}, spec: {spec}}}\n"


def verdict(rule: Rule, *texts: str, facts: dict[str, Any] | None = None) -> Verdict:
    return verdict_of([rule], *texts, facts=facts)


def verdict_of(rules: list[Rule], *texts: str, facts: dict[str, Any] | None = None) -> Verdict:
    documents = list(parse("".join(map(dedent, texts)), "objects.yaml"))
    reads = [found for found in objects_in(documents) if isinstance(found, Read)]
    resources = [Resource(read.data, index) for index, read in enumerate(reads)]
    target = Target("x", Repository(Path()), ResourceSet(resources))
    target.facts = parse_facts(facts or {})
    target.trace = PlainTrace({i: (read.document, read.path) for i, read in enumerate(reads)})
    settings = {rule.id: Setting(rule.severity, rule.options) for rule in rules}
    return judge({rule.id: rule for rule in rules}, settings, target)


def messages(rule: Rule, *texts: str, facts: dict[str, Any] | None = None) -> list[str]:
    found = verdict(rule, *texts, facts=facts)
    assert found.not_judged == []
    return [finding.message for finding in found.findings]


def reasons(rule: Rule, *texts: str, facts: dict[str, Any] | None = None) -> list[str]:
    found = verdict(rule, *texts, facts=facts)
    assert found.findings == []
    return [entry.reason for entry in found.not_judged]


def test_a_missing_flow_is_missing_on_every_side_that_is_shut() -> None:
    flow = "the flow from web to api (TCP 9090) that facts.flows declares: has no rule for it"
    assert messages(network_flows_exact.check, PODS, DENY, facts=FLOWS) == [
        f"shuts egress of Deployment/web to {flow}",
        f"shuts ingress of Deployment/api to {flow}",
    ]


def test_what_nothing_restricts_is_one_finding_for_each_direction_of_a_workload() -> None:
    more = "which opens more than the declared flows"
    assert sorted(messages(network_flows_exact.check, PODS, facts=FLOWS)) == [
        f"nothing restricts the {direction} of Deployment/{name}, {more}"
        for direction in ("egress", "ingress")
        for name in ("api", "web")
    ]


def test_one_field_that_opens_several_flows_is_one_finding() -> None:
    wide = policy(
        "{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: http}]}]}"
    )
    leaves = policy("{policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}")
    found = verdict(network_flows_exact.check, PODS, wide, leaves, facts=FLOWS).findings
    assert [finding.message for finding in found] == [
        "opens what no flow declares: Deployment/web to Deployment/web (TCP 8080); "
        "Deployment/api to Deployment/web (TCP 8080); Deployment/api to Deployment/api (TCP 9090)"
    ]
    assert {related.message for related in found[0].related} == {"opens the other side"}


def test_every_policy_that_opens_a_part_of_a_flow_is_named() -> None:
    """Two policies open a port each, and both a third one."""
    opens = "{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {}}], %s}]}"
    first = policy(opens % "ports: [{port: 81}, {port: 82}]").replace("name: own", "name: first")
    other = policy(opens % "ports: [{port: 82}, {port: 83}]")
    leaves = policy(
        "{policyTypes: [Egress], podSelector: {matchLabels: {app: web}}, egress: [{to: "
        "[{podSelector: {matchLabels: {app: api}}}]}]}"
    )
    facts = {"flows": [{"source": "api", "destination": "internet", "port": 443}]}
    found = verdict(network_flows_exact.check, PODS, DENY, first, other, leaves, facts=facts)
    extras = [f for f in found.findings if f.message.startswith("opens")]
    pair = "opens what no flow declares: Deployment/web to Deployment/api"
    assert [(f.resource.name if f.resource else "", f.message) for f in extras] == [
        ("first", f"{pair} (TCP 81-82)"),
        ("own", f"{pair} (TCP 83)"),
    ]
    assert [related.message for related in extras[0].related] == [
        "opens the other side",
        "opens it too",
    ]


DB = {"peers": {"db": {"namespace": "data", "pods": {"app": "db"}}}}
BOTH = {"peers": {"vpn": {"addresses": ["198.51.100.0/25", "198.51.100.128/26"]}}}


@pytest.mark.parametrize(
    ("facts", "destination", "port", "own", "remedy"),
    [
        (
            {}, "api", {"port": 9090}, "{podSelector: {}, policyTypes: [Egress]}",
            "Add a NetworkPolicy with podSelector: {matchLabels: {app: web}} and egress: "
            "[{to: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 9090}]}].",
        ),
        (
            {}, "api", {"port": 9090, "endPort": 9099, "protocol": "UDP"},
            "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}",
            "Add {to: [{podSelector: {matchLabels: {app: api}}}], "
            "ports: [{port: 9090, endPort: 9099, protocol: UDP}]} to egress.",
        ),
        (
            {}, "api", {"port": 9090},
            "{podSelector: {matchLabels: {app: web}}, "
            "egress: [{to: [{podSelector: {}}], ports: [{port: 80}]}]}",
            "Add {port: 9090} to these ports.",
        ),
        (
            {}, "api", {"port": 9090},
            "{podSelector: {matchLabels: {app: web}}, "
            "egress: [{to: [{podSelector: {matchLabels: {app: apo}}}], ports: [{port: 9090}]}]}",
            "Write {podSelector: {matchLabels: {app: api}}} here.",
        ),
        (
            DB, "db", {"port": 5432},
            "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}",
            "Add {to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}, "
            "podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]} to egress.",
        ),
        (
            BOTH, "vpn", {"port": 443},
            "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}",
            "Add {to: [{ipBlock: {cidr: '198.51.100.0/25'}}, "
            "{ipBlock: {cidr: '198.51.100.128/26'}}], ports: [{port: 443}]} to egress.",
        ),
        (
            {}, "internet", {"port": 443},
            "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}",
            "Add {to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 100.64.0.0/10, "
            "169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]}}], ports: [{port: 443}]} to egress.",
        ),
    ],
)  # fmt: skip
def test_what_to_write_is_told_whole(
    facts: dict[str, Any], destination: str, port: dict[str, Any], own: str, remedy: str
) -> None:
    flow = {"source": "web", "destination": destination, **port}
    found = verdict(network_flows_exact.check, PODS, policy(own), facts={**facts, "flows": [flow]})
    (missing,) = (f for f in found.findings if f.message.startswith("shuts egress"))
    assert missing.remedy == remedy


def test_what_is_written_as_told_opens_the_flow() -> None:
    """The remedies for both sides of a connection, taken as they are."""
    flows = {"flows": [{"source": "web", "destination": "api", "port": 9090}]}
    shut = verdict(network_flows_exact.check, PODS, DENY, facts=flows).findings
    made = []
    for number, finding in enumerate(shut):
        _, spec = finding.remedy.split("Add a NetworkPolicy with ")
        text = f"{{{spec.removesuffix('.').replace(' and ', ', ')}, policyTypes: [%s]}}"
        kind = "Egress" if "egress" in text else "Ingress"
        made.append(policy(text % kind).replace("name: own", f"name: own-{number}"))
    assert len(made) == 2
    assert messages(network_flows_exact.check, PODS, DENY, *made, facts=flows) == []


def test_what_is_open_is_told_as_the_flow_that_would_declare_it() -> None:
    wide = policy("{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 22}]}]}")
    leaves = policy("{policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}")
    found = verdict(network_flows_exact.check, PODS, wide, leaves, facts=FLOWS).findings
    opened = next(f for f in found if f.message.startswith("opens"))
    assert opened.remedy == (
        "Shut it, or declare it in facts.flows: {source: web, destination: web, port: 22}."
    )


def test_a_flow_to_somebody_whom_nobody_knows_is_not_judged() -> None:
    facts = {"flows": [*FLOWS["flows"], {"source": "web", "destination": "mailer", "port": 25}]}
    found = verdict(network_flows_exact.check, PODS, DENY, facts=facts)
    assert [entry.reason for entry in found.not_judged] == [
        "no workload or peer of a flow is called 'mailer' here"
    ]


def test_the_port_of_the_service_in_a_policy_is_one_mistake() -> None:
    """It shuts the declared flow and the NodePort, too; who mends the port mends all."""
    service = """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
        """
    enters = policy(
        "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: "
        "{cidr: 198.51.100.0/25}}, {ipBlock: {cidr: 198.51.100.128/26}}], ports: [{port: 80}]}]}"
    )
    facts = {**BOTH, "flows": [{"source": "vpn", "destination": "web", "port": 8080}]}
    rules = [network_flows_exact.check, network_policy_port_matches.check]
    found = verdict_of(rules, PODS, DENY, service, enters, facts=facts).findings
    assert [finding.rule for finding in found] == ["network-policy-port-matches"]
    found = verdict_of(rules[:1], PODS, DENY, service, enters, facts=facts).findings
    assert [finding.message.partition(" that ")[0] for finding in found] == [
        "shuts ingress of Deployment/web to the flow from vpn to web (TCP 8080)"
    ]


def test_more_pods_than_declared_are_told_the_labels_that_are() -> None:
    """Whoever is let in by the namespace alone brings its other pods along."""
    enters = policy(
        "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: "
        "{matchLabels: {kubernetes.io/metadata.name: data}}}], ports: [{port: http}]}]}"
    )
    facts = {**DB, "flows": [{"source": "db", "destination": "web", "port": 8080}]}
    (found,) = verdict(network_flows_exact.check, PODS, DENY, enters, facts=facts).findings
    assert found.message == (
        "opens what no flow declares: pods app!=db of namespace data to Deployment/web (TCP 8080)"
    )
    assert found.remedy == (
        "Write {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}, "
        "podSelector: {matchLabels: {app: db}}} here, or declare who else that is in facts.peers "
        "and facts.flows."
    )


def test_what_a_policy_opens_that_may_select_the_pods_is_not_judged() -> None:
    """Which of a StatefulSet's pods has the label no template says."""
    database = """
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db, namespace: shop}
        spec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db}]}}}
        """
    first = policy(
        "{podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: db-0}}, "
        "ingress: [{from: [{ipBlock: {cidr: 8.8.8.0/24}}], ports: [{port: 5432}]}]}"
    )
    facts = {"flows": [{"source": "db", "destination": "internet", "port": 443}]}
    found = verdict(network_flows_exact.check, database, DENY, first, facts=facts)
    assert [entry.reason for entry in found.not_judged] == [
        "whether it opens what no flow declares, 8.8.8.0/24 to StatefulSet/db (TCP 5432), "
        "is for the cluster to say"
    ]


def test_what_may_be_open_besides_is_not_judged() -> None:
    """Whether pods have addresses of the block is for the cluster to say."""
    out = policy(
        "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress],"
        " egress: [{to: [{ipBlock: {cidr: 10.8.0.0/16}}], ports: [{port: 9090}]}]}"
    )
    enters = policy("{podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 9090}]}]}")
    peers = {
        "vpn": {"addresses": ["10.8.0.0/16"]},
        "all": {"addresses": ["0.0.0.0/0", "::/0"]},
    }
    flows = [
        {"source": "web", "destination": "vpn", "port": 9090},
        {"source": "all", "destination": "api", "port": 9090},
    ]
    assert reasons(
        network_flows_exact.check, PODS, DENY, out, enters, facts={"peers": peers, "flows": flows}
    ) == [
        "whether it opens what no flow declares, Deployment/web to Deployment/api (TCP 9090), "
        "is for the cluster to say"
    ]


@pytest.mark.parametrize(
    ("rule", "more", "facts", "said"),
    [
        (network_default_deny, "", {}, ["Deployment web"]),
        (network_isolated, "", {}, ["Deployment web", "Deployment api"]),
        (network_dns_allowed, DENY, {}, ["Deployment web", "Deployment api"]),
        (network_flows_exact, DENY, FLOWS, ["Deployment web"]),
    ],
)
def test_beside_policies_of_a_plugin_nothing_is_certain(
    rule: Any, more: str, facts: dict[str, Any], said: list[str]
) -> None:
    found = verdict(rule.check, PODS, more, CALICO, facts=facts)
    assert found.findings == []
    assert [f"{n.resource.kind} {n.resource.name}" for n in found.not_judged if n.resource] == said
    assert all("for the network plugin" in entry.reason for entry in found.not_judged)
    assert not any(entry.blocking for entry in found.not_judged)


def test_a_flow_that_the_cluster_decides_is_not_judged() -> None:
    blocks = policy(
        "{podSelector: {matchLabels: {app: api}},"
        " ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 9090}]}]}"
    )
    found = verdict(network_flows_exact.check, PODS, blocks, facts=FLOWS)
    assert [entry.reason for entry in found.not_judged] == [
        "whether policies let pass from web to api (TCP 9090), ingress of Deployment/api, "
        "is for the cluster to say",
        "whether it opens what no flow declares, Deployment/api to Deployment/api (TCP 9090), "
        "is for the cluster to say",
    ]


def test_the_dns_is_cut_once_for_all_pods_of_a_policy() -> None:
    assert messages(network_dns_allowed.check, PODS, DENY) == [
        "keeps Deployment/web, Deployment/api from the cluster's DNS by UDP and TCP: "
        "has no rule for it"
    ]


def test_a_port_of_the_service_is_called_that() -> None:
    service = """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api, namespace: shop}
        spec: {selector: {app: api}, ports: [{port: 80, targetPort: http}]}
        """
    rules = "{podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 80}]}]}"
    assert messages(network_policy_port_matches.check, PODS, service, policy(rules)) == [
        "TCP 80 is no port of 'Deployment/api', which declares 9090 http: "
        "it is a port of Service 'api', which leads to 'http'"
    ]


def test_a_peer_in_a_namespace_that_nobody_knows_is_not_judged() -> None:
    name = "kubernetes.io/metadata.name: far-away"
    rules = f"{{ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{{name}}}}}}}]}}]}}"
    assert reasons(network_peer_matches.check, PODS, policy(rules)) == [
        "the peer is in namespace 'far-away', of which nothing is known"
    ]
    facts = {"peers": {"logs": {"namespace": "far-away", "pods": {"app": "logs"}}}}
    assert reasons(network_peer_matches.check, PODS, policy(rules), facts=facts) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [("montoring", True), ("mointoring", True), ("monitoring-2", False), ("monitor", False)],
)
def test_a_slip_of_the_keyboard_in_the_name_of_a_namespace_is_found(name: str, meant: bool) -> None:
    facts = {"peers": {"logs": {"namespace": "monitoring", "pods": {"app": "logs"}}}}
    selector = f"{{matchLabels: {{kubernetes.io/metadata.name: {name}}}}}"
    rules = f"{{ingress: [{{from: [{{namespaceSelector: {selector}}}]}}]}}"
    found = verdict(network_peer_matches.check, PODS, policy(rules), facts=facts).findings
    said = f"no namespace {name!r} is known; did you mean 'monitoring'?"
    assert [finding.message for finding in found] == [said] * meant
