"""Where something is opened that no flow declares."""

from tools.kubernetes.resource import Resource
from tools.kubernetes.traffic.ends import End
from tools.kubernetes.traffic.policy import Direction, PolicyPort
from tools.kubernetes.traffic.spans import NOTHING, ports
from tools.rules.flows import Comparison, Extra
from tools.source.place import FieldPath


def opened_at(extra: Extra, comparison: Comparison) -> tuple[Resource, FieldPath]:
    """The object and the field that open something that is not declared.

    The entry of `ports` if all of the same peer is declared at other ports, else the peer.
    """
    opening = extra.opening
    if opening.policy is None or opening.rule is None:
        return extra.end.pod.workload, (*extra.end.pod.template, "metadata", "labels")
    policy = opening.policy.resource
    whole = isinstance(extra.other, End) or extra.other == comparison.without(
        comparison.matrix.region(opening), ()
    )
    if opening.rule.ports is None or not whole or not _is_wanted(extra, comparison):
        return policy, opening.path
    named = _destination(extra).named if isinstance(extra.other, End) else {}
    for port in opening.rule.ports:
        key = port.protocol, port.name
        numbers = port.numbers.union(named.get(key, NOTHING))
        if numbers.intersection(extra.ports) or key in extra.names:
            return policy, _of_port(policy, port, extra)
    return policy, opening.path


def _of_port(policy: Resource, port: PolicyPort, extra: Extra) -> FieldPath:
    """An entry of `ports`, or the end of its range if its first port is as it should be."""
    first = policy.get(*port.port_path)
    if not isinstance(first, int) or extra.ports.intersection(ports(port.protocol, first)):
        return port.path
    return (*port.path, "endPort")


def _destination(extra: Extra) -> End:
    other = extra.other
    assert isinstance(other, End)
    return other if extra.direction is Direction.EGRESS else extra.end


def _is_wanted(extra: Extra, comparison: Comparison) -> bool:
    """Whether some declared flow passes by the same opening."""
    opening, matrix = extra.opening, comparison.matrix
    for one in comparison.declared:
        ends = one.source, one.destination
        own, other = ends if extra.direction is Direction.EGRESS else reversed(ends)
        if own is not extra.end:
            continue
        if isinstance(other, End):
            is_met = other is extra.other
        else:
            is_met = not isinstance(extra.other, End) and matrix.admits(opening, other) is True
        if is_met:
            return True
    return False
