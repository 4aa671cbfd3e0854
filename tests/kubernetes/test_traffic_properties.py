"""The matrix against a naive evaluator, over random policies, pods and connections.

TRAFFIC_CASES sets how many random clusters are made, TRAFFIC_SEED which; a failure names the seed
of its own cluster.
"""

import os
from functools import cache
from itertools import product
from random import Random, SystemRandom
from typing import Any, NamedTuple

from tests.kubernetes.naive_traffic import Connection, Manifest, Party, connects
from tools.kubernetes.pod import pod_of
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.traffic.ends import Outsider
from tools.kubernetes.traffic.label_sets import (
    NAME_LABEL,
    NAMESPACE,
    POD,
    all_minus,
    box_of,
    passes,
)
from tools.kubernetes.traffic.matrix import Matrix
from tools.kubernetes.traffic.opening import Exit
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.spans import Spans, addresses, blocks, ports, union

CASES = int(os.environ.get("TRAFFIC_CASES", "200"))
SEED = int(os.environ.get("TRAFFIC_SEED", SystemRandom().randrange(10**9)))
POD_NETWORK = "10.244.0.0/16"
KEYS = {"app": ["web", "api", "db"], "tier": ["front", "back"]}
SPACE_KEYS = {"team": ["red", "blue"]}
NAMESPACES = ["shop", "bank"]
OUTSIDE = ["monitoring", "kube-system"]
PROBES = [
    (protocol, port) for protocol in ("TCP", "UDP", "SCTP") for port in (1, 53, 80, 81, 443, 65535)
]
CIDRS = ["0.0.0.0/0", "10.0.0.0/8", POD_NETWORK, "203.0.113.0/24", "203.0.113.7/32", "::/0"]
PARTIAL = ["10.244.0.0/17", "10.244.3.0/24"]
HOSTS = ["203.0.113.7", "203.0.113.9", "198.51.100.1", "10.1.2.3", "10.244.9.9", "fd00::1"]


class Cluster(NamedTuple):
    """A random target, the same as concrete parties, and all that the gate is told besides."""

    matrix: Matrix
    policies: list[Manifest]
    parties: list[Party]  # in the order of matrix.ends
    outside: list[Party]
    seed: int


def some_labels(random: Random, keys: dict[str, list[str]]) -> dict[str, str]:
    return {key: random.choice(values) for key, values in keys.items() if random.random() < 0.7}


def some_selector(random: Random, keys: dict[str, list[str]]) -> Manifest:
    selector: Manifest = {}
    for key, values in keys.items():
        draw = random.random()
        if draw < 0.3:
            selector.setdefault("matchLabels", {})[key] = random.choice(values)
        elif draw < 0.5:
            operator = random.choice(["In", "NotIn", "Exists", "DoesNotExist"])
            expression: Manifest = {"key": key, "operator": operator}
            if operator in ("In", "NotIn"):
                expression["values"] = random.sample(values, random.randint(1, len(values)))
            selector.setdefault("matchExpressions", []).append(expression)
    return selector


def some_peer(random: Random, cidrs: list[str]) -> Manifest:
    draw = random.random()
    if draw < 0.3:
        cidr = random.choice(cidrs)
        within = [c for c in cidrs if c != cidr and is_within(c, cidr)]
        block = {"cidr": cidr, "except": random.sample(within, min(len(within), 1))}
        return {"ipBlock": block if random.random() < 0.5 else {"cidr": cidr}}
    names = {**SPACE_KEYS, NAME_LABEL: [*NAMESPACES, *OUTSIDE]}
    peer: Manifest = {}
    if draw < 0.7:
        peer["namespaceSelector"] = some_selector(random, names)
    if draw > 0.5 or not peer:
        peer["podSelector"] = some_selector(random, KEYS)
    return peer


def is_within(inner: str, outer: str) -> bool:
    return not addresses(inner).minus(addresses(outer))


def some_port(random: Random) -> Manifest:
    port: Manifest = {}
    if random.random() < 0.7:
        port["protocol"] = random.choice(["TCP", "UDP", "SCTP"])
    draw = random.random()
    if draw < 0.4:
        port["port"] = random.choice([53, 80, 443])
        if random.random() < 0.4:
            port["endPort"] = port["port"] + random.choice([0, 1, 400])
    elif draw < 0.7:
        port["port"] = random.choice(["http", "dns"])
    return port


