"""URLs and host:port in texts, and which Service a host name of the cluster stands for.

https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^\s/@?#'\"`<>,;]*@)?"
    r"(?P<hosts>[A-Za-z0-9_.:,\[\]-]++)(?![$%{<*(])"
)
"""What a template or a variable still adds to is no host yet."""

_HOST = re.compile(r"(?P<host>[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?)(?::(?P<port>\d{1,5}))?")
_CLUSTER_HOST = re.compile(
    r"(?<![A-Za-z0-9_.@${}()*-])(?P<host>[a-z0-9_][-a-z0-9_.]*\.svc(\.cluster\.[a-z0-9-]+)?)\.?"
    r"(?::(?P<port>\d{1,5}))?(?![A-Za-z0-9_.$%{<*(-])"
)
_FLAG = re.compile(r"-{1,2}[A-Za-z][A-Za-z0-9_.-]*=")
DEFAULT_PORTS = {
    "http": 80, "ws": 80, "https": 443, "wss": 443, "redis": 6379, "postgres": 5432,
    "postgresql": 5432, "mysql": 3306, "amqp": 5672, "mongodb": 27017,
}  # fmt: skip
"""The ports of a URL that names none."""

_WITHOUT_HOST = frozenset(
    {"s3", "s3a", "gs", "gcs", "az", "azblob", "abfs", "file", "unix", "oci", "docker", "k8s"}
    | {"containerd", "vault", "secret", "sqlite", "mem", "inmemory", "arn", "urn", "ref", "git"}
)
"""Schemes behind which a bucket, a path or an image stands."""

_POD_LABELS = 3
"""`pod.service.namespace`"""

_LONGEST = 256 * 1024


class Address(NamedTuple):
    """A host with its port as a text names it; `scheme` is "" outside of URLs.

    `text` is what stands there, without a user and password: reports show it.
    """

    scheme: str
    host: str
    port: int | None
    text: str


class ServiceName(NamedTuple):
    """What a host name says: a Service, its namespace ("" if left out), and the cluster's domain.

    `explicit` is False for a name that could be any host: one label, or two.
    """

    name: str
    namespace: str
    domain: str
    explicit: bool


def addresses_in(text: str) -> list[Address]:
    """Every address of a text: its URLs, host names below `.svc`, and a text that is host:port.

    A text may be a list with commas, or begin with a flag (`--upstream=web:80`). Several hosts
    in one URL are several addresses.
    """
    if len(text) > _LONGEST:
        return []
    found = {(address.host, address.port): address for address in _urls(text)}
    hosts = {host for host, _ in found}
    for address in (*_bare(text), *_cluster_hosts(text)):
        if address.host not in hosts:
            found.setdefault((address.host, address.port), address)
    return list(found.values())


def _urls(text: str) -> Iterator[Address]:
    for match in _URL.finditer(text):
        scheme = match["scheme"].lower()
        if scheme in _WITHOUT_HOST:
            continue
        for part in match["hosts"].rstrip(".,:").split(","):
            host = _HOST.fullmatch(part)
            if host:
                port = int(host["port"]) if host["port"] else None
                text = match[0].replace(match["user"] or "", "", 1)
                yield Address(scheme, host["host"].lower().rstrip("."), port, text)


def _bare(text: str) -> Iterator[Address]:
    words = _FLAG.sub("", text.strip(), count=1).split(",")
    found = [_HOST.fullmatch(word.strip()) for word in words]
    for match in found if all(found) else ():
        if match and match["port"]:
            yield Address("", match["host"].lower().rstrip("."), int(match["port"]), match[0])


def _cluster_hosts(text: str) -> Iterator[Address]:
    for match in _CLUSTER_HOST.finditer(text):
        port = int(match["port"]) if match["port"] else None
        yield Address("", match["host"], port, match[0])


def service_name(host: str, namespaces: Collection[str]) -> ServiceName | None:
    """What a host name says if it may be one of the cluster, None if it is an address elsewhere.

    Two labels count if the second is one of the `namespaces`. Labels before the Service, those
    of a pod or a port (`_http._tcp`), are left out.
    """
    labels = host.split(".")
    if host == "localhost" or not all(labels) or labels[-1].isdigit():
        return None
    if "svc" in labels[1:]:
        return _explicit(labels)
    if len(labels) == 1:
        return ServiceName(host, "", "", False)
    if len(labels) <= _POD_LABELS and labels[-1] in namespaces:
        return ServiceName(labels[-2], labels[-1], "", False)
    return None


def _explicit(labels: list[str]) -> ServiceName | None:
    """`service.namespace.svc`, with or without a domain; "" for a namespace that is left out."""
    at = len(labels) - 1 - labels[::-1].index("svc")
    domain = ".".join(labels[at + 1 :])
    if domain and not domain.startswith("cluster."):
        return None
    if at == 1:
        return ServiceName(labels[0], "", domain, True)
    return ServiceName(labels[at - 2], labels[at - 1], domain, True)
