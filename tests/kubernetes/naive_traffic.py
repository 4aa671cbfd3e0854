"""A second reading of NetworkPolicies: one concrete connection at a time, as the API documents it.

Nothing of the gate is used in here. Slow, plain, and only for comparison.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Party:
    """A pod, or (without a namespace) a host somewhere."""

    address: str
    namespace: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    namespace_labels: dict[str, str] = field(default_factory=dict)
    ports: tuple[tuple[str, str, int], ...] = ()  # protocol, name, number


@dataclass(frozen=True)
class Connection:
    source: Party
    destination: Party
    protocol: str
    port: int


def connects(policies: list[Manifest], connection: Connection, ours: set[str]) -> bool:
    """Whether the policies let a connection pass at both ends; ends outside have none."""
    source, destination = connection.source, connection.destination
    leaves = source.namespace not in ours or passes_at(
        [p for p in policies if isolates(p, source, "Egress")], "egress", "to", connection
    )
    enters = destination.namespace not in ours or passes_at(
        [p for p in policies if isolates(p, destination, "Ingress")], "ingress", "from", connection
    )
    return leaves and enters


def isolates(policy: Manifest, party: Party, kind: str) -> bool:
    return (
        policy["metadata"]["namespace"] == party.namespace
        and selected(policy["spec"].get("podSelector"), party.labels)
        and kind in types_of(policy["spec"])
    )


def passes_at(policies: list[Manifest], rules: str, peers: str, connection: Connection) -> bool:
    """Whether the policies that isolate a pod let a connection pass; without any, all do."""
    other = connection.destination if rules == "egress" else connection.source
    for policy in policies:
        for rule in policy["spec"].get(rules) or []:
            home = policy["metadata"]["namespace"]
            who = not rule.get(peers) or any(is_peer(p, home, other) for p in rule[peers])
            what = not rule.get("ports") or any(is_port(p, connection) for p in rule["ports"])
            if who and what:
                return True
    return not policies


def types_of(spec: Manifest) -> list[str]:
    if spec.get("policyTypes"):
        return list(spec["policyTypes"])
    return ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def is_peer(peer: Manifest, home: str, other: Party) -> bool:
    if peer.get("ipBlock") is not None:
        address = ip_address(other.address)
        if address not in ip_network(peer["ipBlock"]["cidr"], strict=False):
            return False
        without = peer["ipBlock"].get("except") or []
        return all(address not in ip_network(cidr, strict=False) for cidr in without)
    if other.namespace is None:
        return False
    pods, spaces = peer.get("podSelector"), peer.get("namespaceSelector")
    if spaces is not None:
        names = {**other.namespace_labels, "kubernetes.io/metadata.name": other.namespace}
        if not selected(spaces, names):
            return False
    elif pods is None or other.namespace != home:
        return False
    return selected(pods, other.labels)


def is_port(port: Manifest, connection: Connection) -> bool:
    if (port.get("protocol") or "TCP") != connection.protocol:
        return False
    stated = port.get("port")
    if stated is None:
        return True
    if isinstance(stated, str):
        here = (connection.protocol, stated, connection.port)
        return here in connection.destination.ports
    return int(stated) <= connection.port <= int(port.get("endPort") or stated)


def selected(selector: Manifest | None, labels: dict[str, str]) -> bool:
    """A selector that is not there selects all, as a policy's `podSelector` does."""
    if not selector:
        return True
    for key, value in (selector.get("matchLabels") or {}).items():
        if key not in labels or labels[key] != value:
            return False
    for expression in selector.get("matchExpressions") or []:
        there = expression["key"] in labels
        value = labels.get(expression["key"])
        holds = {
            "Exists": there,
            "DoesNotExist": not there,
            "In": there and value in expression.get("values", []),
            "NotIn": not there or value not in expression.get("values", []),
        }[expression["operator"]]
        if not holds:
            return False
    return True