def some_rule(random: Random, peers: str, cidrs: list[str]) -> Manifest:
    rule: Manifest = {}
    if random.random() < 0.8:
        rule[peers] = [some_peer(random, cidrs) for _ in range(random.randint(0, 2))]
    if random.random() < 0.7:
        rule["ports"] = [some_port(random) for _ in range(random.randint(0, 2))]
    return rule


def some_policy(random: Random, number: int, cidrs: list[str]) -> Manifest:
    spec: Manifest = {}
    if random.random() < 0.9:
        spec["podSelector"] = some_selector(random, KEYS)
    for rules, peers in (("ingress", "from"), ("egress", "to")):
        if random.random() < 0.6:
            many = random.randint(0, 2)
            spec[rules] = [some_rule(random, peers, cidrs) for _ in range(many)]
    if random.random() < 0.6:
        spec["policyTypes"] = random.choice([["Ingress"], ["Egress"], ["Ingress", "Egress"], []])
    metadata = {"name": f"policy-{number}", "namespace": random.choice(NAMESPACES)}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": spec,
    }


def some_party(random: Random, namespace: str, spaces: dict[str, dict[str, str]]) -> Party:
    named = tuple(
        (protocol, name, random.choice([53, 80, 81]))
        for protocol, name in (("TCP", "http"), ("UDP", "dns"))
        if random.random() < 0.7
    )
    address = f"10.244.{random.randrange(8) * 32}.{random.randrange(256)}"
    return Party(address, namespace, some_labels(random, KEYS), spaces[namespace], named)


