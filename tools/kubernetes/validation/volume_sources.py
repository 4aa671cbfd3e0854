"""The kinds of storage that both a volume of a Pod and a PersistentVolume can name.

https://kubernetes.io/docs/concepts/storage/volumes/; exactly, the functions called
validate…VolumeSource of pkg/apis/core/validation. Where they differ between Pod and
PersistentVolume, the functions here take `persistent`.
"""

import re
from collections.abc import Callable, Mapping

from tools.kubernetes.validation.field import Field, Refusals, required
from tools.kubernetes.validation.formats import (
    absolute_path,
    dns_label,
    dns_subdomain,
    enumeration,
    path_without_up,
    within,
)
from tools.kubernetes.validation.san_sources import fibre_channel

_TENANT_BYTES = 64
_DRIVER_BYTES = 63
_HOST_PATH_TYPES = (
    "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice",
)  # fmt: skip
_BLOB, _MANAGED = "https://", "/subscriptions/"


def host_path(source: Field) -> Refusals:
    if not source["path"].text:
        yield source["path"].required("it is the file or folder of the node to mount")
        return
    yield from path_without_up(source["path"])
    if source["type"].text:
        yield from enumeration(source["type"], _HOST_PATH_TYPES)


def gce_persistent_disk(source: Field) -> Refusals:
    """The server calls the field `persistentDisk` here."""
    for refusal in (*required(source, ("pdName",)), *within(source["partition"], 0, 255)):
        yield refusal.elsewhere((*source.path[:-1], "persistentDisk", refusal.path[-1]))


def aws_elastic_block_store(source: Field) -> Refusals:
    yield from required(source, ("volumeID",))
    yield from within(source["partition"], 0, 255)


def nfs(source: Field) -> Refusals:
    yield from required(source, ("server", "path"))
    if source["path"].text:
        yield from absolute_path(source["path"])


def flocker(source: Field) -> Refusals:
    name, uuid = source["datasetName"], source["datasetUUID"]
    if not name.text and not uuid.text:
        yield name.required("or a datasetUUID").named(source)
    if name.text and uuid.text:
        yield name.forbidden("beside datasetUUID").named(source)
    if "/" in name.text:
        yield name.must("not contain '/'")


def quobyte(source: Field) -> Refusals:
    registry, tenant = source["registry"], source["tenant"]
    if not registry.text:
        yield registry.required("it is a host and port, or several with commas between them")
    elif len(tenant.text.encode()) > _TENANT_BYTES:
        yield tenant.too_long(_TENANT_BYTES, "bytes")
    elif not all(map(_is_host_and_port, registry.text.split(","))):
        yield registry.must("be `host:port`, or several with commas between them")
    yield from required(source, ("volume",))


def _is_host_and_port(text: str) -> bool:
    """As SplitHostPort of Go's package net takes it apart: an IPv6 address stands in brackets."""
    host, colon, port = text.rpartition(":")
    if not colon:
        return False
    if host.startswith("["):
        inside = host[1:-1]
        return host.endswith("]") and not re.search(r"[\[\]]", inside + port)
    return not re.search(r"[\[\]:]", host) and not re.search(r"[\[\]]", port)


def flex_volume(source: Field) -> Refusals:
    yield from required(source, ("driver",))
    for key, value in source["options"].entries():
        if f".{key.partition('/')[0].lower()}".endswith((".kubernetes.io", ".k8s.io")):
            sentence = f"{value} has a key of Kubernetes' own, which drivers take from nobody else"
            yield value.refused(sentence, at_key=True)


def azure_disk(source: Field) -> Refusals:
    yield from required(source, ("diskName", "diskURI"))
    caching, kind, uri = source["cachingMode"], source["kind"], source["diskURI"]
    if caching.is_set:
        yield from enumeration(caching, ("None", "ReadOnly", "ReadWrite"))
    if kind.is_set:
        yield from enumeration(kind, ("Shared", "Dedicated", "Managed"))
    start = _MANAGED if kind.text == "Managed" else _BLOB
    if not uri.text.startswith(start):
        yield uri.must(f"begin with {start}, as the disk is of kind {kind.text or 'Shared'}")


def local(source: Field) -> Refusals:
    yield from required(source, ("path",))
    yield from path_without_up(source["path"])


def storage_os(source: Field, *, persistent: bool) -> Refusals:
    yield from required(source, ("volumeName",))
    for name in ("volumeName", "volumeNamespace"):
        if source[name].text:
            yield from dns_label(source[name])
    yield from _secret(source, persistent)


def cinder(source: Field, *, persistent: bool) -> Refusals:
    yield from required(source, ("volumeID",))
    yield from _secret(source, persistent)


def _secret(source: Field, persistent: bool) -> Refusals:
    secret = source["secretRef"]
    if secret.is_set:
        for name in ("name", "namespace") if persistent else ("name",):
            if not secret[name].text:
                yield secret[name].required()


def csi_driver(field: Field) -> Refusals:
    """The name of a driver: a DNS subdomain of 63 characters, in any case."""
    if not field.text:
        yield field.required("it is the name that the driver registers with the node")
        return
    if len(field.text.encode()) > _DRIVER_BYTES:
        yield field.too_long(_DRIVER_BYTES, "bytes")
    yield from dns_subdomain(field.with_value(field.text.lower()))


_ALL_TEXTS = {
    "photonPersistentDisk": ("pdID",),
    "portworxVolume": ("volumeID",),
    "scaleIO": ("gateway", "system", "volumeName"),
    "vsphereVolume": ("volumePath",),
    "cephfs": ("monitors",),
    "rbd": ("monitors", "image"),
}


def _texts(source: Field) -> Refusals:
    yield from required(source, _ALL_TEXTS[source.name])


SHARED: Mapping[str, Callable[[Field], Refusals]] = {
    "hostPath": host_path,
    "gcePersistentDisk": gce_persistent_disk,
    "awsElasticBlockStore": aws_elastic_block_store,
    "nfs": nfs,
    "flocker": flocker,
    "quobyte": quobyte,
    "fc": fibre_channel,
    "flexVolume": flex_volume,
    "azureDisk": azure_disk,
    **dict.fromkeys(_ALL_TEXTS, _texts),
}
"""Sources that are validated alike in a Pod and in a PersistentVolume."""
