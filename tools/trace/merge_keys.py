"""Which lists a strategic merge patch merges, and by which keys.

From the OpenAPI document inside Kustomize 5.8.1 (Kubernetes 1.21.2): its fields with
`x-kubernetes-patch-strategy: merge`. Every other list is replaced as a whole. That Kustomize
describes an old Kubernetes matters: a kind that is newer, such as autoscaling/v2, is unknown to it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple


class Schema(NamedTuple):
    """What is known of a field: `keys` if its list is merged ("" for one of scalars), and the
    fields `below` that matter, for a list those of its elements.

    Of a field that nothing is known of, `find` is set: it looks up the kind of a whole object that
    may stand there.
    """

    keys: tuple[str, ...] | None = None
    below: "Mapping[str, Schema]" = MappingProxyType({})
    find: "Find | None" = None


Find = Callable[[str, str], Schema | None]
"""From an API version and a kind to what is known of it, None if it is unknown."""


def _by(*keys: str, **below: Schema) -> Schema:
    return Schema(keys, below)


def _in(**below: Schema) -> Schema:
    return Schema(None, below)


_SCALARS = ("",)
_CONDITIONS = _in(conditions=_by("type"))
_METADATA = _in(finalizers=Schema(_SCALARS), ownerReferences=_by("uid"))
_CONTAINER = {
    "env": _by("name"),
    "volumeDevices": _by("devicePath"),
    "volumeMounts": _by("mountPath"),
}
_PORTS = _by("containerPort", "protocol")
_CLAIM_TEMPLATE = _in(metadata=_METADATA)
_POD = _in(
    containers=_by("name", **_CONTAINER, ports=_PORTS),
    initContainers=_by("name", **_CONTAINER, ports=_PORTS),
    ephemeralContainers=_by("name", **_CONTAINER),
    hostAliases=_by("ip"),
    imagePullSecrets=_by("name"),
    topologySpreadConstraints=_by("topologyKey", "whenUnsatisfiable"),
    volumes=_by("name", ephemeral=_in(volumeClaimTemplate=_CLAIM_TEMPLATE)),
)
_TEMPLATE = _in(metadata=_METADATA, spec=_POD)
_WORKLOAD = {"spec": _in(template=_TEMPLATE), "status": _CONDITIONS}
_JOB = {"spec": _in(jobTemplate=_in(metadata=_METADATA, spec=_in(template=_TEMPLATE)))}
_WEBHOOKS = {"webhooks": _by("name")}
_STATUS = {"status": _CONDITIONS}
_DRIVERS = {"spec": _in(drivers=_by("name"))}

_MERGING: Mapping[str, Mapping[str, Mapping[str, Schema]]] = {
    "v1": {
        "ComponentStatus": {"conditions": _by("type")},
        "Namespace": _STATUS,
        "Node": {
            "spec": _in(podCIDRs=Schema(_SCALARS)),
            "status": _in(addresses=_by("type"), conditions=_by("type")),
        },
        "PersistentVolumeClaim": _STATUS,
        "Pod": {"spec": _POD, "status": _in(conditions=_by("type"), podIPs=_by("ip"))},
        "PodTemplate": {"template": _TEMPLATE},
        "ReplicationController": _WORKLOAD,
        "Service": {"spec": _in(ports=_by("port", "protocol")), "status": _CONDITIONS},
        "ServiceAccount": {"secrets": _by("name")},
    },
    "admissionregistration.k8s.io/v1": {
        "MutatingWebhookConfiguration": _WEBHOOKS,
        "ValidatingWebhookConfiguration": _WEBHOOKS,
    },
    "admissionregistration.k8s.io/v1beta1": {
        "MutatingWebhookConfiguration": _WEBHOOKS,
        "ValidatingWebhookConfiguration": _WEBHOOKS,
    },
    "apiregistration.k8s.io/v1": {"APIService": _STATUS},
    "apiregistration.k8s.io/v1beta1": {"APIService": _STATUS},
    "apps/v1": dict.fromkeys(("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"), _WORKLOAD),
    "batch/v1": {"CronJob": _JOB, "Job": _WORKLOAD},
    "batch/v1beta1": {"CronJob": _JOB},
    "policy/v1": {"PodDisruptionBudget": _STATUS},
    "policy/v1beta1": {"PodDisruptionBudget": _STATUS},
    "storage.k8s.io/v1": {"CSINode": _DRIVERS},
    "storage.k8s.io/v1beta1": {"CSINode": _DRIVERS},
}

_PLAIN = {
    "v1": "Binding ConfigMap Endpoints Event LimitRange PersistentVolume ResourceQuota Secret",
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "apiextensions.k8s.io/v1beta1": "CustomResourceDefinition",
    "apps/v1": "ControllerRevision",
    "autoscaling/v1": "HorizontalPodAutoscaler Scale",
    "autoscaling/v2beta1": "HorizontalPodAutoscaler",
    "autoscaling/v2beta2": "HorizontalPodAutoscaler",
    "certificates.k8s.io/v1": "CertificateSigningRequest",
    "certificates.k8s.io/v1beta1": "CertificateSigningRequest",
    "coordination.k8s.io/v1": "Lease",
    "coordination.k8s.io/v1beta1": "Lease",
    "discovery.k8s.io/v1": "EndpointSlice",
    "discovery.k8s.io/v1beta1": "EndpointSlice",
    "events.k8s.io/v1": "Event",
    "events.k8s.io/v1beta1": "Event",
    "extensions/v1beta1": "Ingress",
    "flowcontrol.apiserver.k8s.io/v1beta1": "FlowSchema PriorityLevelConfiguration",
    "networking.k8s.io/v1": "Ingress IngressClass NetworkPolicy",
    "networking.k8s.io/v1beta1": "Ingress IngressClass",
    "node.k8s.io/v1": "RuntimeClass",
    "node.k8s.io/v1beta1": "RuntimeClass",
    "policy/v1beta1": "Eviction PodSecurityPolicy",
    "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "rbac.authorization.k8s.io/v1beta1": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "scheduling.k8s.io/v1": "PriorityClass",
    "scheduling.k8s.io/v1beta1": "PriorityClass",
    "storage.k8s.io/v1": "CSIDriver StorageClass VolumeAttachment",
    "storage.k8s.io/v1beta1": "CSIDriver CSIStorageCapacity StorageClass VolumeAttachment",
}
"""Kinds that Kustomize knows and of which only the metadata has lists that merge."""

ATOMIC = Schema()
"""A known field below which every list is replaced."""


def schema_of(api_version: str, kind: str) -> Schema | None:
    """What Kustomize knows of a kind, None for one that is unknown to it."""
    below = _MERGING.get(api_version, {}).get(kind)
    if below is None and kind not in _PLAIN.get(api_version, "").split():
        return None
    return Schema(None, {"metadata": _METADATA, **(below or {})})