def manifest(party: Party, number: int) -> Manifest:
    declared = [
        {"protocol": protocol, "name": name, "containerPort": port}
        for protocol, name, port in party.ports
    ]
    metadata = {"name": f"pod-{number}", "namespace": party.namespace, "labels": party.labels}
    spec = {"containers": [{"name": "main", "ports": declared}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def cluster(seed: int, cidrs: list[str]) -> Cluster:
    random = Random(seed)
    spaces = {name: some_labels(random, SPACE_KEYS) for name in [*NAMESPACES, *OUTSIDE]}
    parties = [some_party(random, random.choice(NAMESPACES), spaces) for _ in range(3)]
    outside = [some_party(random, random.choice(OUTSIDE), spaces) for _ in range(2)]
    policies = [some_policy(random, number, cidrs) for number in range(random.randint(0, 4))]
    namespaces = [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": spaces[name]},
        }
        for name in NAMESPACES
    ]
    pods = [manifest(party, number) for number, party in enumerate(parties)]
    made = [Resource(data, i) for i, data in enumerate([*policies, *namespaces, *pods])]
    found = [pod for pod in map(pod_of, made) if pod]
    elsewhere = {name: spaces[name] for name in OUTSIDE}
    matrix = Matrix(ResourceSet(made), found, {}, elsewhere, [POD_NETWORK])
    return Cluster(matrix, policies, parties, outside, seed)


@cache
def clusters(*cidrs: str) -> list[Cluster]:
    return [cluster(SEED + number, list(cidrs)) for number in range(CASES)]


def told(made: Cluster, *what: Any) -> str:
    return f"TRAFFIC_SEED={made.seed} TRAFFIC_CASES=1: {what}\n{made.policies}"


def test_flows_between_pods_are_those_of_the_naive_evaluator() -> None:
    """Whole pod networks and namespaces with known labels leave nothing uncertain."""
    for made in clusters(*CIDRS):
        ends = list(zip(made.matrix.ends, made.parties, strict=True))
        for (end, source), (other, destination) in product(ends, repeat=2):
            flow = made.matrix.flow(end, other)
            assert not flow.possible, told(made, end.slug, other.slug)
            for protocol, port in PROBES:
                naive = connects(
                    made.policies, Connection(source, destination, protocol, port), {*NAMESPACES}
                )
                computed = bool(flow.ports.intersection(ports(protocol, port)))
                assert computed == naive, told(made, source, destination, protocol, port)


def test_what_depends_on_a_pods_address_is_possible_and_nothing_else_is() -> None:
    for made in clusters(*CIDRS, *PARTIAL):
        ends = list(zip(made.matrix.ends, made.parties, strict=True))
        for (end, source), (other, destination) in product(ends, repeat=2):
            flow = made.matrix.flow(end, other)
            for protocol, port in PROBES:
                naive = connects(
                    made.policies, Connection(source, destination, protocol, port), {*NAMESPACES}
                )
                wanted = ports(protocol, port)
                sure = bool(flow.ports.intersection(wanted))
                possible = sure or bool(flow.possible.intersection(wanted))
                assert sure <= naive <= possible, told(made, source, destination, protocol, port)


def test_traffic_with_the_outside_is_that_of_the_naive_evaluator() -> None:
    for made in clusters(*CIDRS):
        hosts = [Party(address) for address in HOSTS]
        ends = zip(made.matrix.ends, made.parties, strict=True)
        for (end, inner), outer in product(ends, [*made.outside, *hosts]):
            named = {(p, name): ports(p, number) for p, name, number in outer.ports}
            space = None if outer.namespace is None else {NAME_LABEL: outer.namespace}
            spot = addresses(outer.address)
            stranger = Outsider("stranger", space, outer.labels, spot, named)
            for direction, (protocol, port) in product(Direction, PROBES):
                ways = (outer, inner) if direction is Direction.INGRESS else (inner, outer)
                naive = connects(made.policies, Connection(*ways, protocol, port), {*NAMESPACES})
                computed = made.matrix.permits(end, direction, stranger, protocol, port)
                assert computed == naive, told(made, direction, *ways, protocol, port)


def test_exits_lead_exactly_where_the_naive_evaluator_lets_hosts_and_pods() -> None:
    """A stranger is in some region, at some port, exactly if a connection with it passes."""
    for made in clusters(*CIDRS):
        hosts = [Party(address) for address in HOSTS]
        ends = zip(made.matrix.ends, made.parties, strict=True)
        for (end, inner), direction in product(ends, Direction):
            exits = list(made.matrix.exits(end, direction))
            for outer, (protocol, port) in product([*made.outside, *hosts], PROBES):
                ways = (outer, inner) if direction is Direction.INGRESS else (inner, outer)
                naive = connects(made.policies, Connection(*ways, protocol, port), {*NAMESPACES})
                found = any(leads_to(way, outer, protocol, port) for way in exits)
                assert found == naive, told(made, direction, outer, protocol, port)


def leads_to(way: Exit, outer: Party, protocol: str, port: int) -> bool:
    names = {(p, name) for p, name, number in outer.ports if (p, number) == (protocol, port)}
    if not (way.ports.intersection(ports(protocol, port)) or names & way.names):
        return False
    if way.region.addresses.intersection(addresses(outer.address)):
        return True
    space = {**outer.namespace_labels, NAME_LABEL: outer.namespace or ""}
    return outer.namespace is not None and any(
        passes(box, NAMESPACE, space) and passes(box, POD, outer.labels) for box in way.region.boxes
    )


def test_boxes_are_cut_exactly() -> None:
    """Labels are in the difference of selectors exactly if they pass one and not the others."""
    random = Random(SEED)
    values: list[list[str | None]] = [[None, *options, "else"] for options in KEYS.values()]
    for _ in range(5 * CASES):
        one, *others = (box_of(some_selector(random, KEYS), POD) for _ in range(3))
        rest = all_minus([one], others)
        for chosen in product(*values):
            labels = {k: v for k, v in zip(KEYS, chosen, strict=True) if v is not None}
            expected = passes(one, POD, labels) and not any(passes(o, POD, labels) for o in others)
            assert any(passes(box, POD, labels) for box in rest) == expected, (SEED, one, others)


def test_sets_of_numbers_are_computed_exactly() -> None:
    random = Random(SEED)
    for _ in range(5 * CASES):
        one, other = (
            union(Spans(((a, a + random.randrange(4)),)) for a in random.sample(range(12), 3))
            for _ in range(2)
        )
        for number in range(18):
            here, there = one.has(number), other.has(number)
            assert one.union(other).has(number) == (here or there), (SEED, one, other)
            assert one.intersection(other).has(number) == (here and there), (SEED, one, other)
            assert one.minus(other).has(number) == (here and not there), (SEED, one, other)


def test_blocks_of_addresses_are_read_and_written() -> None:
    internet = addresses("0.0.0.0/0").minus(addresses("128.0.0.0/1"))
    assert blocks(internet.union(addresses("2001:db8::/32"))) == ["0.0.0.0/1", "2001:db8::/32"]
    assert addresses("10.1.2.3/8") == addresses("10.0.0.0/8")
    assert not addresses("10.0.0.0/33")
