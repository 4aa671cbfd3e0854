"""Namespaces full of objects, ResourceQuotas over them, and what we count of each."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from tests.cluster.limit_ranges import Object, pods
from tools.kubernetes.admission import quota_refusals
from tools.kubernetes.capacity import Load, loads
from tools.kubernetes.claims import claims
from tools.kubernetes.pod import pod_of
from tools.kubernetes.quantity import format_quantity, is_bytes
from tools.kubernetes.quota import Use, uses
from tools.kubernetes.quota_scope import covered
from tools.kubernetes.resource import Resource, ResourceSet

CLUSTER: Sequence[Object] = (
    *(
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": name},
            "value": 1,
        }
        for name in ("quota-high", "quota-low")
    ),
    {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": "quota-sandbox"},
        "handler": "sandbox",
        "overhead": {"podFixed": {"cpu": "50m", "memory": "16Mi", "ephemeral-storage": "1Mi"}},
    },
)
"""What the objects refer to and no namespace holds."""

_POD_NAMES = (
    "pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory",
)  # fmt: skip
_COUNTED_WITH_PODS = ("count/pods", "requests.example.com/gpu")
_CLASS = "gold.storageclass.storage.k8s.io"
_NAMES = (
    *_POD_NAMES, *_COUNTED_WITH_PODS, "ephemeral-storage", "requests.ephemeral-storage",
    "limits.ephemeral-storage", "hugepages-2Mi", "requests.hugepages-2Mi", "services",
    "services.nodeports", "services.loadbalancers", "count/services", "persistentvolumeclaims",
    "requests.storage", "count/persistentvolumeclaims", f"{_CLASS}/requests.storage",
    f"{_CLASS}/persistentvolumeclaims", "configmaps", "count/configmaps", "secrets",
    "count/secrets", "count/deployments.apps", "count/statefulsets.apps", "count/serviceaccounts",
    "count/networkpolicies.networking.k8s.io", "count/resourcequotas", "count/services.nodeports",
)  # fmt: skip
_WITH_SCOPES = (
    "count/configmaps", "count/serviceaccounts", "count/services", f"{_CLASS}/requests.storage",
    "count/persistentvolumeclaims", "count/pods",
)  # fmt: skip
_SIDES = (("BestEffort", "NotBestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_SELECTORS = (("Exists", None), ("DoesNotExist", None), ("In", True), ("NotIn", True))
_FAR = {True: Decimal(10) ** 17, False: Decimal(10) ** 12}
"""More than anything here takes, of bytes and of others, which overflow in thousandths."""


class Scene(NamedTuple):
    """A namespace: what is in it, and objects that may come."""

    namespace: str
    objects: Sequence[Object]
    candidates: Sequence[Object]


def scene(random: Random, namespace: str) -> Scene:
    """Pods, workloads that make some, claims, Services and others; a candidate of three kinds."""
    makers: Sequence[tuple[_Maker, Sequence[int]]] = (
        (_pod, (1, 2, 3)), (_workload, (0, 1, 2)), (_claim, (0, 1, 2)), (_service, (0, 1, 2)),
        (_other, (0, 1, 2)),
    )  # fmt: skip
    objects = [make(random) for make, counts in makers for _ in range(random.choice(counts))]
    candidates = [_pod(random), _pod(random), random.choice((_claim, _service, _other))(random)]
    for data in candidates:
        # Their claims are made by a controller, which is refused later and by itself.
        data.get("spec", {}).pop("volumes", None)
    named = [_named(data, f"{data['kind'].lower()}-{n}") for n, data in enumerate(objects)]
    coming = [_named(data, f"candidate-{n}") for n, data in enumerate(candidates)]
    for data in (*named, *coming):
        data["metadata"]["namespace"] = namespace
    return Scene(namespace, named, coming)


def drafts(random: Random, namespace: str) -> Iterator[Object]:
    """Quotas without end, of which the server takes the greater part; amounts are to be set."""
    while True:
        spec: dict[str, Any] = {}
        if random.random() < 0.5:
            spec = _scopes(random)
        names: Sequence[str] = _NAMES
        if spec:
            names = (*_POD_NAMES, *_COUNTED_WITH_PODS, *_WITH_SCOPES)
        if "BestEffort" in spec.get("scopes", ()):
            names = ("pods", *_COUNTED_WITH_PODS, *_WITH_SCOPES)
        if "VolumeAttributesClass" in str(spec):
            names = ("persistentvolumeclaims", "requests.storage", *_WITH_SCOPES)
        chosen = random.sample(names, min(len(names), random.choice((2, 4, 8))))
        spec["hard"] = dict.fromkeys(sorted(chosen), "1")
        metadata = {"name": "quota", "namespace": namespace}
        yield {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": spec}


def with_room_for(
    random: Random, quota: Object, objects: Sequence[Object], candidate: Object
) -> Object:
    """The quota with amounts: one a unit below, at or above what a candidate brings it to."""
    now, then = used(quota, objects), used(quota, [*objects, candidate])
    hard = {
        name: _written(now.get(name, Decimal()) + _FAR[is_bytes(name) and "/" not in name])
        for name in quota["spec"]["hard"]
    }
    if touched := [name for name, amount in then.items() if amount > now[name]]:
        name = random.choice(touched)
        unit = Decimal("0.001") if "cpu" in name else Decimal(1)
        hard[name] = _written(then[name] + unit * random.choice((-1, -1, 0, 0, 1)))
    return {**quota, "spec": {**quota["spec"], "hard": hard}}


def used(quota: Object, objects: Sequence[Object]) -> dict[str, Decimal]:
    """What we count for each entry of a quota, but for entries that we do not judge."""
    return {name: use.total for name, use in _uses(quota, objects) if use is not None}


def refuses(quota: Object, objects: Sequence[Object], candidate: Object) -> list[str]:
    """Why a quota would refuse one more object."""
    now = used(quota, objects)
    then = [(name, use) for name, use in _uses(quota, [*objects, candidate]) if use is not None]
    exceeded = [
        f"{name}: {use.total} of {use.hard.value}"
        for name, use in then
        if use.total > max(now[name], use.hard.amount)
    ]
    resources = _resources([candidate])
    own = covered(Resource(quota), _loads(resources), resources) or []
    return [*exceeded, *(refusal.message for refusal in quota_refusals(Resource(quota), own))]


def expected_counts(objects: Sequence[Object]) -> tuple[int, int]:
    """How many pods and claims there are once all controllers have done their work."""
    resources = _resources(objects)
    every = _loads(resources)
    own = claims(resources, every)
    return sum(load.pods for load in every), sum(claim.times for claim in own)


def _uses(quota: Object, objects: Sequence[Object]) -> Iterator[tuple[str, Use | None]]:
    resources = _resources(objects)
    every = _loads(resources)
    counted = covered(Resource(quota), every, resources)
    assert counted is not None, quota
    inside = [one for one in resources if one.namespace]
    for name, _, use in uses(Resource(quota), inside, every, counted):
        yield name, use


def _resources(objects: Sequence[Object]) -> ResourceSet:
    return ResourceSet([Resource(data, n) for n, data in enumerate((*CLUSTER, *objects))])


def _loads(resources: ResourceSet) -> list[Load]:
    found = [pod for one in resources if (pod := pod_of(one)) is not None]
    return loads(found, resources, lambda _: None, 1)


def _written(amount: Decimal) -> str:
    return format_quantity(amount, binary=False)


_Maker = Callable[[Random], dict[str, Any]]


def _named(data: dict[str, Any], name: str) -> dict[str, Any]:
    data["metadata"] = {**data.get("metadata", {}), "name": name}
    return data


def _scopes(random: Random) -> dict[str, Any]:
    kind = random.choice(("sides", "sides", "PriorityClass", "VolumeAttributesClass", "affinity"))
    if kind == "sides":
        sides = random.sample(_SIDES, random.choice((1, 1, 2)))
        return {"scopes": [random.choice(side) for side in sides]}
    if kind == "affinity":
        return {"scopes": ["CrossNamespacePodAffinity"]}
    operator, valued = random.choice(_SELECTORS)
    classes = ("quota-high", "quota-low") if kind == "PriorityClass" else ("fast", "slow")
    values = {"values": random.sample(classes, random.choice((1, 2)))} if valued else {}
    expression = {"scopeName": kind, "operator": operator, **values}
    return {"scopeSelector": {"matchExpressions": [expression]}}


def _pod(random: Random) -> dict[str, Any]:
    pod = dict(next(pods(random, "", 1)))
    # Nobody schedules it, so that it stays as it was made.
    pod["spec"] = spec = {**pod["spec"], "schedulerName": "nobody"}
    term: Object = random.choice(({"namespaces": ["a"]}, {"namespaceSelector": {}}, {}))
    terms = [{"topologyKey": "zone", "labelSelector": {}, **term}]
    affinity = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    volume = {
        "name": "data",
        "ephemeral": {"volumeClaimTemplate": {"spec": _claim(random)["spec"]}},
    }
    for share, more in (
        (0.3, {"priorityClassName": random.choice(("quota-high", "quota-low"))}),
        (0.3, {"activeDeadlineSeconds": 3600}),
        (0.2, {"affinity": affinity}),
        (0.2, {"runtimeClassName": "quota-sandbox"}),
        (0.1, {"volumes": [volume]}),
    ):
        if random.random() < share:
            spec.update(more)
    return pod


def _workload(random: Random) -> dict[str, Any]:
    spec = _pod(random)["spec"]
    labels = {"app": f"a{random.randrange(10**9)}"}
    template = {"metadata": {"labels": labels}, "spec": spec}
    kind = random.choice(("Deployment", "StatefulSet", "ReplicaSet", "Job"))
    if kind == "Job":
        spec["restartPolicy"] = "Never"
        counts = {"parallelism": random.choice((1, 2)), "completions": random.choice((1, 2))}
        suspend = random.choice(({}, {}, {"suspend": True}))
        return {
            "apiVersion": "batch/v1",
            "kind": kind,
            "spec": {"template": template, **counts, **suspend},
        }
    spec.pop("activeDeadlineSeconds", None)
    whole: dict[str, Any] = {
        "selector": {"matchLabels": labels},
        "replicas": random.choice((0, 1, 2, 3)),
    }
    if kind == "Deployment":
        whole["strategy"] = {"type": "Recreate"}
    if kind == "StatefulSet":
        claim = _named(_claim(random), "state")
        whole |= {"podManagementPolicy": "Parallel", "volumeClaimTemplates": [claim]}
    return {"apiVersion": "apps/v1", "kind": kind, "spec": {**whole, "template": template}}


def _claim(random: Random) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": random.choice(("gold", "silver", "")),
        "resources": {"requests": {"storage": random.choice(("1Gi", "1.5G", "100.5", "0.1m"))}},
    }
    if random.random() < 0.4:
        spec["volumeAttributesClassName"] = random.choice(("fast", "slow"))
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": spec}


def _service(random: Random) -> dict[str, Any]:
    kind = random.choice(("ClusterIP", "NodePort", "LoadBalancer", "LoadBalancer", "ExternalName"))
    ports = [{"name": f"p{n}", "port": 80 + n} for n in range(random.choice((1, 2, 3)))]
    spec: dict[str, Any] = {"type": kind, "ports": ports}
    if kind == "LoadBalancer" and random.random() < 0.5:
        spec["allocateLoadBalancerNodePorts"] = random.choice((False, True))
    if kind == "ExternalName":
        spec["externalName"] = "example.com"
    return {"apiVersion": "v1", "kind": "Service", "spec": spec}


def _other(random: Random) -> dict[str, Any]:
    policy: dict[str, Any] = {"podSelector": {}}
    made: Sequence[dict[str, Any]] = (
        {"apiVersion": "v1", "kind": "ConfigMap"},
        {"apiVersion": "v1", "kind": "Secret"},
        {"apiVersion": "v1", "kind": "ServiceAccount"},
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": policy},
    )
    return dict(random.choice(made))
