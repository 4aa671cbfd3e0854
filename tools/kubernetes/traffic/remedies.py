"""Where a connection that should pass has to be opened: the policy, and the field of it."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from tools.kubernetes.spelling import closest
from tools.kubernetes.traffic.ends import End, Outsider
from tools.kubernetes.traffic.matrix import Matrix
from tools.kubernetes.traffic.opening import Opening
from tools.kubernetes.traffic.policy import Direction, Policy, PolicyRule
from tools.kubernetes.traffic.spans import EVERY_PORT, NOTHING, Spans, union
from tools.source.place import FieldPath

_NEAR = 0.6


class Gap(NamedTuple):
    """What keeps a connection from passing on one side; `path` is the field that should open it."""

    policy: Policy
    path: FieldPath
    words: str


class _Way(NamedTuple):
    matrix: Matrix
    direction: Direction
    wanted: Spans
    named: Mapping[tuple[str, str], Spans]
    is_for: Callable[[Opening], bool | None]
    addresses: Spans
    listens: Spans

    def opens(self, policy: Policy, rule: PolicyRule) -> bool:
        """Whether a rule opens the wanted ports, to whomever."""
        return not self.wanted.minus(Opening(policy, rule).ports(self.named))

    def admits(self, policy: Policy, rule: PolicyRule) -> bool:
        """Whether a rule is for the other end, at whatever ports."""
        peers = (None,) if rule.peers is None else rule.peers
        blocks = union(peer.block for peer in rule.peers or () if peer.block)
        if self.addresses and not self.addresses.minus(blocks):
            return True
        return any(self.is_for(Opening(policy, rule, peer)) for peer in peers)


def gap(
    matrix: Matrix, end: End, direction: Direction, other: End | Outsider, wanted: Spans
) -> Gap | None:
    """What should be changed for the wanted ports of the destination to be open.

    In this order: a rule for the right peer with other ports; one for the right ports and some of
    the addresses; one for the right ports whose peer is nobody; a policy with the right rule that
    selects nothing, and nearly these pods; a new rule in the policy that selects the fewest other
    pods. None if no policy restricts the pods.
    """
    destination = other if direction is Direction.EGRESS else end
    listens = destination.listens if isinstance(destination, End) else EVERY_PORT
    if isinstance(other, End):
        found, named = other, (other if direction is Direction.EGRESS else end).named
        meets = partial(_meets, matrix, found, direction)
        way = _Way(matrix, direction, wanted, named, meets, NOTHING, listens)
    else:
        who, named = other, other.ports if direction is Direction.EGRESS else end.named
        admits = partial(_admits, matrix, who)
        way = _Way(matrix, direction, wanted, named, admits, who.addresses, listens)
    policies = matrix.side(end, direction).policies
    return next(_gaps(way, sorted(policies, key=lambda p: len(matrix.selected(p))), end), None)


def _meets(matrix: Matrix, end: End, direction: Direction, opening: Opening) -> bool | None:
    return matrix.meets(opening, end, direction)


def _admits(matrix: Matrix, outsider: Outsider, opening: Opening) -> bool | None:
    return matrix.admits(opening, outsider)


def _gaps(way: _Way, policies: list[Policy], end: End) -> Iterator[Gap]:
    rules = [(policy, rule) for policy in policies for rule in policy.of(way.direction)]
    for policy, rule in rules:
        if rule.peers is not None and way.admits(policy, rule):
            yield Gap(policy, _ports_path(rule, way.listens), "opens other ports to it")
    opening = [(policy, rule) for policy, rule in rules if way.opens(policy, rule)]
    for policy, rule in opening:
        yield from _partly(way, policy, rule)
    for policy, rule in opening:
        yield from _nobody(way, policy, rule)
    for policy in way.matrix.policies:
        if policy.namespace == end.namespace and _is_near(policy, end) and _would_open(way, policy):
            yield Gap(policy, ("spec", "podSelector"), "would open it, and selects no pod")
    for policy in policies:
        yield Gap(policy, ("spec", way.direction.field), "has no rule for it")


def _ports_path(rule: PolicyRule, listens: Spans) -> FieldPath:
    """The ports of a rule, or the only port if it is none of the destination's."""
    ports = rule.ports or ()
    if len(ports) == 1 and ports[0].numbers and not ports[0].numbers.intersection(listens):
        return ports[0].port_path
    return (*rule.path, "ports")


def _partly(way: _Way, policy: Policy, rule: PolicyRule) -> Iterator[Gap]:
    for peer in rule.peers or ():
        if peer.block and peer.block.intersection(way.addresses):
            yield Gap(policy, peer.path, "opens a part of its addresses")


def _nobody(way: _Way, policy: Policy, rule: PolicyRule) -> Iterator[Gap]:
    if rule.peers and is_nobody(way.matrix, policy, rule):
        yield Gap(policy, rule.peers[0].path, "opens the port to nobody that is known")


def _is_near(policy: Policy, end: End) -> bool:
    """Whether the labels that a policy selects are nearly those of some pods."""
    for (_, key), values in policy.selects.items():
        own = end.labels.get(key)
        listed = [value for value in values.items if value is not None]
        if own is None or values.but or not (own in listed or closest(own, listed, _NEAR)):
            return False
    return True


def _would_open(way: _Way, policy: Policy) -> bool:
    """Whether a policy that selects nothing has the right rule."""
    if way.matrix.selected(policy):
        return False
    rules = policy.of(way.direction)
    return any(way.admits(policy, rule) and way.opens(policy, rule) for rule in rules)


def is_nobody(matrix: Matrix, policy: Policy, rule: PolicyRule) -> bool:
    """Whether the peers of a rule are none of the render and none that is known by name."""
    openings = [Opening(policy, rule, peer) for peer in rule.peers or ()]
    if not openings or any(o.peer and o.peer.block is not None for o in openings):
        return False
    known = any(matrix.admits(o, who) for o in openings for who in matrix.outsiders.values())
    ours = any(
        matrix.meets(o, end, rule.direction) is not False for o in openings for end in matrix.ends
    )
    return not known and not ours
