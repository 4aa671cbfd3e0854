"""Which maps of which kinds name other objects by kind, name and so on, pods aside."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tools.kubernetes.autoscaling import AUTOSCALERS, target_of
from tools.kubernetes.field_references import full_kind, paths
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.resource import Resource, as_map, lookup
from tools.kubernetes.subjects import is_binding, subjects_of
from tools.source.place import FieldPath

_GATEWAY = "gateway.networking.k8s.io"
_SECRETS = "external-secrets.io"
_HTTPS = 443
_CLUSTER_KINDS = frozenset(
    {"ClusterRole", "ClusterIssuer", "ClusterSecretStore", "ClusterTriggerAuthentication"}
    | {"PersistentVolume"}
)


class _Map(NamedTuple):
    """A map that names an object; what it leaves out is as said here.

    `group_field` holds the group, or the apiVersion; `port` is the one that counts if it names
    none; `via` the kind of reference.
    """

    path: str
    via: Via
    kind: str
    group: str = ""
    group_field: str = "group"
    port: int | None = None


_ROUTE = (
    _Map("spec.parentRefs.*", Via.OTHER, "Gateway", _GATEWAY),
    _Map("spec.rules.*.backendRefs.*", Via.BACKEND, "Service"),
    _Map("spec.rules.*.filters.*.requestMirror.backendRef", Via.BACKEND, "Service"),
)
_WEBHOOKS = (_Map("webhooks.*.clientConfig.service", Via.WEBHOOK, "Service", port=_HTTPS),)
_STORE = "SecretStore"

_MAPS: Mapping[str, Sequence[_Map]] = {
    "MutatingWebhookConfiguration.admissionregistration.k8s.io": _WEBHOOKS,
    "ValidatingWebhookConfiguration.admissionregistration.k8s.io": _WEBHOOKS,
    "APIService.apiregistration.k8s.io": (
        _Map("spec.service", Via.WEBHOOK, "Service", port=_HTTPS),
    ),
    "CustomResourceDefinition.apiextensions.k8s.io": (
        _Map("spec.conversion.webhook.clientConfig.service", Via.WEBHOOK, "Service", port=_HTTPS),
    ),
    "RoleBinding.rbac.authorization.k8s.io": (_Map("roleRef", Via.ROLE, "", "", "apiGroup"),),
    "ClusterRoleBinding.rbac.authorization.k8s.io": (
        _Map("roleRef", Via.ROLE, "", "", "apiGroup"),
    ),
    "PersistentVolume": (_Map("spec.claimRef", Via.OTHER, "PersistentVolumeClaim"),),
    "PersistentVolumeClaim": (
        _Map("spec.dataSource", Via.OTHER, "", "", "apiGroup"),
        _Map("spec.dataSourceRef", Via.OTHER, "", "", "apiGroup"),
    ),
    f"Gateway.{_GATEWAY}": (_Map("spec.listeners.*.tls.certificateRefs.*", Via.TLS, "Secret"),),
    f"HTTPRoute.{_GATEWAY}": _ROUTE,
    f"GRPCRoute.{_GATEWAY}": _ROUTE,
    f"TCPRoute.{_GATEWAY}": _ROUTE,
    f"TLSRoute.{_GATEWAY}": _ROUTE,
    f"UDPRoute.{_GATEWAY}": _ROUTE,
    "VerticalPodAutoscaler.autoscaling.k8s.io": (
        _Map("spec.targetRef", Via.SCALE_TARGET, "", "", "apiVersion"),
    ),
    "ScaledObject.keda.sh": (
        _Map("spec.triggers.*.authenticationRef", Via.OTHER, "TriggerAuthentication", "keda.sh"),
    ),
    "Certificate.cert-manager.io": (
        _Map("spec.issuerRef", Via.OTHER, "Issuer", "cert-manager.io"),
    ),
    f"ExternalSecret.{_SECRETS}": (
        _Map("spec.secretStoreRef", Via.OTHER, _STORE, _SECRETS),
        _Map("spec.data.*.sourceRef.storeRef", Via.OTHER, _STORE, _SECRETS),
        _Map("spec.dataFrom.*.sourceRef.storeRef", Via.OTHER, _STORE, _SECRETS),
    ),
    f"PushSecret.{_SECRETS}": (_Map("spec.secretStoreRefs.*", Via.OTHER, _STORE, _SECRETS),),
}  # fmt: skip


def object_references(resource: Resource) -> Iterator[Reference]:
    """What the maps of an object name that are made for naming an object."""
    for declared in _MAPS.get(full_kind(resource), ()):
        for path in paths(resource, declared.path):
            yield from _of_map(resource, path, declared)
    if resource.kind == "Ingress":
        yield from _backends(resource)
    elif is_binding(resource):
        yield from _subjects(resource)
    elif resource.kind in AUTOSCALERS:
        yield from _scaled(resource)
    elif full_kind(resource) == f"ExternalSecret.{_SECRETS}":
        yield from _templates(resource)


def _of_map(resource: Resource, path: FieldPath, declared: _Map) -> Iterator[Reference]:
    data = resource.map(*path)
    name, kind = data.get("name"), _text(data.get("kind")) or declared.kind
    if not isinstance(name, str) or not name or not kind:
        return
    stated = data.get(declared.group_field)
    group = declared.group if not isinstance(stated, str) else stated
    if declared.group_field == "apiVersion":
        group = group.rpartition("/")[0]
    own = "" if kind in _CLUSTER_KINDS else resource.namespace
    port = data.get("port")
    yield Reference(
        declared.via,
        resource,
        (*path, "name"),
        kind,
        name,
        _text(data.get("namespace")) or own,
        group,
        port=declared.port if port is None else _port(port),
        part_path=(*path, "port") if port is not None else (),
    )


def _backends(ingress: Resource) -> Iterator[Reference]:
    """Also the fields that `extensions/v1beta1` had: `serviceName` and `servicePort`."""
    patterns = ("spec.defaultBackend", "spec.backend", "spec.rules.*.http.paths.*.backend")
    for path in (path for pattern in patterns for path in paths(ingress, pattern)):
        backend = ingress.map(*path)
        if isinstance(backend.get("resource"), dict):
            declared = _Map("", Via.BACKEND, "", "", "apiGroup")
            yield from _of_map(ingress, (*path, "resource"), declared)
            continue
        service = as_map(backend.get("service"))
        for field in ("number", "name"):
            port = lookup(service, ("port", field))
            if port is not None:
                yield from _backend(
                    ingress, (*path, "service", "name"), port, (*path, "service", "port", field)
                )
                break
        else:
            yield from _backend(ingress, (*path, "service", "name"), None, ())
        old = (*path, "servicePort")
        yield from _backend(ingress, (*path, "serviceName"), backend.get("servicePort"), old)


def _backend(
    ingress: Resource, path: FieldPath, port: Any, part_path: FieldPath
) -> Iterator[Reference]:
    name = ingress.get(*path)
    if isinstance(name, str) and name:
        yield Reference(
            Via.BACKEND,
            ingress,
            path,
            "Service",
            name,
            ingress.namespace,
            port=_port(port),
            part_path=part_path if port is not None else (),
        )


def _subjects(binding: Resource) -> Iterator[Reference]:
    for subject in subjects_of(binding):
        if subject.kind == "ServiceAccount" and subject.name:
            path = (*subject.path, "name")
            yield Reference(
                Via.SUBJECT, binding, path, subject.kind, subject.name, subject.namespace
            )


def _scaled(autoscaler: Resource) -> Iterator[Reference]:
    group, kind, namespace, name = target_of(autoscaler)
    if kind and name:
        path = ("spec", "scaleTargetRef", "name")
        yield Reference(Via.SCALE_TARGET, autoscaler, path, kind, name, namespace, group)


def _templates(external: Resource) -> Iterator[Reference]:
    """What the template of an ExternalSecret is read from."""
    for path in paths(external, "spec.target.template.templateFrom.*"):
        for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
            source = external.map(*path, field)
            name = _text(source.get("name"))
            for item, data in external.maps(*path, field, "items"):
                if name and isinstance(data.get("key"), str):
                    yield Reference(
                        Via.OTHER,
                        external,
                        (*path, field, "name"),
                        kind,
                        name,
                        external.namespace,
                        key=data["key"],
                        part_path=(*item, "key"),
                    )


def _port(value: Any) -> int | str | None:
    is_port = isinstance(value, int | str) and not isinstance(value, bool)
    return value if is_port else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
