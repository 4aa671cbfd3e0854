"""Which connections the rendered NetworkPolicies permit, at both of their ends.

A model of the API's documented meaning: policies add up, a pod that none selects is open, and a
connection needs the egress of its source and the ingress of its target.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from itertools import permutations

from tests.manifests.rendered import Object, Objects, container, of_kind

Flow = tuple[str, str, str, int]  # from, to, protocol, port


@dataclass(frozen=True)
class Peer:
    """Whatever can open or accept a connection: a pod, or an address without labels."""

    name: str
    address: str
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Attempt:
    source: Peer
    target: Peer
    protocol: str
    port: int

    @property
    def flow(self) -> Flow:
        return self.source.name, self.target.name, self.protocol, self.port


# What stands outside the render, each for a place that a loose policy would open.
OUTSIDE = (
    Peer("internet", "203.0.113.7"),
    Peer("private 10/8", "10.1.2.3"),
    Peer("private 172.16/12", "172.20.1.2"),
    Peer("private 192.168/16", "192.168.49.1"),
    Peer("shared 100.64/10", "100.64.1.2"),
    Peer("metadata", "169.254.169.254"),
    Peer("dns", "10.244.0.2", "kube-system", {"k8s-app": "kube-dns"}),
    Peer("other system pod", "10.244.0.3", "kube-system", {"k8s-app": "metrics-server"}),
    Peer(
        "ingress controller",
        "10.244.0.4",
        "ingress-nginx",
        {
            "app.kubernetes.io/name": "ingress-nginx",
            "app.kubernetes.io/component": "controller",
        },
    ),
    Peer(
        "other pod of the controller's namespace",
        "10.244.0.5",
        "ingress-nginx",
        {"app.kubernetes.io/name": "ingress-nginx"},
    ),
    Peer("impostor", "10.244.0.6", "default", {"app.kubernetes.io/name": "todo-backend"}),
)
PROBED = [("UDP", 53), ("UDP", 443)] + [
    ("TCP", port) for port in (22, 53, 80, 443, 3000, 5432, 8000, 8001, 30080, 30081)
]


def flows(objects: Objects) -> set[Flow]:
    """Every probed connection from or to a pod of the render that both its ends permit."""
    ours, policies = pods(objects), of_kind(objects, "NetworkPolicy").values()
    return {
        attempt.flow
        for attempt in attempts([*ours, *OUTSIDE])
        if (attempt.source in ours or attempt.target in ours)
        and (attempt.source not in ours or leaves(policies, attempt))
        and (attempt.target not in ours or enters(policies, attempt))
    }


def left(objects: Objects) -> set[Flow]:
    """The connections between pods of the render that the source's policies permit."""
    policies = of_kind(objects, "NetworkPolicy").values()
    return {a.flow for a in attempts(pods(objects)) if leaves(policies, a)}


def entered(objects: Objects) -> set[Flow]:
    """The connections between pods of the render that the target's policies permit."""
    policies = of_kind(objects, "NetworkPolicy").values()
    return {a.flow for a in attempts(pods(objects)) if enters(policies, a)}


def attempts(peers: Sequence[Peer]) -> Iterator[Attempt]:
    for source, target in permutations(peers, 2):
        for protocol, port in PROBED:
            yield Attempt(source, target, protocol, port)


def pods(objects: Objects) -> list[Peer]:
    """One pod of each workload."""
    workloads = of_kind(objects, "Deployment", "StatefulSet").items()
    return [
        Peer(
            name,
            f"10.244.0.{number}",
            workload["metadata"]["namespace"],
            workload["spec"]["template"]["metadata"]["labels"],
            {port["name"]: port["containerPort"] for port in container(workload)["ports"]},
        )
        for number, (name, workload) in enumerate(workloads, start=10)
    ]


def leaves(policies: Iterable[Object], attempt: Attempt) -> bool:
    applying = [p for p in policies if isolates(p, "Egress", attempt.source)]
    return not applying or any(
        opens(policy, rule.get("to"), rule.get("ports"), attempt.target, attempt)
        for policy in applying
        for rule in policy["spec"].get("egress", [])
    )


def enters(policies: Iterable[Object], attempt: Attempt) -> bool:
    applying = [p for p in policies if isolates(p, "Ingress", attempt.target)]
    return not applying or any(
        opens(policy, rule.get("from"), rule.get("ports"), attempt.source, attempt)
        for policy in applying
        for rule in policy["spec"].get("ingress", [])
    )


def isolates(policy: Object, direction: str, pod: Peer) -> bool:
    return (
        policy["metadata"]["namespace"] == pod.namespace
        and direction in policy["spec"]["policyTypes"]
        and selects(policy["spec"]["podSelector"], pod.labels)
    )


def opens(
    policy: Object,
    peers: list[Object] | None,
    ports: list[Object] | None,
    other: Peer,
    attempt: Attempt,
) -> bool:
    """Whether a rule with these peers and ports, none meaning all, opens the way to the other."""
    return (not peers or any(is_peer(stated, policy, other) for stated in peers)) and (
        not ports or any(is_port(stated, attempt) for stated in ports)
    )


def is_peer(stated: Object, policy: Object, other: Peer) -> bool:
    """Address blocks match pods too: what some network plugin lets through counts as open."""
    if "ipBlock" in stated:
        block, address = stated["ipBlock"], ip_address(other.address)
        excepted = any(address in ip_network(cidr) for cidr in block.get("except", []))
        return address in ip_network(block["cidr"]) and not excepted
    if not other.namespace:
        return False
    if "namespaceSelector" in stated:
        names = {"kubernetes.io/metadata.name": other.namespace}
        here = selects(stated["namespaceSelector"], names)
    else:
        here = other.namespace == policy["metadata"]["namespace"]
    return here and selects(stated.get("podSelector", {}), other.labels)


def is_port(stated: Object, attempt: Attempt) -> bool:
    if stated.get("protocol", "TCP") != attempt.protocol:
        return False
    first = stated.get("port", attempt.port)
    first = attempt.target.ports.get(first, 0) if isinstance(first, str) else int(first)
    return first <= attempt.port <= int(stated.get("endPort", first))


def selects(selector: Object, labels: Mapping[str, str]) -> bool:
    exact = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    return exact and all(satisfied(e, labels) for e in selector.get("matchExpressions", []))


def satisfied(expression: Object, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values", [])
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }[expression["operator"]]
