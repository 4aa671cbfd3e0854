"""What to write so that a flow passes, or so that it is declared, for the remedies of findings."""

from collections.abc import Mapping

from tools.kubernetes.traffic.ends import INTERNET, LINK_LOCAL, PRIVATE, End, Outsider, Region
from tools.kubernetes.traffic.label_sets import NAME_LABEL
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.remedies import Gap
from tools.kubernetes.traffic.spans import Ports, Spans, blocks, each_port
from tools.kubernetes.traffic.words import region_words
from tools.rules.flows import Comparison, Extra, Missing

_FEW_BLOCKS = 2


def opening_remedy(missing: Missing, gap: Gap) -> str:
    """What to write into the policy that a gap names, or into a new one."""
    direction, wanted = missing.direction, missing.declared.ports
    last = gap.path[-1]
    own = f"podSelector: {_selector(_labels_of(missing.end))}"
    peer = _peer(missing)
    rule = f"{{{direction.peers_field}: [{peer}], ports: [{_ports(wanted)}]}}"
    if last in ("ports", "port"):
        return f"Add {_ports(wanted)} to these ports."
    if last == "podSelector":
        return f"Write {own}."
    if isinstance(last, int):
        return f"Write {peer} here."
    if not gap.policy.selects:
        return f"Add a NetworkPolicy with {own} and {direction.field}: [{rule}]."
    return f"Add {rule} to {direction.field}."


def declaring_remedy(extra: Extra, comparison: Comparison) -> str:
    """How to declare what is open, for who did not mean to shut it."""
    other = extra.other
    if isinstance(other, Region):
        if named := _named_by_labels(extra, comparison):
            return (
                f"Write {named} here, or declare who else that is in facts.peers and facts.flows."
            )
        return "Shut it, or declare who that is in facts.peers, and the flow in facts.flows."
    pair = (extra.end, other) if extra.direction is Direction.EGRESS else (other, extra.end)
    source, destination = (_name(end, comparison) for end in pair)
    span = next(each_port(extra.ports))
    flow = f"{{source: {source}, destination: {destination}, {_port_words(span)}}}"
    return f"Shut it, or declare it in facts.flows: {flow}."


def _named_by_labels(extra: Extra, comparison: Comparison) -> str:
    """The peer that is exactly the declared pods, where an opening is for more than them."""
    opening, matrix = extra.opening, comparison.matrix
    if opening.peer is None or opening.peer.block is not None:
        return ""
    for one in comparison.declared:
        ends = one.source, one.destination
        own, other = ends if extra.direction is Direction.EGRESS else reversed(ends)
        is_pods = own is extra.end and isinstance(other, Outsider) and other.is_pods
        if is_pods and isinstance(other, Outsider) and matrix.admits(opening, other):
            space = (other.namespace or {}).get(NAME_LABEL, "")
            return _pods(space, other.labels, extra.end.namespace)
    return ""


def extra_words(extra: Extra, known: Mapping[str, Outsider]) -> str:
    """`Deployment/web to Deployment/api (TCP 80)`."""
    from tools.kubernetes.traffic.spans import port_words

    other = extra.other
    who = other.slug if isinstance(other, End) else region_words(other, known)
    ends = (extra.end.slug, who) if extra.direction is Direction.EGRESS else (who, extra.end.slug)
    names = ", ".join(f"{protocol} {name!r}" for protocol, name in sorted(extra.names))
    return f"{ends[0]} to {ends[1]} ({names or port_words(extra.ports)})"


def _name(end: End, comparison: Comparison) -> str:
    """The shortest name that only this workload has."""
    ends = comparison.matrix.ends
    return next(
        (name for name in end.names if sum(name in one.names for one in ends) == 1), end.names[-1]
    )


def _peer(missing: Missing) -> str:
    other = missing.other
    if isinstance(other, End):
        return _pods(other.namespace, _labels_of(other), missing.end.namespace)
    if other.namespace is not None:
        return _pods(other.namespace.get(NAME_LABEL, ""), other.labels, missing.end.namespace)
    if other.name == INTERNET:
        private = ", ".join(sorted(block for block in (*PRIVATE, *LINK_LOCAL) if "." in block))
        return f"{{ipBlock: {{cidr: 0.0.0.0/0, except: [{private}]}}}}"
    listed = blocks(other.addresses)
    if not 0 < len(listed) <= _FEW_BLOCKS:
        return f"an ipBlock for each block of {other.name}"
    return ", ".join(f"{{ipBlock: {{cidr: '{block}'}}}}" for block in listed)


def _pods(namespace: str, labels: Mapping[str, str], home: str) -> str:
    pods = f"podSelector: {_selector(labels)}"
    if namespace == home or not namespace:
        return f"{{{pods}}}"
    space = f"namespaceSelector: {_selector({NAME_LABEL: namespace})}"
    return f"{{{space}, {pods}}}" if labels else f"{{{space}}}"


def _selector(labels: Mapping[str, str]) -> str:
    listed = ", ".join(f"{key}: {value}" for key, value in labels.items())
    return f"{{matchLabels: {{{listed}}}}}" if listed else "{}"


def _labels_of(end: End) -> Mapping[str, str]:
    """The labels by which a workload selects its pods, else all of them."""
    chosen = end.pod.workload.map("spec", "selector", "matchLabels")
    stable = {key: value for key, value in chosen.items() if end.labels.get(key) == value}
    return stable or end.labels


def _ports(wanted: Spans) -> str:
    return ", ".join(f"{{{_port_words(span)}}}" for span in each_port(wanted))


def _port_words(span: Ports) -> str:
    last = f", endPort: {span.last}" if span.last != span.first else ""
    protocol = f", protocol: {span.protocol}" if span.protocol != "TCP" else ""
    return f"port: {span.first}{last}{protocol}"
