"""A NetworkPolicy as the API server understands it: defaults filled in, each part with its path.

https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/ and the
defaults of k8s.io/kubernetes/pkg/apis/networking/v1.
"""

from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple

from tools.kubernetes.resource import Resource, as_list, as_map
from tools.kubernetes.traffic.label_sets import NAMESPACE, POD, Box, box_of
from tools.kubernetes.traffic.spans import EVERY_PORT, NOTHING, Spans, addresses, ports, union
from tools.source.place import FieldPath

GROUP = "networking.k8s.io"


class Direction(Enum):
    """Which side of a connection a rule is about, as `policyTypes` spells it."""

    INGRESS = "Ingress"
    EGRESS = "Egress"

    @property
    def field(self) -> str:
        """The field that holds the rules: `ingress`."""
        return self.value.lower()

    @property
    def peers_field(self) -> str:
        """The field of a rule that holds the peers."""
        return "from" if self is Direction.INGRESS else "to"


class Peer(NamedTuple):
    """Who stands at the other end of a rule: an address block, or pods.

    `block` is None for pods; then `box` is what their labels must be, and `own` says that they
    must be of the policy's own namespace, else `box` says something of the namespace's labels.
    """

    path: FieldPath
    block: Spans | None = None
    box: Box | None = None
    own: bool = False


class PolicyPort(NamedTuple):
    """One entry of `ports`. `name` is "" where the port is a number, or any."""

    path: FieldPath
    protocol: str
    numbers: Spans
    name: str = ""

    @property
    def port_path(self) -> FieldPath:
        return (*self.path, "port")


class PolicyRule:
    """One entry of `ingress` or `egress`; None instead of peers, or ports, means all of them."""

    def __init__(
        self,
        direction: Direction,
        path: FieldPath,
        peers: tuple[Peer, ...] | None,
        ports: tuple[PolicyPort, ...] | None,
    ) -> None:
        self.direction = direction
        self.path = path
        self.peers = peers
        self.ports = ports

    @cached_property
    def numbers(self) -> Spans:
        """The ports that are open by number."""
        if self.ports is None:
            return EVERY_PORT
        return union(port.numbers for port in self.ports)

    @cached_property
    def names(self) -> frozenset[tuple[str, str]]:
        """The ports that are open by protocol and name, which each pod resolves by itself."""
        return frozenset((port.protocol, port.name) for port in self.ports or () if port.name)

    @property
    def peers_path(self) -> FieldPath:
        """The field that holds the peers."""
        return (*self.path, self.direction.peers_field)


class Policy:
    """A NetworkPolicy: which pods of its namespace it isolates, in which directions, save what."""

    def __init__(
        self,
        resource: Resource,
        selects: Box,
        directions: frozenset[Direction],
        rules: tuple[PolicyRule, ...],
    ) -> None:
        self.resource = resource
        self.selects = selects
        self.directions = directions
        self.rules = rules

    @property
    def namespace(self) -> str:
        return self.resource.namespace

    def of(self, direction: Direction) -> list[PolicyRule]:
        """The rules of a direction, none if the policy is not about it.

        Rules of a direction that `policyTypes` leaves out are ignored.
        """
        if direction not in self.directions:
            return []
        return [rule for rule in self.rules if rule.direction is direction]


def policy_of(resource: Resource) -> Policy:
    """Read a NetworkPolicy."""
    spec = resource.map("spec")
    rules = tuple(rule for way in Direction for rule in _rules(spec, way))
    selects = box_of(spec.get("podSelector"), POD)
    return Policy(resource, selects, _directions(spec), rules)


def is_network_policy(resource: Resource) -> bool:
    """Whether an object is a NetworkPolicy of Kubernetes itself."""
    return resource.kind == "NetworkPolicy" and resource.ref.group == GROUP


def _directions(spec: Any) -> frozenset[Direction]:
    """Without `policyTypes`: ingress always, egress if there is a rule for it."""
    stated = as_list(spec.get("policyTypes"))
    if stated:
        return frozenset(way for way in Direction if way.value in stated)
    implied = {Direction.INGRESS, *([Direction.EGRESS] if as_list(spec.get("egress")) else ())}
    return frozenset(implied)


def _rules(spec: Any, direction: Direction) -> Iterator[PolicyRule]:
    for index, rule in enumerate(as_list(spec.get(direction.field))):
        if rule is not None and not isinstance(rule, dict):
            continue
        path: FieldPath = ("spec", direction.field, index)
        peers = tuple(_peers(as_map(rule), (*path, direction.peers_field)))
        opened = tuple(_ports(as_map(rule), (*path, "ports")))
        yield PolicyRule(
            direction,
            path,
            peers if _is_stated(rule, direction.peers_field) else None,
            opened if _is_stated(rule, "ports") else None,
        )


def _is_stated(rule: Any, field: str) -> bool:
    """Whether a rule limits itself by a field: an empty list is as good as none."""
    value = as_map(rule).get(field)
    return bool(value)


def _peers(rule: Any, path: FieldPath) -> Iterator[Peer]:
    """The peers of a rule. One that names nothing, which no server accepts, is nobody."""
    field = path[-1]
    for index, stated in enumerate(as_list(rule.get(field))):
        peer, at = as_map(stated), (*path, index)
        if isinstance(peer.get("ipBlock"), dict):
            yield Peer(at, block=_block(peer["ipBlock"]))
        elif isinstance(peer.get("namespaceSelector"), dict):
            here = box_of(peer["namespaceSelector"], NAMESPACE)
            yield Peer(at, box={**here, **box_of(peer.get("podSelector"), POD)})
        elif isinstance(peer.get("podSelector"), dict):
            yield Peer(at, box=box_of(peer["podSelector"], POD), own=True)


def _block(block: Any) -> Spans:
    excepted = union(addresses(str(cidr)) for cidr in as_list(block.get("except")))
    return addresses(str(block.get("cidr"))).minus(excepted)


def _ports(rule: Any, path: FieldPath) -> Iterator[PolicyPort]:
    for index, stated in enumerate(as_list(rule.get("ports"))):
        entry, at = as_map(stated), (*path, index)
        protocol, port, end = (entry.get(key) for key in ("protocol", "port", "endPort"))
        protocol = "TCP" if protocol is None else str(protocol)
        if isinstance(port, str):
            yield PolicyPort(at, protocol, NOTHING, port)
        elif port is None:
            yield PolicyPort(at, protocol, ports(protocol))
        elif isinstance(port, int) and not isinstance(port, bool):
            last = end if isinstance(end, int) and not isinstance(end, bool) else None
            yield PolicyPort(at, protocol, ports(protocol, port, last))
