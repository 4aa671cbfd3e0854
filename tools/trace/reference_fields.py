"""Which fields hold names of objects, and which may hold `$(VAR)`.

The tables of `namereference.go` and `varreference.go` in `api/internal/konfig/builtinpluginconsts`
of Kustomize's api 0.21.1, shortened: pods stand at one path per workload kind.
"""

from collections.abc import Iterable, Mapping

from tools.trace.fieldspec import FieldSpec, NameReference, Selected, specs_of

_IN_POD = "spec/template/spec"
_JOB = "spec/jobTemplate"
_TEMPLATE = "spec/template/metadata"

_PODS = {
    "v1:Pod": "spec",
    "PodTemplate": "template/spec",
    **dict.fromkeys(("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"), _IN_POD),
    "CronJob": f"{_JOB}/{_IN_POD}",
}
"""Where pods stand, for references to ConfigMaps and Secrets."""
_RUNNERS = {
    "Pod": "spec",
    **dict.fromkeys(
        ("StatefulSet", "Deployment", "ReplicationController", "Job", "DaemonSet"), _IN_POD
    ),
    "CronJob": f"{_JOB}/{_IN_POD}",
}
"""Where pods stand, for the other references: ReplicaSet is missing from Kustomize's table."""

_RBAC = "rbac.authorization.k8s.io"
_HOOKS = "admissionregistration.k8s.io"
_NGINX = "metadata/annotations/nginx.ingress.kubernetes.io\\/"


def _in_pods(pods: Mapping[str, str], fields: Iterable[str]) -> tuple[FieldSpec, ...]:
    return specs_of({kind: [f"{spec}/{field}" for field in fields] for kind, spec in pods.items()})


def _sources(kind: str, volume: str) -> list[str]:
    """The fields of a pod that name ConfigMaps or Secrets."""
    found = [f"volumes/{volume}", f"volumes/projected/sources/{kind}/name"]
    for containers in ("containers", "initContainers"):
        found.append(f"{containers}/env/valueFrom/{kind}KeyRef/name")
        found.append(f"{containers}/envFrom/{kind}Ref/name")
    return found


_ROLES = ("rules/resourceNames",)

