"""What the policies leave open on one side of connections, and what flows where both sides do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tools.kubernetes.traffic.ends import End, Region
from tools.kubernetes.traffic.policy import Direction, Peer, Policy, PolicyRule
from tools.kubernetes.traffic.spans import EVERY_PORT, Spans
from tools.source.place import FieldPath


class Opening(NamedTuple):
    """One way that a side of a connection is open: a peer of a rule of a policy.

    Without `policy` nothing restricts the pod; without `peer` the rule is for everybody.
    `certain` is False if it depends on the cluster whether the policy selects the pod.
    """

    policy: Policy | None = None
    rule: PolicyRule | None = None
    peer: Peer | None = None
    certain: bool = True

    @property
    def path(self) -> FieldPath:
        """The field that opens it: the peer, else the rule."""
        if self.peer is not None:
            return self.peer.path
        return self.rule.path if self.rule else ()

    def ports(self, named: Mapping[tuple[str, str], Spans]) -> Spans:
        """The ports that are open, at a destination whose named ports are known."""
        if self.rule is None:
            return EVERY_PORT
        names = [named[name] for name in self.rule.names if name in named]
        return self.rule.numbers.union(*names)


class Side(NamedTuple):
    """One direction of the pods of a workload. `policies` select them for it, none: all is open."""

    end: End
    direction: Direction
    policies: tuple[Policy, ...]
    openings: tuple[Opening, ...]


class Flow(NamedTuple):
    """From one workload's pods to another's: `ports` are open for certain, `possible` maybe.

    What opens the two sides stands in `leaving` and `entering`.
    """

    source: End
    destination: End
    ports: Spans
    possible: Spans
    leaving: tuple[Opening, ...]
    entering: tuple[Opening, ...]

    @property
    def all_ports(self) -> Spans:
        """The ports that are open for certain or maybe."""
        return self.ports.union(self.possible)


class Exit(NamedTuple):
    """A way between pods of the render and somewhere outside, in one direction.

    `ports` are those of the destination; `names` are named ports of unknown pods.
    """

    end: End
    direction: Direction
    opening: Opening
    region: Region
    ports: Spans
    names: frozenset[tuple[str, str]] = frozenset()


def openings_of(
    policies: Sequence[Policy], direction: Direction, certain: bool = True
) -> Iterator[Opening]:
    """Every peer of every rule that policies have for a direction."""
    for policy in policies:
        for rule in policy.of(direction):
            if rule.peers is None:
                yield Opening(policy, rule, None, certain)
            for peer in rule.peers or ():
                yield Opening(policy, rule, peer, certain)


def both(one: bool | None, other: bool | None) -> bool | None:
    """Both hold: False if one does not, None if that is not known."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True
