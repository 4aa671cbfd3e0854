"""The traffic matrix of a target, with what `policies.yaml` declares about the world outside."""

from collections.abc import Sequence

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import ResourceSet
from tools.kubernetes.traffic.ends import POD_NETWORKS, Outsider
from tools.kubernetes.traffic.label_sets import NAME_LABEL
from tools.kubernetes.traffic.matrix import Matrix
from tools.kubernetes.traffic.spans import PROTOCOLS, addresses, ports, union
from tools.rules.facts import Facts, Peer


def matrix_of(resources: ResourceSet, pods: Sequence[Pod], facts: Facts) -> Matrix:
    """The matrix of a target's objects."""
    networks = facts.pod_networks or POD_NETWORKS
    return Matrix(resources, pods, outsiders(facts), facts.namespace_labels, networks)


def outsiders(facts: Facts) -> dict[str, Outsider]:
    """Everybody outside to whom `policies.yaml` gives a name."""
    return {name: _outsider(name, peer, facts) for name, peer in facts.peers.items()}


def _outsider(name: str, peer: Peer, facts: Facts) -> Outsider:
    within = union(map(addresses, peer.addresses)).minus(union(map(addresses, peer.excepted)))
    if not (peer.namespace or peer.pods):
        return Outsider(name, addresses=within)
    labels = {**facts.namespace_labels.get(peer.namespace, {}), NAME_LABEL: peer.namespace}
    named = {
        (protocol, port): ports(protocol, number)
        for port, number in peer.ports.items()
        for protocol in PROTOCOLS
    }
    return Outsider(name, labels, peer.pods, ports=named)
