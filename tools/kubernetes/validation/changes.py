"""Which changes of an object the server refuses: fields that are fixed once the object exists.

https://kubernetes.io/docs/reference/kubernetes-api/ says of each such field that it is immutable;
exactly, the `Validate…Update` functions of pkg/apis/*/validation. What the new object would be
refused for on its own is not repeated here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tools.kubernetes.decoding import decoded
from tools.kubernetes.deprecations import numbers
from tools.kubernetes.openapi import openapi
from tools.kubernetes.resource import Resource, as_map
from tools.kubernetes.validation.field import Field, Refusal, Refusals, Release
from tools.kubernetes.validation.pod_changes import job, pod
from tools.kubernetes.validation.sameness import REMADE, fixed
from tools.kubernetes.validation.service_changes import service
from tools.kubernetes.validation.storage_changes import claim, volume
from tools.source.place import FieldPath

ChangeCheck = Callable[[Field, Field], Refusals]
"""Called with the old and the new object."""

_IMMUTABLE: Mapping[tuple[str, str], tuple[FieldPath, ...]] = {
    ("", "Secret"): (("type",),),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        ("spec", "group"), ("spec", "scope"),
        ("spec", "names", "kind"), ("spec", "names", "plural"),
    ),
    ("apps", "ControllerRevision"): (("data",),),
    ("apps", "DaemonSet"): (("spec", "selector"),),
    ("apps", "Deployment"): (("spec", "selector"),),
    ("apps", "ReplicaSet"): (("spec", "selector"),),
    ("batch", "Job"): (
        ("spec", "selector"), ("spec", "completionMode"), ("spec", "podFailurePolicy"),
        ("spec", "backoffLimitPerIndex"), ("spec", "managedBy"), ("spec", "successPolicy"),
    ),
    ("discovery.k8s.io", "EndpointSlice"): (("addressType",),),
    ("networking.k8s.io", "IngressClass"): (("spec", "controller"),),
    ("node.k8s.io", "RuntimeClass"): (("handler",),),
    ("scheduling.k8s.io", "PriorityClass"): (("value",), ("preemptionPolicy",)),
    ("storage.k8s.io", "StorageClass"): (
        ("parameters",), ("provisioner",), ("reclaimPolicy",), ("volumeBindingMode",),
    ),
    ("storage.k8s.io", "VolumeAttributesClass"): (("driverName",), ("parameters",)),
}  # fmt: skip
"""Fields that stay as they were when the object was made."""

_RBAC = "rbac.authorization.k8s.io"
_OF_THE_SERVER = ("uid", "deletionGracePeriodSeconds", "deletionTimestamp", "resourceVersion")
_ZERO = frozenset({("scheduling.k8s.io", "PriorityClass")})
"""Kinds whose numbers are 0 where they are left out."""


def change_refusals(
    old: Resource, new: Resource, versions: Sequence[str]
) -> list[tuple[Refusal, tuple[str, ...]]]:
    """What servers have against changing one object into another of the same identity.

    Each refusal comes with those of the Kubernetes `versions` that say so. [] for custom kinds, and
    for those that the newest version does not have.
    """
    key = (new.ref.group, new.kind)
    found: dict[Refusal, list[str]] = {}
    schema = openapi(versions[-1]).schema(new.ref.api_version, new.kind) if versions else None
    if schema is None:
        return []
    before, after = decoded(old.data, schema), decoded(new.data, schema)
    done: list[Refusal] = []
    depends = True
    for version in versions:
        if depends:
            release = Release(numbers(version)[1])
            fields = (Field((), before, release), Field((), after, release))
            done = list(dict.fromkeys(_refusals(key, *fields)))
            depends = release.mattered
        for refusal in done:
            found.setdefault(refusal, []).append(version)
    return [(refusal, tuple(by)) for refusal, by in found.items()]


def _refusals(key: tuple[str, str], old: Field, new: Field) -> Refusals:
    for path in _IMMUTABLE.get(key, ()):
        before, after = old.at(*map(str, path)), new.at(*map(str, path))
        if key in _ZERO and after.name == "value":
            before, after = (f.with_value(f.value or 0) for f in (before, after))
        yield from fixed(before, after)
    for field in new["metadata"].set_among(_OF_THE_SERVER):
        if not field.is_empty or field.name == "deletionGracePeriodSeconds":
            yield field.refused(f"{field} is set, and only the server sets it", "Delete the field.")
    check = _CHECKS.get(key)
    if check is not None:
        yield from check(old, new)


def _stateful_set(old: Field, new: Field) -> Refusals:
    """The server names `spec` for all of its fields that may not change."""
    before, after = as_map(old["spec"].value), as_map(new["spec"].value)
    for name in sorted((before.keys() | after.keys()) - _STATEFUL_SET_MUTABLE):
        for refusal in fixed(old["spec"][name], new["spec"][name], _STATEFUL_SET):
            yield refusal.named(new["spec"])


_STATEFUL_SET = "of a StatefulSet only replicas, template, strategies and a few more may change"
_STATEFUL_SET_MUTABLE = frozenset(
    {"replicas", "ordinals", "template", "updateStrategy", "minReadySeconds"}
    | {"revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy"}
)


def _role_ref(old: Field, new: Field) -> Refusals:
    yield from fixed(_with_group(old["roleRef"]), _with_group(new["roleRef"]))


def _with_group(ref: Field) -> Field:
    return ref.with_value({**as_map(ref.value), "apiGroup": ref["apiGroup"].text or _RBAC})


def _kept_data(old: Field, new: Field) -> Refusals:
    """A ConfigMap or Secret with `immutable: true`."""
    if not old["immutable"].is_true:
        return
    if not new["immutable"].is_true:
        yield new["immutable"].refused("immutable is true, and cannot be taken back", REMADE)
    for name in ("data", "binaryData"):
        before, after = (_content(obj, name) for obj in (old, new))
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                entry = new[name][key]
                sentence = f"{entry} changes; the object in the cluster is immutable"
                yield entry.refused(sentence, REMADE).named(new[name])


def _content(obj: Field, name: str) -> Mapping[str, Any]:
    """The entries, with those of a Secret's stringData among data as the server stores them."""
    entries = dict(as_map(obj[name].value))
    if name == "data" and obj["stringData"].is_set:
        from base64 import b64encode

        for key, value in obj["stringData"].entries():
            entries[key] = b64encode(value.text.encode()).decode()
    return entries


def _quota(old: Field, new: Field) -> Refusals:
    before, after = old.at("spec", "scopes"), new.at("spec", "scopes")
    was, now = (sorted({f.text for f in scopes.items()}) for scopes in (before, after))
    yield from fixed(before.with_value(was), after.with_value(now))


_CHECKS: Mapping[tuple[str, str], ChangeCheck] = {
    ("", "ConfigMap"): _kept_data,
    ("", "PersistentVolume"): volume,
    ("", "PersistentVolumeClaim"): claim,
    ("", "Pod"): pod,
    ("", "ResourceQuota"): _quota,
    ("", "Secret"): _kept_data,
    ("", "Service"): service,
    ("apps", "StatefulSet"): _stateful_set,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _role_ref,
    ("rbac.authorization.k8s.io", "RoleBinding"): _role_ref,
    ("batch", "Job"): job,
}
