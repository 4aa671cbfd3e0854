"""What NetworkPolicies mean, one subtlety at a time.

https://kubernetes.io/docs/concepts/services-networking/network-policies/ and the API reference of
NetworkPolicy v1.
"""

from typing import Any

import pytest
import yaml

from tools.kubernetes.pod import pod_of
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.traffic.ends import Outsider
from tools.kubernetes.traffic.matrix import Matrix
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.spans import addresses, port_words

PODS = """
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}},
 spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api, tier: back}},
 spec: {containers: [{name: api, ports: [{name: http, containerPort: 9090},
                                         {name: dns, containerPort: 5353, protocol: UDP}]}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: spy, namespace: bank, labels: {app: web}},
 spec: {containers: [{name: spy}]}}
"""
BANK = "{apiVersion: v1, kind: Namespace, metadata: {name: bank, labels: {team: red}}}"
EVERYBODY = ["Pod/api", "Pod/spy", "Pod/web"]


def policy(spec: str, namespace: str = "shop") -> str:
    metadata = f"{{name: policy, namespace: {namespace}}}"
    head = f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {metadata}"
    return f"{head}, spec: {spec}}}"


def matrix(*documents: str, **more: Any) -> Matrix:
    text = "\n---\n".join(documents)
    made = [Resource(data, i) for i, data in enumerate(yaml.safe_load_all(text))]
    return Matrix(ResourceSet(made), [pod for pod in map(pod_of, made) if pod], **more)


def callers(made: Matrix, destination: str = "Pod/api") -> list[str]:
    """Who reaches a destination for certain, and with a `?` who may."""
    found = [flow for flow in made.flows if flow.destination.slug == destination]
    return sorted(flow.source.slug + ("" if flow.ports else "?") for flow in found)


def opened(made: Matrix, source: str = "Pod/web", destination: str = "Pod/api") -> str:
    """The ports that are open from one workload to another."""
    ends = {end.slug: end for end in made.ends}
    return port_words(made.flow(ends[source], ends[destination]).ports)


def ingress(rules: str) -> Matrix:
    return matrix(PODS, policy(f"{{podSelector: {{matchLabels: {{app: api}}}}, ingress: {rules}}}"))


def test_without_policies_everything_flows_to_itself_too() -> None:
    made = matrix(PODS)
    assert callers(made) == EVERYBODY
    assert opened(made) == "every port"


@pytest.mark.parametrize(
    ("spec", "isolated"),
    [
        ("{}", "I"),
        ("{policyTypes: []}", "I"),
        ("{ingress: []}", "I"),
        ("{egress: []}", "I"),
        ("{egress: [{}]}", "IE"),
        ("{egress: [{ports: [{port: 53}]}]}", "IE"),
        ("{policyTypes: [Egress]}", "E"),
        ("{policyTypes: [Egress], ingress: [{}]}", "E"),
        ("{policyTypes: [Ingress], egress: [{}]}", "I"),
        ("{policyTypes: [Egress, Ingress]}", "IE"),
        ("{policyTypes: null, podSelector: null}", "I"),
    ],
)
def test_policy_types_by_default_are_ingress_and_egress_if_there_are_egress_rules(
    spec: str, isolated: str
) -> None:
    made = matrix(PODS, policy(spec))
    web = next(end for end in made.ends if end.slug == "Pod/web")
    found = [way.name[0] for way in Direction if made.side(web, way).policies]
    assert "".join(found) == isolated


def test_rules_of_a_direction_that_policy_types_leaves_out_are_ignored() -> None:
    deny = policy("{policyTypes: [Ingress]}")
    ignored = policy("{policyTypes: [Egress], ingress: [{}], egress: [{}]}")
    assert callers(matrix(PODS, deny, ignored)) == []


def test_a_policy_selects_pods_of_its_own_namespace_only() -> None:
    made = matrix(PODS, policy("{podSelector: {}}"))
    assert callers(made, "Pod/spy") == EVERYBODY
    assert callers(made, "Pod/api") == []


