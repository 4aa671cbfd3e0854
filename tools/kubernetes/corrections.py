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

TIME_FORMAT = "io.k8s.apimachinery.pkg.apis.meta.v1.Time"
MICRO_TIME_FORMAT = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"

LENIENT = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"
"""The definition that is also read without looking for unknown fields, where a type has a decoder
of its own: what stands in `items` and `additionalProperties` of a schema, and all below."""

_SCHEMA = {"$ref": f"#/$defs/{LENIENT}.lenient"}

REPLACED: Mapping[str, Mapping[str, Any]] = {
    # Both are `oneOf` of types that each take null, so that null would fit twice and be refused.
    "util.intstr.IntOrString": {"type": ["integer", "string"], **INT32},
    "api.resource.Quantity": {"type": ["number", "string"], "format": QUANTITY_FORMAT},
    # Go takes more than RFC 3339, and less: no lower case, no leap second.
    "meta.v1.Time": {"type": "string", "format": TIME_FORMAT},
    "meta.v1.MicroTime": {"type": "string", "format": MICRO_TIME_FORMAT},
    # It has no fields, and its schema is that of a map of anything.
    "apiextensions.v1.CustomResourceSubresourceStatus": {
        "type": "object", "properties": {}, "additionalProperties": False,
    },
    # Kept as it came, whatever it is.
    "meta.v1.FieldsV1": {},
    # Anything, says the schema. What `items` is but a map is not looked at by the decoder.
    "apiextensions.v1.JSONSchemaPropsOrArray": {"if": {"type": "object"}, "then": _SCHEMA},
    "apiextensions.v1.JSONSchemaPropsOrBool": {
        "if": {"type": "object"}, "then": _SCHEMA, "else": {"type": "boolean"},
    },
}  # fmt: skip
"""Definitions that are written anew, by the last three parts of their names."""

_FORMATS: Mapping[str, Mapping[str, Any]] = {
    **RANGES,
    # Go takes a list of numbers for []byte too.
    "byte": {
        "type": ["string", "array"],
        "items": {"type": "integer", "minimum": 0, "maximum": 255},
    },
}
"""What the server takes for a format that it knows."""

NOT_REQUIRED: Mapping[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        # Filled in before validation.
        "batch.v1.PodFailurePolicyOnPodConditionsPattern": "status",
        "rbac.v1.RoleRef": "apiGroup",
        "storage.v1.CSIDriver": "spec",
        # Dropped together with what holds it, unless a gate is open that is not by default.
        "core.v1.ClusterTrustBundleProjection": "path",
        "core.v1.PodCertificateProjection": "keyType signerName",
        # Never looked at: the status of a template.
        "core.v1.ModifyVolumeStatus": "status",
        "core.v1.PersistentVolumeClaimCondition": "status type",
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
        "discovery.v1.ForNode": "name",
        "discovery.v1.ForZone": "name",
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
        elif keyword == "type":
            kept[keyword] = _without_null(value)
        elif keyword not in _PROSE and not keyword.startswith("x-kubernetes-"):
            kept[keyword] = value
    kept.update(_FORMATS.get(kept.get("format", ""), {}))
    if kept.get("additionalProperties") is False:
        # Without it, the validator does not say which fields are too many.
        kept.setdefault("properties", {})
    return kept


def _without_null(types: str | list[str]) -> str | list[str]:
    """Types of what is decoded, where no null is left."""
    kinds = [kind for kind in types if kind != "null"] if isinstance(types, list) else [types]
    return kinds[0] if len(kinds) == 1 else kinds


_PROSE = frozenset({"description", "$schema", "$id"})


def nested(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A corrected definition as it stands inside of an object, where nobody compares its kind."""
    fields = schema.get("properties", {})
    named = {
        name: fields[name] for name in ("apiVersion", "kind") if "enum" in fields.get(name, ())
    }
    if not named:
        return schema
    plain = {name: {"type": "string"} for name in named}
    return {**schema, "properties": {**fields, **plain}}


def lenient(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A corrected definition as it is read where unknown fields are not looked for."""
    reference = {"$ref": f"#/$defs/{LENIENT}"}

    def replaced(value: Any) -> Any:
        if value == reference:
            return _SCHEMA
        if isinstance(value, dict):
            return {name: replaced(item) for name, item in value.items()}
        return value

    return {**replaced(schema), "additionalProperties": True}
