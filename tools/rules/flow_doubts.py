"""What may be open and is not declared, where only the cluster knows."""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.kubernetes.traffic.opening import Flow
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.spans import NOTHING, port_words
from tools.rules.flow_words import extra_words
from tools.rules.flows import Comparison, Extra
from tools.source.place import FieldPath

Doubt = tuple[Resource, FieldPath, str]
"""The field that may open something, and what that is in words."""


def doubts(comparison: Comparison) -> Iterator[Doubt]:
    """Every doubt once for each field; of who has the address of a node nothing is said."""
    seen: set[tuple[int, FieldPath]] = set()
    for resource, path, words in (*_between_pods(comparison), *_outside(comparison)):
        if (id(resource), path) not in seen:
            seen.add((id(resource), path))
            yield resource, path, words


def _between_pods(comparison: Comparison) -> Iterator[Doubt]:
    for flow in comparison.matrix.flows:
        wanted = comparison.wanted.get((flow.source, flow.destination), NOTHING)
        rest = flow.possible.minus(wanted)
        if rest and not (flow.source.in_host_network or flow.destination.in_host_network):
            resource, path = _opener(flow)
            words = f"{flow.source.slug} to {flow.destination.slug} ({port_words(rest)})"
            yield resource, path, words


def _opener(flow: Flow) -> tuple[Resource, FieldPath]:
    """What a flow depends on: a block of addresses, if there is one, else another peer."""
    openings = [o for o in (*flow.entering, *flow.leaving) if o.policy and o.peer]
    blocks = [o for o in openings if o.peer and o.peer.block]
    for opening in blocks or openings:
        if opening.policy:
            return opening.policy.resource, opening.path
    return flow.source.pod.workload, ("metadata", "name")


def _outside(comparison: Comparison) -> Iterator[Doubt]:
    """What is open if a policy selects the pods that it may select."""
    for extra in _maybe_selected(comparison):
        if extra.opening.policy:
            words = extra_words(extra, comparison.matrix.outsiders)
            yield extra.opening.policy.resource, extra.opening.path, words


def _maybe_selected(comparison: Comparison) -> Iterator[Extra]:
    ends = (end for end in comparison.matrix.ends if not end.in_host_network)
    for end in ends:
        for direction in Direction:
            for way in comparison.matrix.exits(end, direction):
                if way.opening.policy and not way.opening.certain:
                    yield from comparison.outside(way)
