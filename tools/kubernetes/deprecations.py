"""APIs that Kubernetes has deprecated or removed, and what takes their place.

https://kubernetes.io/docs/reference/using-api/deprecation-guide/ and, for the versions that the
guide does not name, `zz_generated.prerelease-lifecycle.go` of k8s.io/api 0.36.3.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple


class Deprecation(NamedTuple):
    """The end of an API: `since` and `removed` are versions, "" for a removal nobody has planned.

    `replacement` is the apiVersion (with the kind, where that changes too), "" if there is none.
    """

    since: str
    removed: str
    replacement: str


_RBAC = "ClusterRole ClusterRoleBinding Role RoleBinding"
_FLOW = "FlowSchema PriorityLevelConfiguration"
_REVIEWS = (
    "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview"
)
_WEBHOOKS = "MutatingWebhookConfiguration ValidatingWebhookConfiguration"
_POLICIES = "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"
_MUTATING = "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"
_DRA = "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice"

_TABLE = (
    # apiVersion, kinds, deprecated in, removed in, replacement
    ("extensions/v1beta1", "DaemonSet Deployment ReplicaSet", "1.8", "1.16", "apps/v1"),
    ("extensions/v1beta1", "NetworkPolicy", "1.9", "1.16", "networking.k8s.io/v1"),
    ("extensions/v1beta1", "PodSecurityPolicy", "1.11", "1.16", ""),
    ("extensions/v1beta1", "Ingress", "1.14", "1.22", "networking.k8s.io/v1"),
    ("apps/v1beta1", "ControllerRevision Deployment StatefulSet", "1.8", "1.16", "apps/v1"),
    ("apps/v1beta2", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
     "1.9", "1.16", "apps/v1"),
    ("settings.k8s.io/v1alpha1", "PodPreset", "1.19", "1.20", ""),
    ("batch/v2alpha1", "CronJob", "1.21", "1.21", "batch/v1"),
    ("admissionregistration.k8s.io/v1beta1", _WEBHOOKS, "1.16", "1.22",
     "admissionregistration.k8s.io/v1"),
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", "1.16", "1.22",
     "apiextensions.k8s.io/v1"),
    ("apiregistration.k8s.io/v1beta1", "APIService", "1.19", "1.22", "apiregistration.k8s.io/v1"),
    ("authentication.k8s.io/v1beta1", "TokenReview", "1.19", "1.22", "authentication.k8s.io/v1"),
    ("authorization.k8s.io/v1beta1", _REVIEWS, "1.19", "1.22", "authorization.k8s.io/v1"),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest", "1.19", "1.22",
     "certificates.k8s.io/v1"),
    ("coordination.k8s.io/v1beta1", "Lease", "1.19", "1.22", "coordination.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", "Ingress IngressClass", "1.19", "1.22", "networking.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", _RBAC, "1.17", "1.22", "rbac.authorization.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", "PriorityClass", "1.14", "1.22", "scheduling.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSIDriver StorageClass VolumeAttachment", "1.19", "1.22",
     "storage.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSINode", "1.17", "1.22", "storage.k8s.io/v1"),
    ("storage.k8s.io/v1alpha1", "CSIStorageCapacity VolumeAttachment", "1.21", "1.24",
     "storage.k8s.io/v1"),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler", "1.22", "1.25", "autoscaling/v2"),
    ("batch/v1beta1", "CronJob", "1.21", "1.25", "batch/v1"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice", "1.21", "1.25", "discovery.k8s.io/v1"),
    ("events.k8s.io/v1beta1", "Event", "1.22", "1.25", "events.k8s.io/v1"),
    ("node.k8s.io/v1beta1", "RuntimeClass", "1.22", "1.25", "node.k8s.io/v1"),
    ("policy/v1beta1", "PodDisruptionBudget", "1.21", "1.25", "policy/v1"),
    ("policy/v1beta1", "PodSecurityPolicy", "1.21", "1.25", ""),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.23", "1.26", "autoscaling/v2"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", _FLOW, "1.23", "1.26",
     "flowcontrol.apiserver.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity", "1.24", "1.27", "storage.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", _FLOW, "1.26", "1.29",
     "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", _FLOW, "1.29", "1.32",
     "flowcontrol.apiserver.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1alpha1", _POLICIES, "1.29", "1.32",
     "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", _POLICIES, "1.31", "1.34",
     "admissionregistration.k8s.io/v1"),
    ("storage.k8s.io/v1alpha1", "VolumeAttributesClass", "1.32", "1.35", "storage.k8s.io/v1"),
    ("certificates.k8s.io/v1alpha1", "ClusterTrustBundle", "1.34", "1.37",
     "certificates.k8s.io/v1beta1"),
    ("networking.k8s.io/v1beta1", "IPAddress ServiceCIDR", "1.34", "1.37", "networking.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "VolumeAttributesClass", "1.34", "1.37", "storage.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1alpha1", _MUTATING, "1.35", "1.38",
     "admissionregistration.k8s.io/v1"),
    ("coordination.k8s.io/v1alpha2", "LeaseCandidate", "1.35", "1.38",
     "coordination.k8s.io/v1beta1"),
    ("resource.k8s.io/v1beta1", _DRA, "1.35", "1.38", "resource.k8s.io/v1"),
    ("coordination.k8s.io/v1beta1", "LeaseCandidate", "1.36", "1.39", ""),
    ("resource.k8s.io/v1alpha3", "DeviceTaintRule", "1.36", "1.39", "resource.k8s.io/v1beta2"),
    ("resource.k8s.io/v1beta2", _DRA, "1.36", "1.39", "resource.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", _MUTATING, "1.37", "1.40",
     "admissionregistration.k8s.io/v1"),
    ("v1", "ComponentStatus", "1.19", "", ""),
    ("v1", "Endpoints", "1.33", "", "discovery.k8s.io/v1 EndpointSlice"),
)  # fmt: skip

GROUPS = frozenset(
    {"", "apps", "autoscaling", "batch", "extensions", "policy"}
    | {
        f"{name}.k8s.io"
        for name in (
            "admissionregistration", "apiextensions", "apiregistration", "authentication",
            "certificates", "coordination", "discovery", "events", "networking", "node", "resource",
            "scheduling", "settings", "storage", "storagemigration", "authorization", "lifecycle",
            "rbac.authorization", "flowcontrol.apiserver", "internal.apiserver",
        )
    }
)  # fmt: skip
"""The API groups of Kubernetes itself, those of the past included."""


@cache
def deprecations() -> Mapping[tuple[str, str], Deprecation]:
    """Every deprecated API by apiVersion and kind."""
    return {
        (api_version, kind): Deprecation(*end)
        for api_version, kinds, *end in _TABLE
        for kind in kinds.split()
    }


def numbers(version: str) -> tuple[int, ...]:
    """A version such as `1.34`, comparable: `1.9` is older."""
    return tuple(int(part) for part in version.split("."))
