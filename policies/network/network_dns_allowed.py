"""A pod whose egress is restricted can reach the cluster's DNS, over UDP and TCP.

The first thing that almost every program does before it connects is to ask for a name. A policy
that restricts egress cuts the DNS off too unless a rule opens it, and the failure looks like an
outage of whatever was asked for: time-outs, `Temporary failure in name resolution`. TCP is needed
as well: answers that do not fit into a datagram are asked for again over TCP. A typical cause are
labels that `commonLabels` added to the peer as well, which CoreDNS does not have.

Needed is port 53 of both protocols to the pods with `k8s-app: kube-dns` in `kube-system` (CoreDNS
as kubeadm, minikube and most providers install it). `facts.peers.cluster-dns` in `policies.yaml`
says where the DNS is elsewhere, and what its named ports are; OpenShift's is known. A rule may also
be for everybody, or for addresses that may be those of the DNS.

Exempt are pods with a resolver of their own (`dnsPolicy` `None` or `Default`), pods in the network
of their node, and workloads for which `facts.flows` declares other flows but none to
`cluster-dns`. Not judged is what depends on labels that only the cluster knows, and a component by
itself.

https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.kubernetes.traffic.ends import DNS, End, Outsider
from tools.kubernetes.traffic.label_sets import NAME_LABEL
from tools.kubernetes.traffic.matrix import Matrix
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.spans import addresses, ports, union
from tools.rules.facts import Facts
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.rules.unseen import unseen_policies

if TYPE_CHECKING:
    from tools.kubernetes.traffic.remedies import Gap

PROTOCOLS = ("UDP", "TCP")
PORT = 53
OPENSHIFT = Outsider(
    DNS,
    {NAME_LABEL: "openshift-dns"},
    {"dns.operator.openshift.io/daemonset-dns": "default"},
    ports={("UDP", "dns"): ports("UDP", 5353), ("TCP", "dns-tcp"): ports("TCP", 5353)},
)
NODE_LOCAL = "169.254.20.10/32"


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Allow egress to the pods k8s-app: kube-dns of namespace kube-system at port 53, UDP "
    "and TCP.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    cut: dict[tuple[int, object, str], tuple[Gap, list[End]]] = {}
    for end in target.traffic.ends:
        if _needs_none(end, target.facts):
            continue
        answers = {p: _answers(target.traffic, end, p) for p in PROTOCOLS}
        lacking = [protocol for protocol, answer in answers.items() if answer is False]
        unknown = unseen_policies(target, end.namespace) if lacking else ""
        if unknown or (not lacking and None in answers.values()):
            reason = unknown or "whether policies let it reach the DNS is for the cluster to say"
            yield Unjudged(reason, end.pod.workload)
        elif lacking:
            from tools.kubernetes.traffic.remedies import gap

            wanted = union(ports(protocol, PORT) for protocol in lacking)
            found = gap(
                target.traffic, end, Direction.EGRESS, target.traffic.outsiders[DNS], wanted
            )
            if found:
                key = id(found.policy), found.path, " and ".join(lacking)
                cut.setdefault(key, (found, []))[1].append(end)
    for (_, _, protocols), (found, ends) in cut.items():
        yield _problem(found, ends, protocols)


def _problem(found: "Gap", ends: list[End], protocols: str) -> Problem:
    who = ", ".join(end.slug for end in ends)
    message = f"keeps {who} from the cluster's DNS by {protocols}: {found.words}"
    related = tuple((e.pod.workload, ("metadata", "name"), "asks for names") for e in ends)
    return Problem(found.path, message, found.policy.resource, related=related)


def _needs_none(end: End, facts: Facts) -> bool:
    own = end.pod.get("dnsPolicy") in ("None", "Default") or end.in_host_network
    declared = [f for f in facts.flows if f.source in end.names or f.destination in end.names]
    asks = any(f.source in end.names and f.destination == DNS for f in declared)
    return own or (bool(declared) and not asks)


def _answers(matrix: Matrix, end: End, protocol: str) -> bool | None:
    """Whether a pod reaches a DNS, of the two that are known, by one protocol."""
    egress = Direction.EGRESS
    found = {matrix.permits(end, egress, matrix.outsiders[DNS], protocol, PORT)}
    if DNS in matrix.declared:
        return found.pop()
    found.add(matrix.permits(end, egress, OPENSHIFT, protocol, 5353))
    found.add(_node_local(matrix, end, protocol))
    return True if True in found else None if None in found else False


def _node_local(matrix: Matrix, end: End, protocol: str) -> bool | None:
    """Whether a pod may reach the DNS cache of its node, or the address of the DNS's Service."""
    cache = Outsider(DNS, addresses=addresses(NODE_LOCAL))
    if matrix.permits(end, Direction.EGRESS, cache, protocol, PORT):
        return None
    wanted = ports(protocol, PORT)
    opened = matrix.side(end, Direction.EGRESS).openings
    blocks = (
        o.peer.block
        for o in opened
        if o.peer and o.rule and wanted == wanted.intersection(o.rule.numbers)
    )
    private = matrix.pod_network
    return None if any(block and block.intersection(private) for block in blocks) else False
