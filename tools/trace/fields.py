"""Which fields of which kinds Kustomize's transformers touch.

The tables of `api/internal/konfig/builtinpluginconsts` in Kustomize's api 0.21.1, shortened: pods
stand at one path per workload kind.
"""

from collections.abc import Iterable, Mapping

from tools.trace.fieldspec import Configuration, FieldSpec, NameReference, Selected, split_path


def _specs(
    paths: Mapping[str, Iterable[str]], *, create: bool = False, group: str = ""
) -> tuple[FieldSpec, ...]:
    """Specs from paths by kind; a kind may be written `group/Kind` or `version:Kind`."""
    found: list[FieldSpec] = []
    for kind, fields in paths.items():
        of_group, slash, name = kind.rpartition("/")
        version, _, name = name.rpartition(":")
        selected = Selected(of_group if slash else group, version, name)
        found.extend(FieldSpec(selected, split_path(path), create) for path in fields)
    return tuple(found)


_TEMPLATE = "spec/template/metadata"
_JOB = "spec/jobTemplate"

METADATA_LABELS = FieldSpec(Selected(), ("metadata", "labels"), True)

_TEMPLATE_LABELS = (
    METADATA_LABELS,
    *_specs(
        {
            "v1:ReplicationController": [f"{_TEMPLATE}/labels"],
            "Deployment": [f"{_TEMPLATE}/labels"],
            "ReplicaSet": [f"{_TEMPLATE}/labels"],
            "DaemonSet": [f"{_TEMPLATE}/labels"],
            "apps/StatefulSet": [
                f"{_TEMPLATE}/labels",
                "spec/volumeClaimTemplates[]/metadata/labels",
            ],
            "batch/Job": [f"{_TEMPLATE}/labels"],
            "batch/CronJob": [f"{_JOB}/metadata/labels", f"{_JOB}/{_TEMPLATE}/labels"],
        },
        create=True,
    ),
)

_ANNOTATIONS = (
    FieldSpec(Selected(), ("metadata", "annotations"), True),
    *_specs(
        {
            "v1:ReplicationController": [f"{_TEMPLATE}/annotations"],
            "Deployment": [f"{_TEMPLATE}/annotations"],
            "ReplicaSet": [f"{_TEMPLATE}/annotations"],
            "DaemonSet": [f"{_TEMPLATE}/annotations"],
            "StatefulSet": [f"{_TEMPLATE}/annotations"],
            "batch/Job": [f"{_TEMPLATE}/annotations"],
            "batch/CronJob": [f"{_JOB}/metadata/annotations", f"{_JOB}/{_TEMPLATE}/annotations"],
        },
        create=True,
    ),
)

_IN_POD = "spec/template/spec"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_SPREAD = [
    *(
        f"{_IN_POD}/affinity/{affinity}/{term}/labelSelector/matchLabels"
        for affinity in ("podAffinity", "podAntiAffinity")
        for term in (_PREFERRED, _REQUIRED)
    ),
    f"{_IN_POD}/topologySpreadConstraints/labelSelector/matchLabels",
]

_SELECTORS = (
    *_specs(
        {
            "v1:Service": ["spec/selector"],
            "v1:ReplicationController": ["spec/selector"],
            "Deployment": ["spec/selector/matchLabels"],
            "ReplicaSet": ["spec/selector/matchLabels"],
            "DaemonSet": ["spec/selector/matchLabels"],
            "apps/StatefulSet": ["spec/selector/matchLabels"],
        },
        create=True,
    ),
    *_specs(
        {
            "apps/Deployment": _SPREAD,
            "apps/StatefulSet": _SPREAD,
            "batch/Job": ["spec/selector/matchLabels"],
            "batch/CronJob": [f"{_JOB}/spec/selector/matchLabels"],
            "policy/PodDisruptionBudget": ["spec/selector/matchLabels"],
            "networking.k8s.io/NetworkPolicy": [
                "spec/podSelector/matchLabels",
                "spec/ingress/from/podSelector/matchLabels",
                "spec/egress/to/podSelector/matchLabels",
            ],
        }
    ),
)