NAME_REFERENCES = (
    *(
        NameReference(
            Selected(kind=kind), specs_of({"HorizontalPodAutoscaler": ["spec/scaleTargetRef/name"]})
        )
        for kind in ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
    ),
    NameReference(
        Selected("", "v1", "ConfigMap"),
        (
            *_in_pods(_PODS, _sources("configMap", "configMap/name")),
            *specs_of(
                {
                    "Node": ["spec/configSource/configMap"],
                    "Role": _ROLES,
                    "ClusterRole": _ROLES,
                    "Ingress": [f"{_NGINX}fastcgi-params-configmap"],
                }
            ),
        ),
    ),
    NameReference(
        Selected("", "v1", "Secret"),
        (
            *_in_pods(_PODS, [*_sources("secret", "secret/secretName"), "imagePullSecrets/name"]),
            *specs_of(
                {
                    "Ingress": [
                        "spec/tls/secretName",
                        "metadata/annotations/ingress.kubernetes.io\\/auth-secret",
                        f"{_NGINX}auth-secret",
                        f"{_NGINX}auth-tls-secret",
                    ],
                    "ServiceAccount": ["imagePullSecrets/name"],
                    "StorageClass": [
                        f"parameters/{field}"
                        for field in (
                            "secretName",
                            "adminSecretName",
                            "userSecretName",
                            "secretRef",
                        )
                    ],
                    "Role": _ROLES,
                    "ClusterRole": _ROLES,
                    "serving.knative.dev/v1:Service": [
                        f"{_IN_POD}/containers/env/valueFrom/secretKeyRef/name"
                    ],
                    "PersistentVolume": ["spec/azureFile/secretName"],
                }
            ),
        ),
    ),
    NameReference(
        Selected("", "v1", "Service"),
        specs_of(
            {
                "apps/StatefulSet": ["spec/serviceName"],
                "Ingress": [
                    "spec/rules/http/paths/backend/serviceName",
                    "spec/backend/serviceName",
                    "spec/rules/http/paths/backend/service/name",
                    "spec/defaultBackend/service/name",
                ],
                "apiregistration.k8s.io/APIService": ["spec/service/name"],
                f"{_HOOKS}/ValidatingWebhookConfiguration": ["webhooks/clientConfig/service"],
                f"{_HOOKS}/MutatingWebhookConfiguration": ["webhooks/clientConfig/service"],
            }
        ),
    ),
    NameReference(
        Selected(_RBAC, "", "Role"), specs_of({f"{_RBAC}/RoleBinding": ["roleRef/name"]})
    ),
    NameReference(
        Selected(_RBAC, "", "ClusterRole"),
        specs_of(
            {
                f"{_RBAC}/RoleBinding": ["roleRef/name"],
                f"{_RBAC}/ClusterRoleBinding": ["roleRef/name"],
            }
        ),
    ),
    NameReference(
        Selected("", "v1", "ServiceAccount"),
        (
            *specs_of(
                {
                    f"{_RBAC}/RoleBinding": ["subjects"],
                    f"{_RBAC}/ClusterRoleBinding": ["subjects"],
                }
            ),
            *_in_pods(_RUNNERS, ["serviceAccountName"]),
        ),
    ),
    NameReference(
        Selected("", "v1", "PersistentVolumeClaim"),
        _in_pods(_RUNNERS, ["volumes/persistentVolumeClaim/claimName"]),
    ),
    NameReference(
        Selected("", "v1", "PersistentVolume"),
        specs_of({"PersistentVolumeClaim": ["spec/volumeName"], "ClusterRole": _ROLES}),
    ),
    NameReference(
        Selected("storage.k8s.io", "v1", "StorageClass"),
        specs_of(
            {
                "PersistentVolume": ["spec/storageClassName"],
                "PersistentVolumeClaim": ["spec/storageClassName"],
                "StatefulSet": ["spec/volumeClaimTemplates/spec/storageClassName"],
            }
        ),
    ),
    NameReference(
        Selected("scheduling.k8s.io", "v1", "PriorityClass"),
        _in_pods(_RUNNERS, ["priorityClassName"]),
    ),
    # The group is written so in Kustomize's table, so that the reference never resolves.
    NameReference(
        Selected("networking.k8s.io/v1", "v1", "IngressClass"),
        specs_of({"Ingress": ["spec/ingressClassName"]}),
    ),
    NameReference(
        Selected(_HOOKS, "", "ValidatingAdmissionPolicy"),
        specs_of({f"{_HOOKS}/ValidatingAdmissionPolicyBinding": ["spec/policyName"]}),
    ),
)

_CONTAINER_VARIABLES = [
    f"{containers}/{field}"
    for containers in ("containers", "initContainers")
    for field in ("args", "command", "env/value", "volumeMounts/mountPath")
]
VAR_REFERENCES = (
    *_in_pods(
        {
            **dict.fromkeys(
                ("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"), _IN_POD
            ),
            "Pod": "spec",
            "CronJob": f"{_JOB}/{_IN_POD}",
        },
        _CONTAINER_VARIABLES,
    ),
    *specs_of(
        {
            **dict.fromkeys(("DaemonSet", "Job", "ReplicaSet"), (f"{_IN_POD}/volumes/nfs/server",)),
            "Deployment": [f"{_IN_POD}/volumes/nfs/server", f"{_TEMPLATE}/annotations"],
            "Pod": ["spec/volumes/nfs/server"],
            "CronJob": [f"{_JOB}/spec/template/volumes/nfs/server"],
            "StatefulSet": ["spec/volumeClaimTemplates/spec/nfs/server"],
            "Ingress": ["spec/rules/host", "spec/tls/hosts", "spec/tls/secretName"],
            "Service": ["spec/ports/port", "spec/ports/targetPort"],
            "PersistentVolume": ["spec/nfs/server"],
            "": ["metadata/labels", "metadata/annotations"],
        }
    ),
)