@pytest.mark.parametrize("selector", ["", "podSelector: {}", "podSelector: null"])
def test_an_empty_selector_and_none_select_every_pod(selector: str) -> None:
    made = matrix(PODS, policy(f"{{{selector}}}"))
    assert callers(made, "Pod/web") == callers(made, "Pod/api") == []


def test_policies_add_up_whatever_isolates() -> None:
    deny = policy("{podSelector: {}}")
    allow = policy("{ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}")
    assert callers(matrix(PODS, deny, allow)) == ["Pod/web"]
    assert callers(matrix(PODS, allow, deny)) == ["Pod/web"]


def test_a_connection_needs_both_sides() -> None:
    enters = policy("{podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 9090}]}]}")
    leaves = policy(
        "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress],"
        " egress: [{ports: [{port: 9090}, {port: 80}]}]}"
    )
    assert opened(matrix(PODS, enters, leaves)) == "TCP 9090"
    assert opened(matrix(PODS, leaves)) == "TCP 80, TCP 9090"
    shut = policy("{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}")
    assert callers(matrix(PODS, enters, shut)) == ["Pod/api", "Pod/spy"]


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("[]", []),
        ("null", []),
        ("[{}]", EVERYBODY),
        ("[null]", EVERYBODY),
        ("[{from: []}]", EVERYBODY),
        ("[{from: null, ports: []}]", EVERYBODY),
        ("[{from: [{}]}]", []),
        ("[{from: [{podSelector: {}}]}]", ["Pod/api", "Pod/web"]),
        ("[{from: [{podSelector: null}]}]", []),
        ("[{from: [{namespaceSelector: {}}]}]", EVERYBODY),
        ("[{from: [{podSelector: {matchLabels: {app: web}}}]}]", ["Pod/web"]),
        ("[{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}]",
         ["Pod/spy", "Pod/web"]),
        ("[{from: [{namespaceSelector: {}}, {podSelector: {matchLabels: {app: web}}}]}]",
         EVERYBODY),
        ("[{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}}]}]",
         ["Pod/spy"]),
        ("[{from: [{podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}}]}]",
         ["Pod/web"]),
        ("[{from: [{podSelector: {matchExpressions: [{key: tier, operator: NotIn,"
         " values: [front]}]}}]}]", ["Pod/api", "Pod/web"]),
        ("[{from: [{podSelector: {matchExpressions: [{key: tier, operator: Near}]}}]}]", []),
        ("[{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", EVERYBODY),
        ("[{from: [{ipBlock: {cidr: 8.0.0.0/8}}]}]", []),
        ("[{from: [{ipBlock: {cidr: '::/0'}}]}]", []),
        ("[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", ["Pod/api?", "Pod/spy?", "Pod/web?"]),
        ("[{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 100.64.0.0/10,"
         " 172.16.0.0/12, 192.168.0.0/16]}}]}]", []),
        ("[{from: [{ipBlock: {cidr: nonsense}}]}]", []),
    ],
)  # fmt: skip
def test_peers(rules: str, allowed: list[str]) -> None:
    assert callers(ingress(rules)) == allowed


def test_declared_pod_networks_make_blocks_certain() -> None:
    rules = "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.9.0.0/16]}}]}]}"
    inside = matrix(PODS, policy(rules), pod_networks=["10.244.0.0/16"])
    assert callers(inside) == EVERYBODY
    assert callers(matrix(PODS, policy(rules), pod_networks=["10.9.1.0/24"])) == []


def test_labels_of_namespaces_are_those_of_the_render_or_declared_else_unknown() -> None:
    rules = "{ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}}]}]}"
    assert callers(matrix(PODS, policy(rules))) == ["Pod/api?", "Pod/spy?", "Pod/web?"]
    shop = {"shop": {"team": "blue"}}
    assert callers(matrix(PODS, BANK, policy(rules), namespaces=shop)) == ["Pod/spy"]
    renamed = BANK.replace("team: red", "team: red, kubernetes.io/metadata.name: shop")
    by_name = rules.replace("team: red", "kubernetes.io/metadata.name: bank")
    assert callers(matrix(PODS, renamed, policy(by_name))) == ["Pod/spy"], "the server corrects it"


