"""Egress to the whole internet leaves out the metadata service and the private networks.

`0.0.0.0/0` is every address: also 169.254.169.254, where clouds hand out the credentials of the
node to whoever asks (the first thing that a server-side request forgery tries), and the private
networks with the nodes, the API server, the other pods and the office. Who writes it mostly means
"somewhere on the internet".

Looks at every `ipBlock` of `egress` and at rules without `to`. A block that is larger than a /8
must except 169.254.169.254, alone or with its surroundings, and 10.0.0.0/8, 172.16.0.0/12 and
192.168.0.0/16, and one of IPv6 fc00::/7 (option `blocked`). A smaller block is taken as meant. A
rule without `to` is found if it opens TCP 80, the port of the metadata service; for the DNS or the
like it may stay as it is. What a pod reaches that no policy restricts is `network-isolated`'s to
say.

https://kubernetes.io/docs/tasks/administer-cluster/securing-a-cluster/#restricting-cloud-metadata-api-access
"""

from collections.abc import Iterator

from tools.kubernetes.traffic.policy import Direction, Peer, Policy, PolicyRule
from tools.kubernetes.traffic.spans import IPV4, Spans, addresses, ports
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

METADATA = "169.254.169.254/32"
_LARGE = 1 << 24


class Options(RuleOptions):
    """What a way to the internet must leave out."""

    blocked: tuple[str, ...] = (
        METADATA,
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
    )
    """Blocks of addresses that no large block may reach into."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("NetworkPolicy",),
    remedy="Write ipBlock.except with 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and "
    "169.254.0.0/16 beside cidr: 0.0.0.0/0.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem]:
    for policy in target.traffic.policies:
        for stated in policy.of(Direction.EGRESS):
            for peer in stated.peers or ():
                yield from _block(policy, peer, options)
            if stated.peers is None and _opens_metadata(stated):
                message = "lets pods connect to every address, the metadata service included"
                yield Problem(stated.path, message, policy.resource)


def _opens_metadata(stated: PolicyRule) -> bool:
    return bool(stated.numbers.intersection(ports("TCP", 80)))


def _block(policy: Policy, peer: Peer, options: Options) -> Iterator[Problem]:
    block = peer.block
    if block is None or not _is_large(policy, peer):
        return
    open_blocks = [cidr for cidr in options.blocked if block.intersection(addresses(cidr))]
    if open_blocks:
        path = (*peer.path, "ipBlock", "except")
        listed = ", ".join(open_blocks)
        remedy = f"Add {listed} to ipBlock.except."
        yield Problem(path, f"reaches {listed}", policy.resource, remedy)


def _is_large(policy: Policy, peer: Peer) -> bool:
    """Whether a block is larger than any network somebody would have."""
    stated: Spans = addresses(str(policy.resource.get(*peer.path, "ipBlock", "cidr")))
    size = sum(last - first + 1 for first, last in stated.spans)
    return size > (_LARGE if stated.intersection(IPV4) else 1 << 121)
