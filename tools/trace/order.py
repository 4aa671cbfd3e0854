"""The order in which Kustomize prints objects (`SortOrderTransformer`)."""

from tools.trace.objects import Object
from tools.trace.value import List, Map, Scalar

_FIRST: tuple[str, ...] = (
    "Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount",
    "PodSecurityPolicy", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ConfigMap",
    "Secret", "Endpoints", "Service", "LimitRange", "PriorityClass", "PersistentVolume",
    "PersistentVolumeClaim", "Deployment", "StatefulSet", "CronJob", "PodDisruptionBudget",
)  # fmt: skip
_LAST: tuple[str, ...] = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def in_order(objects: list[Object], options: Map | None) -> list[Object]:
    """The objects as they are printed: in legacy order unless the root's `sortOptions` say fifo."""
    if options is not None and options.text("order") == "fifo":
        return objects
    first, last = _FIRST, _LAST
    legacy = options.get("legacySortOptions") if options is not None else None
    if isinstance(legacy, Map):
        first, last = _kinds(legacy, "orderFirst"), _kinds(legacy, "orderLast")
    ranks = {kind: index - len(first) for index, kind in enumerate(first)}
    ranks |= {kind: index + 1 for index, kind in enumerate(last)}
    return sorted(objects, key=lambda obj: (ranks.get(obj.kind, 0), *_legacy_key(obj)))


def _kinds(options: Map, field: str) -> tuple[str, ...]:
    found = options.get(field)
    return (
        tuple(i.text for i in found.items if isinstance(i, Scalar))
        if isinstance(found, List)
        else ()
    )


def _legacy_key(obj: Object) -> tuple[str, str]:
    group, version, kind = obj.group, obj.version, obj.kind
    by_kind = f"{group or '~G'}_{version or '~V'}_{kind or '~K'}"
    gvk = f"{kind or '[noKind]'}.{version or '[noVer]'}.{group or '[noGrp]'}"
    return by_kind, f"{gvk}|{obj.namespace or '~X'}|{obj.name or '~N'}"
