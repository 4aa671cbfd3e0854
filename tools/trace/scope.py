"""Which kinds Kustomize knows to be cluster-scoped.

From `precomputedIsNamespaceScoped` in `kyaml/openapi/openapi.go` of kyaml 0.21.1. A kind that is
missing here, a custom one above all, counts as namespaced, whatever a cluster would say.
"""

_CLUSTER_SCOPED = {
    "admissionregistration.k8s.io": (
        ("v1", "v1beta1"),
        ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    ),
    "apiextensions.k8s.io": (("v1", "v1beta1"), ("CustomResourceDefinition",)),
    "apiregistration.k8s.io": (("v1", "v1beta1"), ("APIService",)),
    "certificates.k8s.io": (("v1", "v1beta1"), ("CertificateSigningRequest",)),
    "flowcontrol.apiserver.k8s.io": (("v1beta1",), ("FlowSchema", "PriorityLevelConfiguration")),
    "networking.k8s.io": (("v1", "v1beta1"), ("IngressClass",)),
    "node.k8s.io": (("v1", "v1beta1"), ("RuntimeClass",)),
    "policy": (("v1beta1",), ("PodSecurityPolicy",)),
    "rbac.authorization.k8s.io": (("v1", "v1beta1"), ("ClusterRole", "ClusterRoleBinding")),
    "scheduling.k8s.io": (("v1", "v1beta1"), ("PriorityClass",)),
    "storage.k8s.io": (
        ("v1", "v1beta1"),
        ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"),
    ),
    "": (("v1",), ("ComponentStatus", "Namespace", "Node", "NodeProxyOptions", "PersistentVolume")),
}
_KINDS = frozenset(
    (f"{group}/{version}" if group else version, kind)
    for group, (versions, kinds) in _CLUSTER_SCOPED.items()
    for version in versions
    for kind in kinds
) - {("storage.k8s.io/v1beta1", "CSINode")}


def is_cluster_scoped(api_version: str, kind: str) -> bool:
    """Whether objects of this kind have no namespace, as far as Kustomize knows."""
    return (api_version, kind) in _KINDS
