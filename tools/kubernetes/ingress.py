"""What an Ingress routes, and which annotations change it.

https://kubernetes.io/docs/concepts/services-networking/ingress/
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.kubernetes.resource import Resource, as_list
from tools.source.place import FieldPath

GROUP = "networking.k8s.io"
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
DEFAULT_CLASS_ANNOTATION = "ingressclass.kubernetes.io/is-default-class"
EXACT = "Exact"
PREFIX = "Prefix"

_TLS_ANNOTATIONS = {
    "alb.ingress.kubernetes.io/certificate-arn": "",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate": "",
    "appgw.ingress.kubernetes.io/appgw-ssl-profile": "",
    "ingress.gcp.kubernetes.io/pre-shared-cert": "",
    "networking.gke.io/managed-certificates": "",
    "nginx.ingress.kubernetes.io/ssl-passthrough": "true",
    "route.openshift.io/termination": "",
    "traefik.ingress.kubernetes.io/router.tls": "true",
}
"""Annotations by which controllers serve TLS without `spec.tls`, with the value they need if any
other one turns it off."""


class Route(NamedTuple):
    """One path of an Ingress. `host` is "" for all hosts; `value` is `/` if no path is given."""

    ingress: Resource
    path: FieldPath
    host: str
    value: str
    type: str

    @property
    def words(self) -> str:
        """`todo.example.com/api`, or `*/api` for all hosts."""
        return f"{self.host or '*'}{self.value}"


def is_ingress(resource: Resource) -> bool:
    """Whether an object is an Ingress of an API that is still served."""
    return resource.kind == "Ingress" and resource.ref.group == GROUP


def routes_of(ingress: Resource) -> Iterator[Route]:
    """Every path of every rule, in order; a path with another type than text is left out."""
    for above, rule in ingress.maps("spec", "rules"):
        for path, given in ingress.maps(*above, "http", "paths"):
            value = given.get("path") or "/"
            if isinstance(value, str):
                yield Route(
                    ingress, path, _text(rule.get("host")), value, _text(given.get("pathType"))
                )


def class_of(ingress: Resource) -> str:
    """The name of the Ingress's class, "" if it leaves the choice to the cluster."""
    name = ingress.get("spec", "ingressClassName")
    return _text(name) or _text(ingress.annotations.get(CLASS_ANNOTATION))


def hosts_of(ingress: Resource) -> Iterator[tuple[FieldPath, str]]:
    """The hosts of the rules with the paths of their fields; "" where a rule is for all hosts."""
    for path, rule in ingress.maps("spec", "rules"):
        host = rule.get("host")
        if host is None or isinstance(host, str):
            yield (*path, "host"), host or ""


def tls_by_annotation(ingress: Resource) -> str | None:
    """The annotation by which the Ingress's controller serves TLS, None without one."""
    for key, needed in _TLS_ANNOTATIONS.items():
        value = ingress.annotations.get(key)
        if value and needed in ("", str(value)):
            return key
    return None


def covers(ingress: Resource, host: str) -> bool:
    """Whether an entry of `spec.tls` is for a host.

    An entry without hosts is for all of them. A wildcard covers one label: `*.example.com` is for
    `a.example.com`, not for `a.b.example.com` and not for `example.com`.
    """
    for _, entry in ingress.maps("spec", "tls"):
        names = as_list(entry.get("hosts"))
        wildcard = f"*.{host.partition('.')[2]}"
        if not names or host in names or wildcard in names:
            return True
    return False


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
