"""Which kinds live in a namespace and which belong to the whole cluster.

The kinds of Kubernetes 1.36 from its discovery documents
(https://github.com/kubernetes/kubernetes/tree/v1.36.3/api/discovery), and custom kinds of
well-known projects from their CustomResourceDefinitions.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from tools.kubernetes.resource import Resource

_CLUSTER = {
    "": "ComponentStatus Namespace Node PersistentVolume",
    "admissionregistration.k8s.io": "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"
    " MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"
    " ValidatingWebhookConfiguration",
    "apiextensions.k8s.io": "CustomResourceDefinition",
    "apiregistration.k8s.io": "APIService",
    "certificates.k8s.io": "CertificateSigningRequest ClusterTrustBundle",
    "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
    "networking.k8s.io": "IPAddress IngressClass ServiceCIDR",
    "node.k8s.io": "RuntimeClass",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding",
    "resource.k8s.io": "DeviceClass DeviceTaintRule ResourcePoolStatusRequest ResourceSlice",
    "scheduling.k8s.io": "PriorityClass",
    "storage.k8s.io": "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass",
    "storagemigration.k8s.io": "StorageVersionMigration",
    "cert-manager.io": "ClusterIssuer",
    "external-secrets.io": "ClusterExternalSecret ClusterPushSecret ClusterSecretStore",
    "gateway.networking.k8s.io": "GatewayClass",
    "kyverno.io": "ClusterPolicy ClusterCleanupPolicy",
}
_NAMESPACED = {
    "": "Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate"
    " ReplicationController ResourceQuota Secret Service ServiceAccount",
    "apps": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "autoscaling": "HorizontalPodAutoscaler",
    "batch": "CronJob Job",
    "certificates.k8s.io": "PodCertificateRequest",
    "coordination.k8s.io": "Lease LeaseCandidate",
    "discovery.k8s.io": "EndpointSlice",
    "events.k8s.io": "Event",
    "networking.k8s.io": "Ingress NetworkPolicy",
    "policy": "PodDisruptionBudget",
    "rbac.authorization.k8s.io": "Role RoleBinding",
    "resource.k8s.io": "ResourceClaim ResourceClaimTemplate",
    "scheduling.k8s.io": "PodGroup Workload",
    "storage.k8s.io": "CSIStorageCapacity",
    "argoproj.io": "AnalysisRun AnalysisTemplate AppProject Application ApplicationSet"
    " CronWorkflow Experiment Rollout Workflow WorkflowTemplate",
    "bitnami.com": "SealedSecret",
    "cert-manager.io": "Certificate CertificateRequest Issuer",
    "external-secrets.io": "ExternalSecret PushSecret SecretStore",
    "gateway.networking.k8s.io": "GRPCRoute Gateway HTTPRoute ReferenceGrant TCPRoute TLSRoute"
    " UDPRoute",
    "keda.sh": "ScaledJob ScaledObject TriggerAuthentication",
    "monitoring.coreos.com": "PodMonitor PrometheusRule ServiceMonitor",
}

GroupKind = tuple[str, str]
"""The API group and the name of a kind."""


def scopes(resources: Iterable[Resource]) -> Mapping[GroupKind, bool]:
    """Whether a kind is namespaced; kinds that nobody knows are missing.

    CustomResourceDefinitions among the resources say it of their kinds.
    """
    defined = {
        (str(crd.get("spec", "group")), str(crd.get("spec", "names", "kind"))): crd
        for crd in resources
        if crd.kind == "CustomResourceDefinition"
    }
    own = {kind: crd.get("spec", "scope") != "Cluster" for kind, crd in defined.items()}
    return {**built_in(), **own} if own else built_in()


@lru_cache(maxsize=1)
def built_in() -> Mapping[GroupKind, bool]:
    """Whether a kind is namespaced, for the kinds that are known without a definition."""
    return {
        (group, kind): namespaced
        for table, namespaced in ((_CLUSTER, False), (_NAMESPACED, True))
        for group, kinds in table.items()
        for kind in kinds.split()
    }


def group_kind(resource: Resource) -> GroupKind:
    """The kind of an object, as `scopes` names it."""
    return resource.ref.group, resource.kind