@pytest.mark.parametrize(
    ("ports", "allowed"),
    [
        ("[]", "every port"),
        ("[{}]", "TCP"),
        ("[{protocol: UDP}]", "UDP"),
        ("[{port: 80}]", "TCP 80"),
        ("[{port: 80, protocol: null}]", "TCP 80"),
        ("[{port: 80, endPort: 90}]", "TCP 80-90"),
        ("[{port: 80, endPort: 80}]", "TCP 80"),
        ("[{port: 80, endPort: 70}]", ""),
        ("[{port: 80}, {port: 81}, {port: 82, protocol: SCTP}]", "TCP 80-81, SCTP 82"),
        ("[{port: http}]", "TCP 9090"),
        ("[{port: http, protocol: UDP}]", ""),
        ("[{port: dns, protocol: UDP}]", "UDP 5353"),
        ("[{port: unheard-of}]", ""),
        ("[{port: '80'}]", ""),
        ("[{port: 70000}]", ""),
        ("[{port: 80, protocol: ICMP}]", ""),
    ],
)
def test_ports(ports: str, allowed: str) -> None:
    assert opened(ingress(f"[{{ports: {ports}}}]")) == allowed


def test_a_named_port_is_the_number_that_each_destination_gives_it() -> None:
    made = matrix(PODS, policy("{policyTypes: [Egress], egress: [{ports: [{port: http}]}]}"))
    assert opened(made, "Pod/web", "Pod/api") == "TCP 9090"
    assert opened(made, "Pod/api", "Pod/web") == "TCP 8080"
    assert opened(made, "Pod/api", "Pod/spy") == ""


def test_sidecars_have_named_ports_and_finished_init_containers_do_not() -> None:
    pod = """
        {apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop}, spec: {
          initContainers: [
            {name: setup, ports: [{name: setup, containerPort: 1}]},
            {name: proxy, restartPolicy: Always, ports: [{name: proxy, containerPort: 2}]}],
          containers: [{name: api}]}}"""
    made = matrix(pod, policy("{ingress: [{ports: [{port: setup}, {port: proxy}]}]}"))
    assert opened(made, "Pod/api", "Pod/api") == "TCP 2"


def test_jobs_have_the_labels_of_their_template_and_the_name_of_their_job() -> None:
    template = "template: {metadata: {labels: {app: job}}, spec: {containers: []}}"
    jobs = f"""
{{apiVersion: batch/v1, kind: Job, metadata: {{name: migrate, namespace: shop}},
  spec: {{{template}}}}}
---
{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: nightly, namespace: shop}},
  spec: {{jobTemplate: {{spec: {{{template}}}}}}}}}
"""
    by_label = "{ingress: [{from: [{podSelector: {matchLabels: {app: job}}}]}]}"
    by_name = by_label.replace("app: job", "batch.kubernetes.io/job-name: migrate")
    assert callers(matrix(PODS, jobs, policy(by_label))) == ["CronJob/nightly", "Job/migrate"]
    assert callers(matrix(PODS, jobs, policy(by_name))) == ["CronJob/nightly?", "Job/migrate"]


def test_a_label_that_a_controller_gives_to_some_of_the_pods_decides_nothing() -> None:
    database = """
        {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: shop}, spec: {
          template: {metadata: {labels: {app: db}}, spec: {containers: []}}}}"""
    first = "{matchLabels: {statefulset.kubernetes.io/pod-name: db-0}}"
    made = matrix(PODS, database, policy(f"{{podSelector: {first}}}"))
    assert callers(made, "StatefulSet/db") == [
        f"{name}?" for name in [*EVERYBODY, "StatefulSet/db"]
    ]


