"""Which annotations name other objects.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/,
https://cert-manager.io/docs/reference/annotations/.
"""

from collections.abc import Iterator, Mapping

from tools.kubernetes.pod import POD_TEMPLATES
from tools.kubernetes.reference import (
    CONFIG_MAP,
    SECRET,
    SERVICE,
    SERVICE_ACCOUNT,
    STORAGE_CLASS,
    Reference,
    Via,
    What,
)
from tools.kubernetes.resource import Resource, as_map
from tools.source.place import FieldPath

_NGINX = "nginx.ingress.kubernetes.io/"
_ISSUERS = "cert-manager.io"

_ANNOTATIONS: Mapping[str, What] = {
    _NGINX + "auth-secret": SECRET,
    _NGINX + "auth-tls-secret": SECRET,
    _NGINX + "proxy-ssl-secret": SECRET,
    _NGINX + "auth-proxy-set-headers": CONFIG_MAP,
    _NGINX + "custom-headers": CONFIG_MAP,
    _NGINX + "fastcgi-params-configmap": CONFIG_MAP,
    _NGINX + "default-backend": SERVICE,
    "ingress.kubernetes.io/auth-secret": SECRET,
    "haproxy.org/auth-secret": SECRET,
    "haproxy-ingress.github.io/auth-secret": SECRET,
    "haproxy-ingress.github.io/auth-tls-secret": SECRET,
    "kubernetes.io/service-account.name": SERVICE_ACCOUNT,
    "volume.beta.kubernetes.io/storage-class": STORAGE_CLASS,
    "cert-manager.io/issuer": What("Issuer", _ISSUERS),
    "cert-manager.io/cluster-issuer": What("ClusterIssuer", _ISSUERS, namespaced=False),
    "cert-manager.io/inject-ca-from": What("Certificate", _ISSUERS),
    "cert-manager.io/inject-ca-from-secret": SECRET,
}
_RELOADED = {
    "secret.reloader.stakater.com/reload": SECRET,
    "configmap.reloader.stakater.com/reload": CONFIG_MAP,
}
"""Lists of names; the pods are restarted when one of the objects changes."""

_WHOLE = frozenset({SECRET, CONFIG_MAP})


def annotation_references(resource: Resource) -> Iterator[Reference]:
    """What the annotations of an object, and of its pod template, name."""
    template = (*POD_TEMPLATES.get(resource.kind, ()), "metadata")
    for parent in dict.fromkeys((("metadata",), template)):
        path = (*parent, "annotations")
        for annotation, value in as_map(resource.get(*path)).items():
            if not isinstance(value, str):
                continue
            if annotation in _ANNOTATIONS:
                what = _ANNOTATIONS[annotation]
                yield from _reference(resource, (*path, annotation), what, value, True)
            for name in value.split(",") if annotation in _RELOADED else ():
                what = _RELOADED[annotation]
                yield from _reference(resource, (*path, annotation), what, name.strip(), False)


def _reference(
    resource: Resource, path: FieldPath, what: What, value: str, whole: bool
) -> Iterator[Reference]:
    """A value is `name`, or `namespace/name`."""
    stated, _, name = value.rpartition("/")
    namespace = stated or resource.namespace if what.namespaced else ""
    if name:
        whole = whole and what in _WHOLE
        yield Reference(
            Via.ANNOTATION, resource, path, what.kind, name, namespace, what.group, whole=whole
        )
