"""Which fields of which kinds name other objects, pods aside."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tools.kubernetes.reference import (
    CONFIG_MAP,
    SECRET,
    SERVICE,
    STORAGE_CLASS,
    Reference,
    Referrer,
    Via,
    What,
)
from tools.kubernetes.resource import Resource
from tools.source.place import FieldPath

_VOLUME = What("PersistentVolume", namespaced=False)
_INGRESS_CLASS = What("IngressClass", "networking.k8s.io", namespaced=False)
_GATEWAY_CLASS = What("GatewayClass", "gateway.networking.k8s.io", namespaced=False)
_ADMISSION = "admissionregistration.k8s.io"


class _Field(NamedTuple):
    """A field that holds a name; `*` in its path stands for every item of a list.

    `key` is the last part of the path of the key that is meant, beside the name, if there is one.
    """

    path: str
    via: Via
    what: What
    key: str = ""


_FIELDS: Mapping[str, Sequence[_Field]] = {
    "ServiceAccount": (
        _Field("secrets.*.name", Via.OTHER, SECRET),
        _Field("imagePullSecrets.*.name", Via.IMAGE_PULL, SECRET),
    ),
    "Ingress.networking.k8s.io": (
        _Field("spec.ingressClassName", Via.CLASS, _INGRESS_CLASS),
        _Field("spec.tls.*.secretName", Via.TLS, SECRET),
    ),
    "Gateway.gateway.networking.k8s.io": (
        _Field("spec.gatewayClassName", Via.CLASS, _GATEWAY_CLASS),
    ),
    "StatefulSet.apps": (
        _Field("spec.serviceName", Via.GOVERNING_SERVICE, SERVICE),
        _Field("spec.volumeClaimTemplates.*.spec.storageClassName", Via.CLASS, STORAGE_CLASS),
    ),
    "PersistentVolumeClaim": (
        _Field("spec.storageClassName", Via.CLASS, STORAGE_CLASS),
        _Field("spec.volumeName", Via.OTHER, _VOLUME),
    ),
    "PersistentVolume": (_Field("spec.storageClassName", Via.CLASS, STORAGE_CLASS),),
    f"ValidatingAdmissionPolicyBinding.{_ADMISSION}": (
        _Field(
            "spec.policyName", Via.OTHER,
            What("ValidatingAdmissionPolicy", _ADMISSION, namespaced=False),
        ),
    ),
    f"MutatingAdmissionPolicyBinding.{_ADMISSION}": (
        _Field(
            "spec.policyName", Via.OTHER,
            What("MutatingAdmissionPolicy", _ADMISSION, namespaced=False),
        ),
    ),
    "TriggerAuthentication.keda.sh": (
        _Field("spec.secretTargetRef.*.name", Via.OTHER, SECRET, "key"),
        _Field("spec.configMapTargetRef.*.name", Via.OTHER, CONFIG_MAP, "key"),
    ),
    "PushSecret.external-secrets.io": (_Field("spec.selector.secret.name", Via.OTHER, SECRET),),
}  # fmt: skip
"""By kind and group, as CustomResourceDefinitions are called."""


def field_references(resource: Resource) -> Iterator[Reference]:
    """What the fields of an object name that hold nothing but a name (and a key beside it)."""
    by = Referrer(resource)
    for field in _FIELDS.get(full_kind(resource), ()):
        for path in paths(resource, field.path):
            key = resource.get(*path[:-1], field.key) if field.key else None
            if isinstance(key, str):
                part = (*path[:-1], field.key)
                yield from by.names(field.via, path, field.what, key=key, part_path=part)
            else:
                yield from by.names(field.via, path, field.what)


def full_kind(resource: Resource) -> str:
    """`Ingress.networking.k8s.io`; `Service` for the core group."""
    group = resource.ref.group
    return f"{resource.kind}.{group}" if group else resource.kind


def paths(resource: Resource, pattern: str) -> Iterator[FieldPath]:
    """The field paths that a pattern stands for: `*` is every item of a list."""
    found: list[FieldPath] = [()]
    for part in _parts(pattern):
        if part == "*":
            found = [
                (*path, index) for path in found for index in range(len(resource.items(*path)))
            ]
        else:
            found = [(*path, part) for path in found]
    return iter(found)


@cache
def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split("."))
