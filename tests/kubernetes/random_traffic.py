"""Random clusters: policies, pods and namespaces, as manifests and as concrete parties."""

from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from tests.kubernetes.naive_traffic import Manifest, Party
from tools.kubernetes.pod import pod_of
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.traffic.label_sets import NAME_LABEL
from tools.kubernetes.traffic.matrix import Matrix
from tools.kubernetes.traffic.spans import addresses

POD_NETWORK = "10.244.0.0/16"
KEYS = {"app": ["web", "api", "db"], "tier": ["front", "back"]}
SPACE_KEYS = {"team": ["red", "blue"]}
NAMESPACES = ["shop", "bank"]
OUTSIDE = ["monitoring", "kube-system"]
HASH = "pod-template-hash"
NODE = "192.168.49.2"

CERTAIN = (
    "0.0.0.0/0", "10.0.0.0/8", POD_NETWORK, "203.0.113.0/24", "203.0.113.0/29", "203.0.113.7/32",
    "::/0", "fd00::/8", "fd00::/64",
)  # fmt: skip
"""Blocks that hold all pods, or none."""

PARTIAL = (*CERTAIN, "10.244.0.0/17", "10.244.3.0/24", "192.168.0.0/16")
"""With blocks that hold some pods, and nodes."""

HOSTS = (
    "203.0.113.7", "203.0.113.1", "203.0.113.9", "198.51.100.1", "10.1.2.3", "10.244.9.9",
    "fd00::1", "fd12::1", "2001:db8::1",
)  # fmt: skip


class Cluster(NamedTuple):
    """A random target, the same as concrete parties, and all that the gate is told besides.

    `worlds` are the parties as different network plugins and clusters may have them.
    """

    matrix: Matrix
    policies: list[Manifest]
    parties: list[Party]  # in the order of matrix.ends
    worlds: list[list[Party]]
    outside: list[Party]
    pods: list[Manifest]
    seed: int


def some_labels(random: Random, keys: dict[str, list[str]]) -> dict[str, str]:
    return {key: random.choice(values) for key, values in keys.items() if random.random() < 0.7}


def some_selector(random: Random, keys: dict[str, list[str]]) -> Manifest:
    selector: Manifest = {}
    for key, values in keys.items():
        draw = random.random()
        if draw < 0.3:
            selector.setdefault("matchLabels", {})[key] = random.choice(values)
        if 0.25 < draw < 0.5:
            expressions = [some_expression(random, key, values)]
            if random.random() < 0.3:
                expressions.append(some_expression(random, key, values))
            selector.setdefault("matchExpressions", []).extend(expressions)
    return selector


def some_expression(random: Random, key: str, values: list[str]) -> Manifest:
    operator = random.choice(["In", "NotIn", "Exists", "DoesNotExist"])
    expression: Manifest = {"key": key, "operator": operator}
    if operator in ("In", "NotIn"):
        expression["values"] = random.sample(values, random.randint(1, len(values)))
    return expression


def some_peer(random: Random, cidrs: tuple[str, ...], keys: dict[str, list[str]]) -> Manifest:
    draw = random.random()
    if draw < 0.3:
        cidr = random.choice(cidrs)
        within = [c for c in cidrs if c != cidr and is_within(c, cidr)]
        some = random.sample(within, random.randint(0, min(len(within), 3)))
        return {"ipBlock": {"cidr": cidr, "except": some} if some else {"cidr": cidr}}
    names = {**SPACE_KEYS, NAME_LABEL: [*NAMESPACES, *OUTSIDE]}
    peer: Manifest = {}
    if draw < 0.7:
        peer["namespaceSelector"] = some_selector(random, names)
    if draw > 0.5 or not peer:
        peer["podSelector"] = some_selector(random, keys)
    return peer


def is_within(inner: str, outer: str) -> bool:
    return not addresses(inner).minus(addresses(outer))


def some_port(random: Random) -> Manifest:
    port: Manifest = {}
    if random.random() < 0.7:
        port["protocol"] = random.choice(["TCP", "UDP", "SCTP", None])
    draw = random.random()
    if draw < 0.4:
        port["port"] = random.choice([53, 80, 443])
        if random.random() < 0.4:
            port["endPort"] = port["port"] + random.choice([0, 1, 400])
    elif draw < 0.7:
        port["port"] = random.choice(["http", "dns"])
    return port


def some_list(random: Random, made: list[Manifest]) -> list[Manifest] | None:
    return made if made or random.random() < 0.7 else None