def test_pods_in_the_network_of_their_node_are_certain_only_where_no_policy_matters() -> None:
    node = """
        {apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: shop, labels: {app: web}},
         spec: {hostNetwork: true, containers: []}}"""
    made = matrix(PODS, node)
    assert callers(made, "Pod/agent") == ["Pod/agent", *EVERYBODY]
    rules = "{podSelector: {matchLabels: {app: api}}, ingress: [%s]}"
    assert "Pod/agent?" in callers(matrix(PODS, node, policy(rules % "")))
    web = "{from: [{podSelector: {matchLabels: {app: web}}}]}"
    assert callers(matrix(PODS, node, policy(rules % web))) == ["Pod/agent?", "Pod/web"]
    assert "Pod/agent" in callers(matrix(PODS, node, policy(rules % "{}")))
    shut = policy("{podSelector: {matchLabels: {app: web}}}")
    assert callers(matrix(PODS, node, shut), "Pod/agent") == [
        "Pod/agent?", "Pod/api?", "Pod/spy?", "Pod/web?",
    ]  # fmt: skip


def test_pods_and_policies_without_a_namespace_belong_together() -> None:
    bare = PODS.replace("namespace: shop, ", "")
    shut = policy("{}").replace(", namespace: shop", "")
    assert callers(matrix(bare, shut)) == []
    known = "{ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}}]}]}"
    made = matrix(bare, policy(known).replace(", namespace: shop", ""))
    assert callers(made) == ["Pod/api?", "Pod/spy?", "Pod/web?"]


def test_policies_of_other_groups_are_none_of_kubernetes() -> None:
    calico = policy("{}").replace("networking.k8s.io/v1", "crd.projectcalico.org/v1")
    made = matrix(PODS, calico)
    assert callers(made) == EVERYBODY
    assert [str(resource.ref) for resource in made.other_policies] == ["NetworkPolicy shop/policy"]


HOST = Outsider("host", addresses=addresses("203.0.113.7/32"))
EXPORTER = Outsider("exporter", {"kubernetes.io/metadata.name": "ops"}, {"app": "exporter"})


@pytest.mark.parametrize(
    ("peers", "host", "exporter"),
    [
        ("", True, True),
        ("to: []", True, True),
        ("to: [{podSelector: {}}]", False, False),
        ("to: [{namespaceSelector: {}}]", False, True),
        ("to: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]", False, False),
        (
            "to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}}]",
            False,
            True,
        ),
        ("to: [{namespaceSelector: {matchLabels: {team: ops}}}]", False, False),
        ("to: [{ipBlock: {cidr: 203.0.113.0/24}}]", True, False),
        ("to: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.7/32]}}]", False, False),
        ("to: [{ipBlock: {cidr: 203.0.113.0/30}}, {ipBlock: {cidr: 203.0.113.4/30}}]", True, False),
        ("to: [{ipBlock: {cidr: 10.0.0.0/8}}]", False, None),
        ("to: [{ipBlock: {cidr: 0.0.0.0/0}}]", True, True),
    ],
)
def test_who_stands_outside(peers: str, host: bool, exporter: bool | None) -> None:
    made = matrix(PODS, policy(f"{{policyTypes: [Egress], egress: [{{{peers}}}]}}"))
    web = next(end for end in made.ends if end.slug == "Pod/web")
    assert made.permits(web, Direction.EGRESS, HOST, "TCP", 443) is host
    assert made.permits(web, Direction.EGRESS, EXPORTER, "TCP", 443) is exporter
    assert made.permits(web, Direction.INGRESS, HOST, "TCP", 443) is True, "nothing restricts it"


def test_the_internet_is_reached_by_either_family_of_addresses() -> None:
    internet = matrix().outsiders["internet"]
    for cidr, reached in (("0.0.0.0/0", True), ("::/0", True), ("0.0.0.0/1", False)):
        rules = f"{{policyTypes: [Egress], egress: [{{to: [{{ipBlock: {{cidr: '{cidr}'}}}}]}}]}}"
        made = matrix(PODS, policy(rules))
        assert made.permits(made.ends[0], Direction.EGRESS, internet, "TCP", 443) is reached
