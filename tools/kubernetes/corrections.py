"""Where the API server does not do what its published OpenAPI schemas say.

Read from the sources of Kubernetes 1.36: `pkg/apis/*/validation` for what is required,
`pkg/apis/*/v1/defaults.go` for what is filled in before, and the types' own decoders
(`apimachinery/pkg/util/intstr`, `api/resource`, `apis/meta/v1`) for what they take.
https://github.com/kubernetes/kubernetes/tree/v1.36.3/pkg/apis
"""

from collections.abc import Mapping
from typing import Any

INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}
INT64 = {"minimum": -(2**63), "maximum": 2**63 - 1}
RANGES: Mapping[str, Mapping[str, int]] = {"int32": INT32, "int64": INT64}

QUANTITY_FORMAT = "io.k8s.apimachinery.pkg.api.resource.Quantity"
"""No published schema has this format, so that none is judged by what it does not say."""

REPLACED: Mapping[str, Mapping[str, Any]] = {
    # Both are `oneOf` of types that each take null, so that null would fit twice and be refused.
    "util.intstr.IntOrString": {"type": ["integer", "string", "null"], **INT32},
    "api.resource.Quantity": {"type": ["number", "string", "null"], "format": QUANTITY_FORMAT},
}
"""Definitions that are written anew, by the last three parts of their names."""

NOT_REQUIRED: Mapping[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        # Filled in before validation.
        "batch.v1.PodFailurePolicyOnPodConditionsPattern": "status",
        "rbac.v1.RoleRef": "apiGroup",
        "storage.v1.CSIDriver": "spec",
        # Dropped unread, as they belong to features that are off.
        "core.v1.ClusterTrustBundleProjection": "path",
        "core.v1.PodCertificateProjection": "keyType signerName",
        # The empty value is as good as any other.
        "apiextensions.v1.CustomResourceDefinitionVersion": "served storage",
        "apps.v1.ControllerRevision": "revision",
        "apps.v1.StatefulSetSpec": "serviceName",
        "batch.v1.PodFailurePolicy": "rules",
        "batch.v1.PodFailurePolicyRule": "onPodConditions",
        "core.v1.HTTPHeader": "value",
        "core.v1.ISCSIPersistentVolumeSource": "lun",
        "core.v1.ISCSIVolumeSource": "lun",
        "core.v1.LimitRangeSpec": "limits",
        "core.v1.PreferredSchedulingTerm": "preference",
        "core.v1.ScaleIOPersistentVolumeSource": "secretRef",
        "core.v1.ScaleIOVolumeSource": "secretRef",
        "core.v1.SleepAction": "seconds",
        "core.v1.Sysctl": "value",
        # Dropped from a claim unless it is one that can be used; else required by its validation.
        "core.v1.TypedLocalObjectReference": "kind name",
        "core.v1.TypedObjectReference": "kind name",
        "discovery.v1.EndpointSlice": "endpoints",
        "networking.v1.NetworkPolicySpec": "podSelector",
        "scheduling.v1.PriorityClass": "value",
        "storage.v1.TokenRequest": "audience",
    }.items()
}
"""Fields that a schema requires and the server does not miss."""

ALSO_REQUIRED: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    (
        # Without it the server judges an empty spec, which lacks a selector, containers …
        "apps.v1.DaemonSet", "apps.v1.Deployment", "apps.v1.ReplicaSet", "apps.v1.StatefulSet",
        "autoscaling.v1.HorizontalPodAutoscaler", "autoscaling.v2.HorizontalPodAutoscaler",
        "batch.v1.CronJob", "batch.v1.Job", "batch.v1.JobTemplateSpec", "core.v1.Pod",
        "core.v1.PodTemplateSpec",
    ),
    ("spec",),
)  # fmt: skip
"""Fields that no schema requires and the server misses."""


def corrected(name: str, definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """A definition without its prose, as the server applies it.

    `name` is group, version and kind: `apps.v1.Deployment`.
    """
    if name in REPLACED:
        return REPLACED[name]
    schema = _plain(definition)
    required = [f for f in schema.pop("required", ()) if f not in NOT_REQUIRED.get(name, ())]
    required += [field for field in ALSO_REQUIRED.get(name, ()) if field not in required]
    if required:
        schema["required"] = required
    return schema


def inside_of_another(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A definition for objects within others, such as the claims that a StatefulSet makes.

    The server knows what they are, and does not read what they say.
    """
    properties = schema.get("properties", {})
    said = [name for name in ("apiVersion", "kind") if "enum" in properties.get(name, {})]
    loose = {
        name: {keyword: value for keyword, value in properties[name].items() if keyword != "enum"}
        for name in said
    }
    return {**schema, "properties": {**properties, **loose}} if loose else schema


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that decide anything; references are to the same document."""
    kept: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword == "properties":
            kept[keyword] = {name: _plain(field) for name, field in value.items()}
        elif keyword in ("items", "additionalProperties") and isinstance(value, dict):
            kept[keyword] = _plain(value)
        elif keyword == "$ref":
            kept[keyword] = value[value.index("#") :]
        elif keyword == "format" and value in RANGES:
            kept.update(RANGES[value])
        elif keyword not in _PROSE and not keyword.startswith("x-kubernetes-"):
            kept[keyword] = value
    if kept.get("additionalProperties") is False:
        # Without it, the validator does not say which fields are too many.
        kept.setdefault("properties", {})
    return kept


_PROSE = frozenset({"description", "$schema", "$id"})