def some_rule(
    random: Random, peers: str, cidrs: tuple[str, ...], keys: dict[str, list[str]]
) -> Manifest:
    rule: Manifest = {}
    if random.random() < 0.8:
        found = [some_peer(random, cidrs, keys) for _ in range(random.randint(0, 2))]
        rule[peers] = some_list(random, found)
    if random.random() < 0.7:
        rule["ports"] = some_list(random, [some_port(random) for _ in range(random.randint(0, 2))])
    return rule


def some_policy(
    random: Random, number: int, cidrs: tuple[str, ...], keys: dict[str, list[str]]
) -> Manifest:
    spec: Manifest = {}
    if random.random() < 0.9:
        spec["podSelector"] = some_selector(random, keys) if random.random() < 0.9 else None
    for rules, peers in (("ingress", "from"), ("egress", "to")):
        if random.random() < 0.6:
            many = random.randint(0, 2)
            spec[rules] = [some_rule(random, peers, cidrs, keys) for _ in range(many)]
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
        for protocol, name in (("TCP", "http"), ("TCP", "http"), ("UDP", "dns"), ("SCTP", "http"))
        if random.random() < 0.5
    )
    address = f"10.244.{random.randrange(8) * 32}.{random.randrange(256)}"
    return Party(address, namespace, some_labels(random, KEYS), spaces[namespace], named)


def some_pod(random: Random, party: Party, number: int) -> Manifest:
    """The manifest of a party: its ports in several containers, and one that does not count."""
    containers: list[Manifest] = [{"name": "main"}]
    inits: list[Manifest] = [
        {"name": "setup", "ports": [{"name": "dns", "protocol": "UDP", "containerPort": 81}]},
        {"name": "proxy", "restartPolicy": "Always"},
    ]
    for protocol, name, port in party.ports:
        where = random.choice([containers[0], inits[1], {"name": f"side-{port}"}])
        where.setdefault("ports", []).append(
            {"protocol": protocol, "name": name, "containerPort": port}
        )
        if where not in (containers[0], inits[1]):
            containers.append(where)
    metadata = {"name": f"pod-{number}", "namespace": party.namespace, "labels": party.labels}
    spec = {"initContainers": inits, "containers": containers}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def deployment_of(pod: Manifest) -> Manifest:
    metadata = {key: pod["metadata"][key] for key in ("name", "namespace")}
    template = {"metadata": {"labels": pod["metadata"]["labels"]}, "spec": pod["spec"]}
    kind = {"apiVersion": "apps/v1", "kind": "Deployment"}
    return {**kind, "metadata": metadata, "spec": {"template": template}}


