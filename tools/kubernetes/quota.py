"""What the objects of a namespace use of a ResourceQuota.

https://kubernetes.io/docs/concepts/policy/resource-quotas/; as the API server's evaluators for
pods, services, claims and object counts compute it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from tools.kubernetes.capacity import Load, Share, pod_shares, total
from tools.kubernetes.claims import Claim, claims
from tools.kubernetes.limit_range import Stated, rounded_up, stated_amounts
from tools.kubernetes.quantity import amount_of
from tools.kubernetes.quota_scope import covered_claims, has_scopes
from tools.kubernetes.resource import Resource

ONE = Decimal(1)
_IN_EVERY_NAMESPACE = {
    "configmaps": ("ConfigMap", "kube-root-ca.crt"),
    "serviceaccounts": ("ServiceAccount", "default"),
}
_OF_PODS = frozenset({"cpu", "memory", "ephemeral-storage"})
_CONTROLLED = frozenset(
    {"replicasets.apps", "controllerrevisions.apps", "endpoints", "events", "events.events.k8s.io"}
    | {"endpointslices.discovery.k8s.io", "leases.coordination.k8s.io", "jobs.batch"}
)
"""Objects that controllers make in numbers that no manifest says."""
_ALIASES = frozenset({"configmaps", "secrets", "resourcequotas", "replicationcontrollers"})
_CLASS_SUFFIX = ".storageclass.storage.k8s.io/"
_OF_CLAIMS = ("persistentvolumeclaims", "count/persistentvolumeclaims", "requests.storage")
_OF_CLASSES = tuple(
    f"{_CLASS_SUFFIX}{name}" for name in ("persistentvolumeclaims", "requests.storage")
)


class Use(NamedTuple):
    """What is used of one entry of `spec.hard`.

    `also` is an object that the control plane makes in each namespace and that counts too.
    """

    hard: Stated
    shares: list[Share]
    also: str | None

    @property
    def total(self) -> Decimal:
        return total(self.shares) + (1 if self.also else 0)


class _Inventory(NamedTuple):
    objects: Sequence[Resource]
    loads: Sequence[Load]
    claims: Sequence[Claim]


def uses(
    quota: Resource, objects: Sequence[Resource], loads: Sequence[Load], counted: Sequence[Load]
) -> Iterator[tuple[str, Stated, Use | None]]:
    """Every entry of a quota by name with its use, None where manifests do not say it.

    `objects` and `loads` are those of the namespace, `counted` the loads that the quota's scopes
    cover.
    """
    scoped = has_scopes(quota)
    own = covered_claims(quota, claims(objects, loads))
    inventory = _Inventory(() if scoped else objects, counted, own)
    for name, hard in stated_amounts(quota, ("spec", "hard")).items():
        shares = _shares(name, inventory)
        also = None if scoped else _always_there(name, objects)
        yield name, hard, None if shares is None else Use(hard, shares, also)


def _shares(name: str, inventory: _Inventory) -> list[Share] | None:
    if name in ("pods", "count/pods"):
        return [
            Share(load.pod.workload, load.pod.at(), load.pods, ONE, load.words)
            for load in inventory.loads
        ]
    if (field_and_name := _compute_name(name)) is not None:
        return pod_shares(inventory.loads, *field_and_name)
    if name in _OF_CLAIMS or name.endswith(_OF_CLASSES):
        return _storage(name, inventory)
    if name in _SERVICE_COUNTS:
        return _services(name, inventory.objects)
    if name in _ALIASES or name.startswith("count/"):
        return _counted(name.removeprefix("count/"), inventory.objects)
    return None


def _always_there(name: str, objects: Sequence[Resource]) -> str | None:
    kind, made = _IN_EVERY_NAMESPACE.get(name.removeprefix("count/"), ("", ""))
    known = any((resource.kind, resource.name) == (kind, made) for resource in objects)
    return None if known or not made else f"{kind}/{made}"


def _compute_name(name: str) -> tuple[str, str] | None:
    """The field and resource of pods that an entry limits, None if it is not about pods."""
    if name in _OF_PODS or name.startswith("hugepages-"):
        return "requests", name
    field, _, resource = name.partition(".")
    if field == "limits" and resource in _OF_PODS:
        return field, resource
    extended = "/" in resource and not resource.startswith("deviceclass.resource.kubernetes.io/")
    if field == "requests" and (
        resource in _OF_PODS or resource.startswith("hugepages-") or extended
    ):
        return field, resource
    return None


def _storage(name: str, inventory: _Inventory) -> list[Share] | None:
    class_name, separator, resource = name.rpartition(_CLASS_SUFFIX)
    shares = []
    for claim in inventory.claims:
        if separator and claim.storage_class is None:
            return None
        if separator and claim.storage_class != class_name:
            continue
        path = ("spec", "resources", "requests", "storage")
        size = rounded_up(amount_of(claim.get(*path)) or Decimal(), ONE)
        each = size if resource == "requests.storage" else ONE
        shares.append(Share(claim.resource, (*claim.path, *path), claim.times, each, claim.words))
    return shares


def _services(name: str, objects: Sequence[Resource]) -> list[Share]:
    return [
        Share(service, ("spec", "type"), _SERVICE_COUNTS[name](service), ONE, "1 Service")
        for service in objects
        if service.kind == "Service"
    ]


def _node_ports(service: Resource) -> int:
    """A LoadBalancer allocates node ports too, unless it declines them."""
    ports = [port for _, port in service.maps("spec", "ports")]
    kind = service.get("spec", "type")
    if kind == "LoadBalancer" and service.get("spec", "allocateLoadBalancerNodePorts") is False:
        return sum(bool(port.get("nodePort")) for port in ports)
    return len(ports) if kind in ("NodePort", "LoadBalancer") else 0


_SERVICE_COUNTS: Mapping[str, Callable[[Resource], int]] = {
    "services": lambda service: 1,
    "count/services": lambda service: 1,
    "services.nodeports": _node_ports,
    "services.loadbalancers": lambda service: int(service.get("spec", "type") == "LoadBalancer"),
}


def _counted(name: str, objects: Sequence[Resource]) -> list[Share] | None:
    """Objects of a kind by its plural and group; operators make Secrets of other kinds."""
    if name in _CONTROLLED:
        return None
    return [
        Share(resource, ("metadata", "name"), 1, ONE, "1 object")
        for resource in objects
        if name == _counted_as(resource)
    ]


def _counted_as(resource: Resource) -> str:
    if resource.kind in ("ExternalSecret", "SealedSecret"):
        return "secrets"
    group = resource.ref.group
    return f"{plural(resource.kind)}.{group}" if group else plural(resource.kind)


def plural(kind: str) -> str:
    """The name of a kind in URLs: `NetworkPolicy` is `networkpolicies`."""
    lower = kind.lower()
    if lower.endswith("y") and not lower.endswith(("ay", "ey", "oy", "uy")):
        return f"{lower[:-1]}ies"
    if lower == "endpoints":
        return lower
    return f"{lower}es" if lower.endswith(("s", "x", "ch", "sh")) else f"{lower}s"
