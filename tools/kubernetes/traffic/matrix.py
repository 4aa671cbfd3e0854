"""The traffic matrix: which pods reach which, and what outside, by every policy of the render.

A connection needs both sides: the egress policies of its source and the ingress policies of its
destination. Policies add up; a pod that none selects in a direction is open in it.
https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.traffic.ends import (
    POD_NETWORKS,
    End,
    Namespaces,
    Outsider,
    Region,
    built_in,
)
from tools.kubernetes.traffic.label_sets import NAME_LABEL, NAMESPACE, POD, passes
from tools.kubernetes.traffic.opening import Exit, Flow, Opening, Side, both, openings_of
from tools.kubernetes.traffic.policy import (
    Direction,
    Peer,
    Policy,
    is_network_policy,
    policy_of,
)
from tools.kubernetes.traffic.spans import (
    EVERY_ADDRESS,
    EVERY_PORT,
    IPV4,
    IPV6,
    NOTHING,
    Spans,
    addresses,
    ports,
    union,
)

_OTHER_POLICIES = {
    "cilium.io": "CiliumNetworkPolicy CiliumClusterwideNetworkPolicy",
    "crd.projectcalico.org": "NetworkPolicy GlobalNetworkPolicy",
    "projectcalico.org": "NetworkPolicy GlobalNetworkPolicy",
    "policy.networking.k8s.io": "AdminNetworkPolicy BaselineAdminNetworkPolicy"
    " ClusterNetworkPolicy",
    "crd.antrea.io": "NetworkPolicy ClusterNetworkPolicy",
}
"""Policies of network plugins, which add to, or overrule, those of Kubernetes."""


class Matrix:
    """The traffic of one target. `namespaces` are labels of namespaces that are not in it."""

    def __init__(
        self,
        resources: ResourceSet,
        pods: Sequence[Pod],
        outsiders: Mapping[str, Outsider] | None = None,
        namespaces: Mapping[str, Mapping[str, str]] | None = None,
        pod_networks: Sequence[str] = POD_NETWORKS,
    ) -> None:
        self.ends = [End(pod) for pod in pods]
        self.policies = [policy_of(r) for r in resources if is_network_policy(r)]
        self.declared = dict(outsiders or {})
        self.outsiders = {**built_in(), **self.declared}
        self.namespaces = Namespaces(resources, namespaces or {}, list(pods))
        self.pod_network = union(addresses(cidr) for cidr in pod_networks)
        self._resources = resources
        self._sides: dict[tuple[int, Direction], Side] = {}
        self._ends = {id(end.pod.workload): end for end in self.ends}
        self._meeting: dict[tuple[int, int], bool | None] = {}

    @cached_property
    def other_policies(self) -> list[Resource]:
        """Policies of network plugins, which may restrict, or open, more than is seen here."""
        return [
            r for r in self._resources if r.kind in _OTHER_POLICIES.get(r.ref.group, "").split()
        ]

    def end(self, workload: Resource) -> End | None:
        """The pods of a workload, None if it makes none."""
        return self._ends.get(id(workload))

    def selected(self, policy: Policy) -> list[End]:
        """The pods that a policy selects, or may select."""
        return [end for end in self.ends if self._selects(policy, end) is not False]

    def _selects(self, policy: Policy, end: End) -> bool | None:
        return policy.namespace == end.namespace and end.is_in(policy.selects)

    def side(self, end: End, direction: Direction) -> Side:
        """What the policies leave open to the pods in one direction."""
        key = id(end), direction
        if key not in self._sides:
            self._sides[key] = self._side(end, direction)
        return self._sides[key]

    def _side(self, end: End, direction: Direction) -> Side:
        sure, maybe = [], []
        for policy in self.policies:
            selects = direction in policy.directions and self._selects(policy, end)
            if selects and not end.in_host_network:
                sure.append(policy)
            elif selects is not False:
                maybe.append(policy)
        openings = [*openings_of(sure, direction), *openings_of(maybe, direction, certain=False)]
        if not sure:
            openings.append(Opening(certain=not maybe))
        return Side(end, direction, tuple(sure + maybe), tuple(openings))

    def meets(self, opening: Opening, end: End, direction: Direction) -> bool | None:
        """Whether pods of the render are whom an opening is for; None if the cluster decides."""
        if opening.peer is None or opening.policy is None:
            return True
        key = id(opening.peer), id(end)
        if key not in self._meeting:
            self._meeting[key] = self._meets(opening.policy, opening.peer, end, direction)
        return self._meeting[key]

    def _meets(self, policy: Policy, peer: Peer, end: End, direction: Direction) -> bool | None:
        if peer.block is not None:
            return None if end.in_host_network else self.holds_pods(peer.block)
        here = both(self._is_peer_namespace(policy, peer, end.namespace), end.is_in(peer.box or {}))
        if end.in_host_network:
            # The node's own address: plugins mostly see no pod there, and let the node in anyway.
            return None if here is not False or direction is Direction.INGRESS else False
        return here

    def _is_peer_namespace(self, policy: Policy, peer: Peer, name: str) -> bool | None:
        if peer.own:
            return policy.namespace == name
        return self.namespaces.passes(name, peer.box or {})

    def holds_pods(self, block: Spans) -> bool | None:
        """Whether the addresses of pods are in a block."""
        if not block.intersection(self.pod_network):
            return False
        families = [self.pod_network.intersection(family) for family in (IPV4, IPV6)]
        covered = any(family and not family.minus(block) for family in families)
        return True if covered else None

    def flow(self, source: End, destination: End) -> Flow:
        """What the pods of one workload may send to those of another, or of the same one."""
        leaving, out, maybe_out = self.opened(source, Direction.EGRESS, destination)
        entering, into, maybe_in = self.opened(destination, Direction.INGRESS, source)
        if source.in_host_network:
            maybe_in = EVERY_PORT  # Nothing keeps a node from the pods that run on it.
        possible = maybe_out.intersection(maybe_in)
        sure = out.intersection(into)
        return Flow(source, destination, sure, possible.minus(sure), leaving, entering)

    def opened(
        self, end: End, direction: Direction, other: End
    ) -> tuple[tuple[Opening, ...], Spans, Spans]:
        """What one side leaves open to other pods: how, the ports for certain, those possible."""
        met, sure, possible = [], NOTHING, NOTHING
        destination = other if direction is Direction.EGRESS else end
        for opening in self.side(end, direction).openings:
            meets = self.meets(opening, other, direction)
            if meets is False:
                continue
            met.append(opening)
            opened = opening.ports(destination.named)
            possible = possible.union(opened)
            if meets and opening.certain:
                sure = sure.union(opened)
        return tuple(met), sure, possible

    @cached_property
    def flows(self) -> list[Flow]:
        """Everything that flows, or may flow, between pods of the render."""
        pairs = (self.flow(s, d) for s in self.ends for d in self.ends)
        return [flow for flow in pairs if flow.ports or flow.possible]

    def exits(self, end: End, direction: Direction) -> Iterator[Exit]:
        """The ways between the pods and whoever is not in the render."""
        for opening in self.side(end, direction).openings:
            region = self.region(opening)
            if region:
                named = end.named if direction is Direction.INGRESS else {}
                opened, names = opening.ports(named), frozenset[tuple[str, str]]()
                has_pods = region.boxes or region.addresses.intersection(self.pod_network)
                if direction is Direction.EGRESS and opening.rule and has_pods:
                    names = opening.rule.names
                if opened or names:
                    yield Exit(end, direction, opening, region, opened, names)

    def region(self, opening: Opening) -> Region:
        """Where an opening leads outside of the render, nowhere if it is for pods in it only."""
        if opening.peer is None:
            return Region(tuple(self.namespaces.elsewhere({})), EVERY_ADDRESS)
        if opening.peer.block is not None:
            return Region((), opening.peer.block)
        if opening.peer.own:
            return Region()
        return Region(tuple(self.namespaces.elsewhere(opening.peer.box or {})))

    def permits(
        self, end: End, direction: Direction, outsider: Outsider, protocol: str, port: int
    ) -> bool | None:
        """Whether the pods' side lets a connection with an outsider pass; None: unknown.

        The port is that of the destination.
        """
        return self.permits_all(end, direction, outsider, ports(protocol, port))

    def permits_all(
        self, end: End, direction: Direction, outsider: Outsider, wanted: Spans
    ) -> bool | None:
        """The same for every one of some ports."""
        named = end.named if direction is Direction.INGRESS else outsider.ports
        openings = [(o, o.ports(named)) for o in self.side(end, direction).openings]
        parts = [wanted]
        for _, opened in openings:
            cut = [half for p in parts for half in (p.intersection(opened), p.minus(opened))]
            parts = [part for part in cut if part]
        answers = {
            self._permits([o for o, opened in openings if part.intersection(opened)], outsider)
            for part in parts
        }
        return False if False in answers else None if None in answers else bool(answers)

    def _permits(self, openings: Sequence[Opening], outsider: Outsider) -> bool | None:
        if outsider.is_pods:
            answers = {both(o.certain or None, self.admits(o, outsider)) for o in openings}
            return True if True in answers else None if None in answers else False
        sure = union(_addresses(opening) for opening in openings if opening.certain)
        if _covers(sure, outsider):
            return True
        possible = union(map(_addresses, openings))
        return None if _covers(possible, outsider) else False

    def admits(self, opening: Opening, outsider: Outsider) -> bool | None:
        """Whether an outsider is whom an opening is for; None if that is not known."""
        if opening.peer is None or opening.policy is None:
            return True
        if not outsider.is_pods:
            return _covers(_addresses(opening), outsider)
        if opening.peer.block is not None:
            return self.holds_pods(opening.peer.block)
        stated = outsider.namespace or {}
        name = stated.get(NAME_LABEL, "")
        if opening.peer.own:
            here: bool | None = bool(name) and opening.policy.namespace == name
        else:
            known = {**self.namespaces.labels.get(name, {}), **stated}
            here = passes(opening.peer.box or {}, NAMESPACE, known)
        return both(here, passes(opening.peer.box or {}, POD, outsider.labels))


def _addresses(opening: Opening) -> Spans:
    if opening.peer is None:
        return EVERY_ADDRESS
    return NOTHING if opening.peer.block is None else opening.peer.block


def _covers(spans: Spans, outsider: Outsider) -> bool:
    """Whether all addresses of an outsider are in a set; of one family, where that is enough."""
    rest = outsider.addresses.minus(spans)
    if not outsider.any_family:
        return not rest
    families = [family for family in (IPV4, IPV6) if outsider.addresses.intersection(family)]
    return any(not rest.intersection(family) for family in families)