def namespace_manifest(random: Random, name: str, labels: dict[str, str]) -> Manifest:
    """A namespace; whatever its manifest says, the server gives it its name as a label."""
    stated = {NAME_LABEL: random.choice(NAMESPACES)} if random.random() < 0.3 else {}
    metadata = {"name": name, "labels": {**labels, **stated}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def cluster(seed: int, cidrs: tuple[str, ...] = CERTAIN) -> Cluster:
    """A cluster in which everything can be known from its manifests."""
    return _cluster(seed, cidrs, KEYS, unsure=False)


def unsure_cluster(seed: int) -> Cluster:
    """One with pods that have labels which no manifest shows, or the address of their node."""
    return _cluster(seed, PARTIAL, {**KEYS, HASH: ["5d4f", "77aa"]}, unsure=True)


def _cluster(
    seed: int, cidrs: tuple[str, ...], keys: dict[str, list[str]], unsure: bool
) -> Cluster:
    random = Random(seed)
    spaces = {name: some_labels(random, SPACE_KEYS) for name in [*NAMESPACES, *OUTSIDE]}
    parties = [some_party(random, random.choice(NAMESPACES), spaces) for _ in range(3)]
    outside = [some_party(random, random.choice(OUTSIDE), spaces) for _ in range(2)]
    policies = [some_policy(random, number, cidrs, keys) for number in range(random.randint(0, 4))]
    namespaces = [namespace_manifest(random, name, spaces[name]) for name in NAMESPACES]
    pods = [some_pod(random, party, number) for number, party in enumerate(parties)]
    worlds = [parties]
    if unsure:
        worlds = list(_worlds(random, parties, pods))
    made = [Resource(data, i) for i, data in enumerate([*policies, *namespaces, *pods])]
    found = [pod for pod in map(pod_of, made) if pod]
    elsewhere = {name: spaces[name] for name in OUTSIDE}
    matrix = Matrix(ResourceSet(made), found, {}, elsewhere, [POD_NETWORK])
    return Cluster(matrix, policies, parties, worlds, outside, pods, seed)


def _worlds(random: Random, parties: list[Party], pods: list[Manifest]) -> Iterator[list[Party]]:
    """Make some pods unsure, and yield what they may be in the end."""
    on_node = {n for n in range(len(pods)) if random.random() < 0.2}
    deployed = {n for n in range(len(pods)) if random.random() < 0.4}
    for number in on_node:
        pods[number]["spec"]["hostNetwork"] = True
    for number in deployed:
        pods[number] = deployment_of(pods[number])
    for seen_as_pod in (True, False):
        for hashed in ("5d4f", "77aa", "other"):
            yield [
                _in_world(party, number in deployed, number in on_node, seen_as_pod, hashed)
                for number, party in enumerate(parties)
            ]


def _in_world(
    party: Party, is_deployed: bool, is_on_node: bool, seen_as_pod: bool, hashed: str
) -> Party:
    labels = {**party.labels, HASH: hashed} if is_deployed else party.labels
    if is_on_node and not seen_as_pod:
        # No policy is for it, and to others it is its node; its own ports keep their numbers.
        return Party(NODE, None, {}, {}, party.ports)
    address = NODE if is_on_node else party.address
    return Party(address, party.namespace, labels, party.namespace_labels, party.ports)


def variants(made: Cluster) -> Iterator[str]:
    """What occurs in the policies and pods of a cluster, in words."""
    for policy in made.policies:
        spec = policy["spec"]
        yield f"policyTypes {spec.get('policyTypes', 'absent')}"
        yield "podSelector " + _shape(spec, "podSelector")
        if spec.get("egress") and "policyTypes" not in spec:
            yield "egress implied by its rules"
        for rules, peers in (("ingress", "from"), ("egress", "to")):
            yield f"{rules} {_shape(spec, rules)}"
            for rule in spec.get(rules) or []:
                yield from _of_rule(rule, peers)
    for pod in made.pods:
        yield "hostNetwork" if pod["spec"].get("hostNetwork") else pod["kind"]
    yield from _of_names(made)


def _of_rule(rule: Manifest, peers: str) -> Iterator[str]:
    yield f"{peers} {_shape(rule, peers)}"
    yield f"ports {_shape(rule, 'ports')}"
    for peer in rule.get(peers) or []:
        yield from _of_peer(peer)
    for port in rule.get("ports") or []:
        yield from _of_port(port)


def _shape(holder: dict[str, Any], field: str) -> str:
    if field not in holder:
        return "absent"
    return "null" if holder[field] is None else "stated" if holder[field] else "empty"


def _of_peer(peer: Manifest) -> Iterator[str]:
    yield " with ".join(sorted(peer))
    if block := peer.get("ipBlock"):
        family = "IPv6" if ":" in block["cidr"] else "IPv4"
        excepted = block.get("except") or []
        yield f"{family} block{' with except' if excepted else ''}"
        if any(is_within(a, b) for a in excepted for b in excepted if a != b):
            yield f"{family} excepts that overlap"
    for field in ("podSelector", "namespaceSelector"):
        if field in peer:
            yield f"peer {field} {_shape(peer, field)}"
        selector = peer.get(field) or {}
        expressions = selector.get("matchExpressions", [])
        for expression in expressions:
            yield f"{field} {expression['operator']}"
        keys = [*selector.get("matchLabels", {}), *(e["key"] for e in expressions)]
        if len(keys) > len(set(keys)):
            yield f"{field} asks twice for a key"
        if NAME_LABEL in keys:
            yield "namespace by its name"


def _of_port(port: Manifest) -> Iterator[str]:
    yield f"protocol {port.get('protocol', 'absent')}"
    stated = port.get("port")
    yield "no port" if stated is None else f"port is {type(stated).__name__}"
    if "endPort" in port:
        yield "endPort as port" if port["endPort"] == stated else "endPort"


def _of_names(made: Cluster) -> Iterator[str]:
    numbers: dict[str, set[int]] = {}
    for party in made.parties:
        own: dict[tuple[str, str], set[int]] = {}
        for protocol, name, number in party.ports:
            numbers.setdefault(name, set()).add(number)
            own.setdefault((protocol, name), set()).add(number)
        if any(len(found) > 1 for found in own.values()):
            yield "a name for two ports of a pod"
        if {name for _, name in own} and len({name for _, name in own}) < len(own):
            yield "a name for two protocols of a pod"
    if any(len(found) > 1 for found in numbers.values()):
        yield "a name for different ports"
    if len({policy["metadata"]["namespace"] for policy in made.policies}) > 1:
        yield "policies in two namespaces"