_NAMESPACE = (
    *_specs({"Namespace": ["metadata/name"]}, create=True),
    *_specs({"apiregistration.k8s.io/APIService": ["spec/service/namespace"]}, create=True),
    *_specs(
        {
            "apiextensions.k8s.io/CustomResourceDefinition": [
                "spec/conversion/webhook/clientConfig/service/namespace"
            ]
        }
    ),
)

_IMAGES = _specs(
    {
        "": [
            f"{spec}/{field}"
            for spec in ("spec", _IN_POD)
            for field in (
                "containers[]/image",
                "initContainers[]/image",
                "volumes[]/image/reference",
            )
        ]
    }
)

_REPLICAS = _specs(
    {
        kind: ["spec/replicas"]
        for kind in ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
    },
    create=True,
)

_NAME = (FieldSpec(Selected(), ("metadata", "name")),)


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
    return _specs({kind: [f"{spec}/{field}" for field in fields] for kind, spec in pods.items()})


def _sources(kind: str, volume: str) -> list[str]:
    """The fields of a pod that name ConfigMaps or Secrets."""
    found = [f"volumes/{volume}", f"volumes/projected/sources/{kind}/name"]
    for containers in ("containers", "initContainers"):
        found.append(f"{containers}/env/valueFrom/{kind}KeyRef/name")
        found.append(f"{containers}/envFrom/{kind}Ref/name")
    return found


_ROLES = ("rules/resourceNames",)

_NAME_REFERENCES = (
    *(
        NameReference(
            Selected(kind=kind), _specs({"HorizontalPodAutoscaler": ["spec/scaleTargetRef/name"]})
        )
        for kind in ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
    ),
    NameReference(
        Selected("", "v1", "ConfigMap"),
        (
            *_in_pods(_PODS, _sources("configMap", "configMap/name")),
            *_specs(
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
            *_specs(
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
        _specs(
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
    NameReference(Selected(_RBAC, "", "Role"), _specs({f"{_RBAC}/RoleBinding": ["roleRef/name"]})),
    NameReference(
        Selected(_RBAC, "", "ClusterRole"),
        _specs(
            {
                f"{_RBAC}/RoleBinding": ["roleRef/name"],
                f"{_RBAC}/ClusterRoleBinding": ["roleRef/name"],
            }
        ),
    ),
    NameReference(
        Selected("", "v1", "ServiceAccount"),
        (
            *_specs(
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
        _specs({"PersistentVolumeClaim": ["spec/volumeName"], "ClusterRole": _ROLES}),
    ),
    NameReference(
        Selected("storage.k8s.io", "v1", "StorageClass"),
        _specs(
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
        _specs({"Ingress": ["spec/ingressClassName"]}),
    ),
    NameReference(
        Selected(_HOOKS, "", "ValidatingAdmissionPolicy"),
        _specs({f"{_HOOKS}/ValidatingAdmissionPolicyBinding": ["spec/policyName"]}),
    ),
)

_CONTAINER_VARIABLES = [
    f"{containers}/{field}"
    for containers in ("containers", "initContainers")
    for field in ("args", "command", "env/value", "volumeMounts/mountPath")
]
_VAR_REFERENCES = (
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
    *_specs(
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

DEFAULT = Configuration(
    {
        "namePrefix": _NAME,
        "nameSuffix": _NAME,
        "namespace": _NAMESPACE,
        "commonLabels": (*_SELECTORS, *_TEMPLATE_LABELS),
        "labels": (),
        "templateLabels": _TEMPLATE_LABELS,
        "commonAnnotations": _ANNOTATIONS,
        "images": _IMAGES,
        "replicas": _REPLICAS,
        "varReference": _VAR_REFERENCES,
    },
    _NAME_REFERENCES,
)
"""What Kustomize uses where a kustomization names no `configurations`."""
