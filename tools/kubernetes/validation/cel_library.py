"""What the API server declares for CEL beside the language itself.

k8s.io/apiserver/pkg/cel/library, and the types of `request` and `namespaceObject` in
k8s.io/apiserver/pkg/admission/plugin/cel.
https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries
"""

from collections.abc import Mapping

FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    # Lists.
    "isSorted": (".0 bool",), "sum": (".0 dyn",), "min": (".0 dyn",), "max": (".0 dyn",),
    # Regular expressions and addresses of web pages.
    "find": (".1 string",), "findAll": (".1 strings", ".2 strings"),
    "url": ("1 dyn",), "isURL": ("1 bool",), "getScheme": (".0 string",), "getHost": (".0 string",),
    "getHostname": (".0 string",), "getPort": (".0 string",), "getEscapedPath": (".0 string",),
    "getQuery": (".0 dyn",),
    # Quantities and versions.
    "quantity": ("1 dyn",), "isQuantity": ("1 bool",), "sign": (".0 int",),
    "isInteger": (".0 bool",), "asInteger": (".0 int",), "asApproximateFloat": (".0 dyn",),
    "add": (".1 dyn",), "sub": (".1 dyn",), "isLessThan": (".1 bool",),
    "isGreaterThan": (".1 bool",), "compareTo": (".1 int",),
    "semver": ("1 dyn", "2 dyn"), "isSemver": ("1 bool", "2 bool"), "major": (".0 int",),
    "minor": (".0 int",), "patch": (".0 int",),
    # Addresses.
    "ip": ("1 dyn", ".0 dyn"), "isIP": ("1 bool",), "ip.isCanonical": ("1 bool",),
    "family": (".0 int",), "isUnspecified": (".0 bool",), "isLoopback": (".0 bool",),
    "isLinkLocalMulticast": (".0 bool",), "isLinkLocalUnicast": (".0 bool",),
    "isGlobalUnicast": (".0 bool",), "cidr": ("1 dyn",), "isCIDR": ("1 bool",),
    "containsIP": (".1 bool",), "containsCIDR": (".1 bool",), "masked": (".0 dyn",),
    "prefixLength": (".0 int",),
    # Sets.
    "sets.contains": ("2 bool",), "sets.equivalent": ("2 bool",), "sets.intersects": ("2 bool",),
    # Who may do what.
    "path": (".1 dyn",), "group": (".1 dyn",), "serviceAccount": (".2 dyn",),
    "resource": (".1 dyn",), "subresource": (".1 dyn",), "namespace": (".1 dyn",),
    "name": (".1 dyn",), "check": (".1 dyn",), "errored": (".0 bool",), "error": (".0 string",),
    "allowed": (".0 bool",), "reason": (".0 string",), "fieldSelector": (".1 dyn",),
    "labelSelector": (".1 dyn",),
    # Formats.
    "validate": (".1 dyn",),
    **{
        f"format.{name}": ("0 dyn",)
        for name in (
            "dns1123Label", "dns1123Subdomain", "dns1035Label", "qualifiedName",
            "dns1123LabelPrefix", "dns1123SubdomainPrefix", "dns1035LabelPrefix", "labelValue",
            "uri", "uuid", "byte", "date", "datetime",
        )
    },
    "format.named": ("1 dyn",),
}  # fmt: skip
"""Functions by their forms: a dot if they are called on something, how many arguments they take,
and what they return."""

UNKNOWN_HERE = frozenset({
    "first", "last", "slice", "flatten", "sort", "distinct", "reverse", "lists", "lists.range",
    "math", "base64",
})  # fmt: skip
"""Functions that are not declared here: that they are unknown says nothing."""

_ADMITTED = ("group", "version")
_KIND, _RESOURCE = (*_ADMITTED, "kind"), (*_ADMITTED, "resource")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "request": (
        "kind", "resource", "subResource", "requestKind", "requestResource", "requestSubResource",
        "name", "namespace", "operation", "userInfo", "dryRun", "options",
    ),
    "request.kind": _KIND, "request.requestKind": _KIND,
    "request.resource": _RESOURCE, "request.requestResource": _RESOURCE,
    "request.userInfo": ("username", "uid", "groups", "extra"),
    "namespaceObject": ("metadata", "spec", "status"),
    "namespaceObject.metadata": (
        "name", "generateName", "namespace", "labels", "annotations", "UID", "creationTimestamp",
        "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "resourceVersion",
        "finalizers",
    ),
    "namespaceObject.spec": ("finalizers",),
    "namespaceObject.status": ("conditions", "phase"),
}  # fmt: skip
"""The fields of what is declared with its type."""

TYPED: Mapping[str, str] = {
    **{
        f"request.{field}": "string"
        for field in (
            "subResource", "requestSubResource", "name", "namespace", "operation",
            *(f"{kind}.{part}" for kind in ("kind", "requestKind") for part in _KIND),
            *(f"{kind}.{part}" for kind in ("resource", "requestResource") for part in _RESOURCE),
            "userInfo.username", "userInfo.uid",
        )
    },
    "request.dryRun": "bool",
    "request.userInfo.groups": "strings",
    **{f"namespaceObject.metadata.{field}": "labels" for field in ("labels", "annotations")},
    "namespaceObject.metadata.name": "string",
    "namespaceObject.status.phase": "string",
}  # fmt: skip
"""Fields of a known type, by their whole names."""
