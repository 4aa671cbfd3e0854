"""Every peer of a NetworkPolicy is somebody: pods of the target, or pods known to be elsewhere.

A peer whose labels nobody has opens nothing. The flow it was written for is cut, and that only
shows when the connection times out. Besides misspelt and renamed labels there are two classic
causes: a `podSelector` without `namespaceSelector`, which only means pods of the policy's own
namespace; and a hyphen too many, which makes one peer with both selectors (these pods in those
namespaces) into two peers.

A peer in a namespace whose pods are in the target must match one of their pod templates. For other
namespaces, known are those of the built-in peers (`cluster-dns`, `ingress-controller`), and what
`facts.peers` and `facts.namespaceLabels` in `policies.yaml` declare; a name that is that of a known
namespace but for a slip of the keyboard is found, and so is a label `name` or `namespace` with the
name of a namespace of the target that has no such label; anything else is not judged. Nor is a
namespace in which an operator may make pods, or a component by itself. A block of addresses must
leave some over from `except`.

https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors
"""

from collections.abc import Iterator

from tools.kubernetes.operators import maker_in
from tools.kubernetes.traffic.label_sets import NAME_LABEL, NAMESPACE, POD, passes
from tools.kubernetes.traffic.opening import Opening
from tools.kubernetes.traffic.policy import Direction, Peer, Policy, PolicyRule
from tools.kubernetes.traffic.spans import addresses
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

_NAMING = ("name", "namespace", "ns")
"""Keys by which people label a namespace with its own name."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("NetworkPolicy",),
    remedy="Copy labels of the pods and of their namespace, or declare the peer in facts.peers.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    for policy in target.traffic.policies:
        for direction in Direction:
            for stated in policy.of(direction):
                for peer in stated.peers or ():
                    yield from _judge(policy, stated, peer, target)


def _judge(
    policy: Policy, stated: PolicyRule, peer: Peer, target: Target
) -> Iterator[Problem | Unjudged]:
    if peer.block is not None:
        cidr = policy.resource.get(*peer.path, "ipBlock", "cidr")
        if not peer.block and addresses(str(cidr)):
            path = (*peer.path, "ipBlock", "except")
            yield Problem(path, f"leaves no address of {cidr} over", policy.resource)
    elif peer.box is not None:
        known = _is_known(policy, stated, peer, target)
        if known is not True and (problem := _named_by_label(policy, peer, target)):
            yield problem
        elif known is False:
            yield from _unmatched(policy, peer, target)


def _is_known(policy: Policy, stated: PolicyRule, peer: Peer, target: Target) -> bool | None:
    """Whether a peer is somebody who is known; None if the labels of a namespace decide."""
    opening, matrix = Opening(policy, stated, peer), target.traffic
    ours = {matrix.meets(opening, end, stated.direction) for end in matrix.ends}
    if True in ours or any(matrix.admits(opening, who) for who in matrix.outsiders.values()):
        return True
    return None if None in ours else False


def _unmatched(policy: Policy, peer: Peer, target: Target) -> Iterator[Problem | Unjudged]:
    names = _names(policy, peer)
    ours, known = target.traffic.namespaces.ours, set(target.traffic.namespaces.labels)
    known |= ours | {
        who.namespace[NAME_LABEL]
        for who in target.traffic.outsiders.values()
        if who.namespace and who.namespace.get(NAME_LABEL)
    }
    name = names[0] if len(names) == 1 else ""
    makers = [maker_in(target.resources, n, target.pod_templates) for n in names]
    if target.is_part:
        reason = "its peer may be in what this component is added to"
        yield Unjudged(reason, policy.resource, peer.path)
    elif names and ours.issuperset(names) and not any(makers):
        stated = policy.resource.map(*peer.path)
        field = "podSelector" if "podSelector" in stated else "namespaceSelector"
        spaces = " or ".join(map(repr, names)) if names != [""] else ""
        where = f"namespace {spaces}" if spaces else "its namespace"
        message = f"no pod of {where} is this peer"
        yield _elsewhere(policy, peer, message, target) or Problem(
            (*peer.path, field), message, policy.resource
        )
    elif (
        name
        and name not in known
        and (near := next((k for k in sorted(known) if _is_slip(name, k)), ""))
    ):
        path = (*peer.path, "namespaceSelector")
        message = f"no namespace {name!r} is known; did you mean {near!r}?"
        yield Problem(path, message, policy.resource)
    elif name in known and name not in ours:
        return
    else:
        where = f"namespace {name!r}" if name else "another namespace"
        reason = f"the peer is in {where}, of which nothing is known"
        yield Unjudged(reason, policy.resource, peer.path)


def _elsewhere(policy: Policy, peer: Peer, message: str, target: Target) -> Problem | None:
    """That pods of another namespace have the labels which a peer asks for in its own."""
    if not (peer.own and peer.box):
        return None
    matrix, box = target.traffic, peer.box
    spaces = [end.namespace for end in matrix.ends if end.is_in(box)]
    spaces += [
        (who.namespace or {}).get(NAME_LABEL, "")
        for who in matrix.outsiders.values()
        if who.is_pods and passes(box, POD, who.labels)
    ]
    space = next((name for name in spaces if name), "")
    if not space:
        return None
    return Problem(
        (*peer.path, "podSelector"),
        f"{message}: without namespaceSelector it is not for those of namespace {space!r}",
        policy.resource,
        f"Write namespaceSelector: {{matchLabels: {{{NAME_LABEL}: {space}}}}} into the same entry.",
    )


def _named_by_label(policy: Policy, peer: Peer, target: Target) -> Problem | None:
    """That a label with the name of a namespace is asked for, which that namespace has not got."""
    names = {namespace.name for namespace in target.resources.of_kind("Namespace")}
    for (carrier, key), values in (peer.box or {}).items():
        listed = [value for value in values.items if value in names and not values.but]
        if carrier == NAMESPACE and key.rpartition("/")[2] in _NAMING and listed:
            return Problem(
                (*peer.path, "namespaceSelector"),
                f"namespace {listed[0]!r} has no label {key}={listed[0]}",
                policy.resource,
                f"Write {NAME_LABEL}: {listed[0]}, which every namespace has.",
            )
    return None


def _names(policy: Policy, peer: Peer) -> list[str]:
    """The names of the only namespaces in which a peer may be, none if it may be in any."""
    if peer.own:
        return [policy.namespace]
    values = (peer.box or {}).get((NAMESPACE, NAME_LABEL))
    if values is None or values.but:
        return []
    return sorted(value for value in values.items if value is not None)


def _is_slip(typed: str, meant: str) -> bool:
    """Whether a name is another one with a letter left out, doubled, or two swapped.

    Names that differ otherwise (`team-a` and `team-b`, `shop` and `shops`) are often both right.
    """
    swapped = {meant[:i] + meant[i + 1] + meant[i] + meant[i + 2 :] for i in range(len(meant) - 1)}
    left_out = {meant[:i] + meant[i + 1 :] for i in range(len(meant)) if meant[i].isalpha()}
    doubled = {meant[:i] + meant[i] + meant[i:] for i in range(len(meant)) if meant[i].isalpha()}
    return typed != meant and typed in swapped | left_out | doubled
