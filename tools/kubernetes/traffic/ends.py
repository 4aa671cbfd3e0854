"""The two ends of connections: pods of the render, namespaces, and who stands outside by name."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import ResourceSet
from tools.kubernetes.services import ADDED_LABELS, pod_ports
from tools.kubernetes.traffic.label_sets import (
    NAME_LABEL,
    NAMESPACE,
    POD,
    Box,
    Key,
    Values,
    one,
    passes,
    texts,
)
from tools.kubernetes.traffic.spans import (
    EVERY_ADDRESS,
    NOTHING,
    Spans,
    addresses,
    ports,
    union,
)

PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""Networks that are nobody's on the internet: RFC 1918, RFC 6598 and RFC 4193."""

LINK_LOCAL = ("169.254.0.0/16", "fe80::/10")
"""Addresses of the node's own link; clouds answer at 169.254.169.254."""

POD_NETWORKS = PRIVATE[:-1]
"""Where pods get their addresses from unless something else is declared."""

_NOWHERE = (
    "0.0.0.0/8", "127.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128",
    "::ffff:0:0/96", "100::/64", "2001:db8::/32", "ff00::/8",
)  # fmt: skip
"""Blocks at which nobody can be reached through a router: loopback, multicast, documentation."""


def nowhere() -> Spans:
    """Addresses that do not matter, whoever opens the way to them."""
    return union(map(addresses, _NOWHERE))


def public() -> Spans:
    """The addresses of the internet."""
    within = union(map(addresses, (*PRIVATE, *LINK_LOCAL)))
    return EVERY_ADDRESS.minus(within).minus(nowhere())


class End:
    """The pods of one workload, as one end of connections."""

    def __init__(self, pod: Pod) -> None:
        self.pod = pod
        self.namespace = pod.namespace
        self.labels = texts(pod.labels)
        kind, name = pod.workload.kind, pod.workload.name
        if kind == "Job":
            self.labels |= dict.fromkeys(("job-name", "batch.kubernetes.io/job-name"), name)
        self.unsure = frozenset(key for key, kinds in ADDED_LABELS.items() if kind in kinds)

    @property
    def slug(self) -> str:
        """`Deployment/web`."""
        return self.pod.workload.ref.slug

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the workload may be called: `web`, `Deployment/web`, both also as `shop/…`."""
        short = (self.pod.workload.name, self.slug)
        return (*short, *(f"{self.namespace}/{name}" for name in short if self.namespace))

    @cached_property
    def in_host_network(self) -> bool:
        """Whether the pods have the node's address: what policies do about them is not defined."""
        return self.pod.get("hostNetwork") is True

    def is_in(self, box: Box) -> bool | None:
        """Whether the pods' labels fit a box; None if the cluster decides."""
        return passes(box, POD, self.labels, self.unsure)

    @cached_property
    def listens(self) -> Spans:
        """The ports that the containers declare."""
        numbered = (port for port in pod_ports(self.pod) if isinstance(port.number, int))
        return union(ports(port.protocol, port.number) for port in numbered)

    @cached_property
    def named(self) -> Mapping[tuple[str, str], Spans]:
        """The numbers of the pods' ports by protocol and name."""
        found: dict[tuple[str, str], Spans] = {}
        for port in pod_ports(self.pod):
            if port.name and isinstance(port.number, int):
                key = port.protocol, port.name
                found[key] = found.get(key, NOTHING).union(ports(port.protocol, port.number))
        return found


class Namespaces:
    """What is known of namespaces: the labels of those in the render, and of declared ones."""

    def __init__(
        self, resources: ResourceSet, declared: Mapping[str, Mapping[str, str]], pods: list[Pod]
    ) -> None:
        self.labels: dict[str, Mapping[str, str]] = {
            name: {**labels, NAME_LABEL: name} for name, labels in declared.items()
        }
        for namespace in resources.of_kind("Namespace"):
            if namespace.ref.group == "" and namespace.name:
                self.labels[namespace.name] = {
                    **texts(namespace.labels),
                    NAME_LABEL: namespace.name,
                }
        self.ours = frozenset(pod.namespace for pod in pods)

    def passes(self, name: str, box: Box) -> bool | None:
        """Whether a namespace fits a box; None if its labels are not known."""
        if name in self.labels:
            return passes(box, NAMESPACE, self.labels[name])
        return passes(box, NAMESPACE, {NAME_LABEL: name} if name else {}, None)

    def elsewhere(self, box: Box) -> list[Box]:
        """A box without the namespaces whose pods are in the render.

        Where it asks for a label that known namespaces have, only those are meant.
        """
        not_ours: Box = {(NAMESPACE, NAME_LABEL): Values(self.ours, True)}
        pods = {key: values for key, values in box.items() if key[0] == POD}
        if _asks_for_label(box):
            known = [name for name in self.labels if self.passes(name, box)]
            if known:
                return [
                    {(NAMESPACE, NAME_LABEL): one(name), **pods}
                    for name in known
                    if name not in self.ours
                ]
        found: dict[Key, Values] = dict(box)
        for key, values in not_ours.items():
            found[key] = found[key].both(values) if key in found else values
        return [found] if all(found.values()) else []


def _asks_for_label(box: Box) -> bool:
    """Whether a box only holds namespaces with some label besides their name."""
    return any(
        not values.has(None)
        for (carrier, key), values in box.items()
        if carrier == NAMESPACE and key != NAME_LABEL
    )


class Region(NamedTuple):
    """Somewhere outside of the render: pods by labels, and addresses."""

    boxes: tuple[Box, ...] = ()
    addresses: Spans = NOTHING

    def __bool__(self) -> bool:
        return bool(self.boxes or self.addresses)


class Outsider(NamedTuple):
    """A named end outside of the render: pods with exactly known labels, or addresses.

    `ports` are the numbers of the pods' named ports.
    """

    name: str
    namespace: Mapping[str, str] | None = None
    labels: Mapping[str, str] = {}
    addresses: Spans = NOTHING
    ports: Mapping[tuple[str, str], Spans] = {}
    any_family: bool = False

    @property
    def is_pods(self) -> bool:
        return self.namespace is not None

    @property
    def region(self) -> Region:
        """Where it stands."""
        if self.namespace is None:
            return Region((), self.addresses)
        name = self.namespace.get(NAME_LABEL)
        here: Box = {(NAMESPACE, NAME_LABEL): one(name)} if name else {}
        return Region(({**here, **{(POD, k): one(v) for k, v in self.labels.items()}},))


DNS_PORTS = {
    ("UDP", "dns"): ports("UDP", 53),
    ("TCP", "dns-tcp"): ports("TCP", 53),
    ("TCP", "metrics"): ports("TCP", 9153),
}
DNS = "cluster-dns"
INTERNET = "internet"
INGRESS_CONTROLLER = "ingress-controller"


def built_in() -> dict[str, Outsider]:
    """Who stands outside everywhere, as most clusters have it.

    The labels are those of kubeadm's CoreDNS and of ingress-nginx.
    """
    controller = {
        "app.kubernetes.io/name": "ingress-nginx",
        "app.kubernetes.io/component": "controller",
    }
    return {
        DNS: Outsider(DNS, {NAME_LABEL: "kube-system"}, {"k8s-app": "kube-dns"}, ports=DNS_PORTS),
        INTERNET: Outsider(INTERNET, addresses=public(), any_family=True),
        INGRESS_CONTROLLER: Outsider(INGRESS_CONTROLLER, {NAME_LABEL: "ingress-nginx"}, controller),
    }
