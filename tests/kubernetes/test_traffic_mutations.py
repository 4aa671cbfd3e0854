"""Misreadings of NetworkPolicies that the comparison with the naive evaluator has to notice."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.kubernetes import traffic_differences as differences
from tests.kubernetes.random_traffic import cluster, unsure_cluster
from tools.kubernetes.resource import as_list
from tools.kubernetes.services import pod_ports
from tools.kubernetes.traffic import ends, label_sets, matrix, policy
from tools.kubernetes.traffic.ends import End, Namespaces
from tools.kubernetes.traffic.label_sets import ANY, NAME_LABEL, NAMESPACE, Values
from tools.kubernetes.traffic.matrix import Matrix
from tools.kubernetes.traffic.opening import Opening, openings_of
from tools.kubernetes.traffic.policy import Direction, Policy
from tools.kubernetes.traffic.spans import (
    EVERY_PORT,
    NOTHING,
    PROTOCOLS,
    Spans,
    addresses,
    ports,
    union,
)

CASES = 250
Patch = Callable[[pytest.MonkeyPatch], None]


def is_noticed() -> bool:
    return any(next(found(seed), None) for seed in range(CASES))


def found(seed: int) -> Iterator[str]:
    made = cluster(seed)
    yield from differences.between_pods(made)
    yield from differences.with_strangers(made)
    yield from differences.at_exits(made)
    yield from differences.beyond_what_is_possible(unsure_cluster(seed))


def test_what_is_read_as_documented_is_not() -> None:
    assert not any(next(found(seed), None) for seed in range(20))


def last_except_forgotten(patch: pytest.MonkeyPatch) -> None:
    def block(stated: Any) -> Spans:
        listed = as_list(stated.get("except"))
        kept = listed[:-1] if len(listed) > 1 else listed
        return addresses(str(stated["cidr"])).minus(union(map(addresses, kept)))

    patch.setattr(policy, "_block", block)


def empty_peers_are_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "_is_stated", lambda rule, field: (rule or {}).get(field) is not None)


def egress_always_implied(patch: pytest.MonkeyPatch) -> None:
    def directions(spec: Any) -> frozenset[Direction]:
        stated = as_list(spec.get("policyTypes"))
        return frozenset(way for way in Direction if not stated or way.value in stated)

    patch.setattr(policy, "_directions", directions)


def egress_never_implied(patch: pytest.MonkeyPatch) -> None:
    def directions(spec: Any) -> frozenset[Direction]:
        stated = as_list(spec.get("policyTypes")) or ["Ingress"]
        return frozenset(way for way in Direction if way.value in stated)

    patch.setattr(policy, "_directions", directions)


def end_port_left_out(patch: pytest.MonkeyPatch) -> None:
    def shorter(protocol: str, first: int | None = None, last: int | None = None) -> Spans:
        return ports(protocol, first, last if last in (None, first) else (last or 1) - 1)

    patch.setattr(policy, "ports", shorter)


def named_ports_of_any_protocol(patch: pytest.MonkeyPatch) -> None:
    def named(end: End) -> dict[tuple[str, str], Spans]:
        numbers: dict[tuple[str, str], Spans] = {}
        for port in pod_ports(end.pod):
            for protocol in PROTOCOLS:
                known = numbers.get((protocol, port.name), NOTHING)
                numbers[protocol, port.name] = known.union(ports(port.protocol, port.number))
        return numbers

    patch.setattr(End, "named", property(named))


def not_in_asks_for_the_label(patch: pytest.MonkeyPatch) -> None:
    real = label_sets._values

    def values(expression: Any) -> Values:
        found = real(expression)
        is_not_in = expression.get("operator") == "NotIn"
        return Values(found.items | {None}, True) if is_not_in else found

    patch.setattr(label_sets, "_values", values)


def only_the_last_requirement_of_a_key(patch: pytest.MonkeyPatch) -> None:
    def box(selector: Any, carrier: str) -> dict[tuple[str, str], Values]:
        selector = selector or {}
        found = {
            (carrier, key): label_sets.one(value)
            for key, value in (selector.get("matchLabels") or {}).items()
        }
        for expression in selector.get("matchExpressions") or []:
            found[carrier, expression["key"]] = label_sets._values(expression)
        return found

    patch.setattr(policy, "box_of", box)


def pods_of_any_namespace(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        Matrix,
        "_is_peer_namespace",
        lambda self, policy, peer, name: (
            True if peer.own else self.namespaces.passes(name, peer.box or {})
        ),
    )


def policies_of_any_namespace(patch: pytest.MonkeyPatch) -> None:
    def selects(self: Matrix, stated: Policy, end: End) -> bool | None:
        return end.is_in(stated.selects)

    patch.setattr(Matrix, "_selects", selects)


def names_of_namespaces_as_they_are_stated(patch: pytest.MonkeyPatch) -> None:
    real = Namespaces.passes

    def passes(self: Namespaces, name: str, box: Any) -> bool | None:
        stated = dict(self.labels.get(name, {}))
        if NAME_LABEL in stated and "team" not in stated:
            del stated[NAME_LABEL]
            return label_sets.passes(box, NAMESPACE, stated)
        return real(self, name, box)

    patch.setattr(ends.Namespaces, "passes", passes)


def blocks_hold_no_pods(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Matrix, "holds_pods", lambda self, block: False)


def parts_of_the_pod_network_hold_all_pods(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        Matrix, "holds_pods", lambda self, block: bool(block.intersection(self.pod_network))
    )


def one_side_is_enough(patch: pytest.MonkeyPatch) -> None:
    real = Matrix.opened

    def opened(self: Matrix, end: End, direction: Direction, other: End) -> Any:
        if direction is Direction.EGRESS:
            return (Opening(),), EVERY_PORT, EVERY_PORT
        return real(self, end, direction, other)

    patch.setattr(Matrix, "opened", opened)


def only_the_last_policy_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        matrix,
        "openings_of",
        lambda policies, *more, **named: openings_of(policies[-1:], *more, **named),
    )


def labels_of_controllers_are_absent(patch: pytest.MonkeyPatch) -> None:
    def is_in(self: End, box: Any) -> bool | None:
        return label_sets.passes(box, label_sets.POD, self.labels)

    patch.setattr(End, "is_in", is_in)


def nodes_are_pods(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(End, "in_host_network", False)


def no_pods_elsewhere(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Namespaces, "elsewhere", lambda self, box: [])


def our_pods_are_elsewhere_too(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Namespaces, "elsewhere", lambda self, box: [box or {(NAMESPACE, "team"): ANY}])


MISREADINGS: list[Patch] = [
    last_except_forgotten,
    empty_peers_are_nobody,
    egress_always_implied,
    egress_never_implied,
    end_port_left_out,
    named_ports_of_any_protocol,
    not_in_asks_for_the_label,
    only_the_last_requirement_of_a_key,
    pods_of_any_namespace,
    policies_of_any_namespace,
    names_of_namespaces_as_they_are_stated,
    blocks_hold_no_pods,
    parts_of_the_pod_network_hold_all_pods,
    one_side_is_enough,
    only_the_last_policy_counts,
    labels_of_controllers_are_absent,
    nodes_are_pods,
    no_pods_elsewhere,
    our_pods_are_elsewhere_too,
]


@pytest.mark.parametrize("misread", MISREADINGS, ids=lambda misread: misread.__name__)
def test_a_misreading_is_noticed(misread: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    misread(monkeypatch)
    assert is_noticed()
