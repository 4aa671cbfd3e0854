"""Which fields of which kinds Kustomize's transformers touch.

The tables of `api/internal/konfig/builtinpluginconsts` in Kustomize's api 0.21.1, shortened: pods
stand at one path per workload kind.
"""

from tools.trace.fieldspec import Configuration, FieldSpec, Selected, specs_of
from tools.trace.reference_fields import NAME_REFERENCES, VAR_REFERENCES

_TEMPLATE = "spec/template/metadata"
_JOB = "spec/jobTemplate"

METADATA_LABELS = FieldSpec(Selected(), ("metadata", "labels"), True)

_TEMPLATE_LABELS = (
    METADATA_LABELS,
    *specs_of(
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
    *specs_of(
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
    *specs_of(
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
    *specs_of(
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
    *specs_of({"Namespace": ["metadata/name"]}, create=True),
    *specs_of({"apiregistration.k8s.io/APIService": ["spec/service/namespace"]}, create=True),
    *specs_of(
        {
            "apiextensions.k8s.io/CustomResourceDefinition": [
                "spec/conversion/webhook/clientConfig/service/namespace"
            ]
        }
    ),
)

_IMAGES = specs_of(
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

_REPLICAS = specs_of(
    {
        kind: ["spec/replicas"]
        for kind in ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
    },
    create=True,
)

_NAME = (FieldSpec(Selected(), ("metadata", "name")),)


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
        "varReference": VAR_REFERENCES,
    },
    NAME_REFERENCES,
)
"""What Kustomize uses where a kustomization names no `configurations`."""
