"""PersistentVolume.

https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/; exactly,
ValidatePersistentVolume of pkg/apis/core/validation and of pkg/volume/validation.
"""

from collections.abc import Callable, Mapping
from math import ceil
from posixpath import normpath

from tools.kubernetes.quantity import parse_quantity, spelling_of, suffix_of
from tools.kubernetes.validation.claims import ATTRIBUTES_CLASSES, VOLUME_MODES, access_modes
from tools.kubernetes.validation.field import Field, Refusals, required
from tools.kubernetes.validation.formats import (
    dns_label,
    dns_subdomain,
    enumeration,
    quantity_positive,
)
from tools.kubernetes.validation.metadata import final_name, object_meta
from tools.kubernetes.validation.node_selectors import node_selector
from tools.kubernetes.validation.san_sources import iscsi, portal_too_long
from tools.kubernetes.validation.volume_sources import (
    SHARED,
    cinder,
    csi_driver,
    local,
    storage_os,
)

_FAST_DIGITS = 18
_CAPPED = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
"""Units in which the server takes too much for the most there is."""

_RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
_MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options"
_CSI_SECRETS = (
    "controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef",
    "nodeExpandSecretRef",
)  # fmt: skip


def persistent_volume(obj: Field) -> Refusals:
    metadata, spec = obj["metadata"], obj["spec"]
    yield from object_meta(metadata, dns_subdomain, namespaced=False, generation=True)
    yield from access_modes(spec["accessModes"])
    yield from _capacity(spec["capacity"])
    yield from _classes(spec)
    yield from _node_affinity(spec)
    yield from _sources(spec)
    if portal_too_long(spec["iscsi"], final_name(metadata)):
        portal = spec.at("iscsi", "targetPortal")
        sentence = f"{portal} and the name of the volume have more than 64 bytes together"
        yield portal.refused(sentence).named(spec.at("iscsi", "targetportal"))
    options = metadata["annotations"][_MOUNT_OPTIONS]
    if options.is_set and not spec.set_among(_MOUNTED_WITH_OPTIONS):
        yield options.forbidden("for a volume of this type, which takes no mount options")


def _capacity(capacity: Field) -> Refusals:
    if capacity.is_empty:
        yield capacity.required("claims are matched to the volume by its size")
        return
    if not capacity["storage"].is_set:
        yield capacity["storage"].required("it is the size of the volume").named(capacity)
    for name, amount in capacity.entries():
        if name != "storage":
            yield amount.forbidden("in a volume, whose only capacity is storage").named(capacity)
        yield from quantity_positive(amount)
        if _turns_negative(amount):
            yield amount.must("be less than 8Ei")


def _turns_negative(field: Field) -> bool:
    """Numbers of 19 digits and more are cut to 64 bits, of which the first is the sign."""
    text = spelling_of(field.value) or ""
    amount = parse_quantity(field.value)
    if amount is None or amount <= 0 or sum(map(str.isdigit, text)) <= _FAST_DIGITS:
        return False
    return suffix_of(field.value) not in _CAPPED and bool(ceil(amount) >> 63 & 1)


def _classes(spec: Field) -> Refusals:
    """How the volume is given away: classes, policy, mode."""
    policy, mode = spec["persistentVolumeReclaimPolicy"], spec["volumeMode"]
    if policy.text:
        yield from enumeration(policy, _RECLAIM_POLICIES)
    if policy.text == "Recycle" and _is_root(spec.at("hostPath", "path").text):
        yield policy.must("not be Recycle for the whole node: that would delete its files")
    if mode.is_set:
        yield from enumeration(mode, VOLUME_MODES)
    if spec["storageClassName"].text:
        yield from dns_subdomain(spec["storageClassName"])
    attributes = spec["volumeAttributesClassName"]
    if attributes.is_set and spec.release.at_least(ATTRIBUTES_CLASSES):
        yield from required(spec, (attributes.name,))
        if attributes.text:
            yield from dns_subdomain(attributes)
        if not spec["csi"].is_set:
            yield spec["csi"].required("only its drivers know volumeAttributesClassName")


def _is_root(path: str) -> bool:
    return path.startswith("/") and normpath(path).strip("/") == ""


def _node_affinity(spec: Field) -> Refusals:
    affinity = spec["nodeAffinity"]
    if not affinity.is_set:
        if spec["local"].is_set and _first(spec) == "local":
            yield affinity.required("a local volume is on one node")
    elif not affinity["required"].is_set:
        yield affinity["required"].required("it says which nodes reach the volume")
    else:
        yield from node_selector(affinity["required"])


def _first(spec: Field) -> str:
    return next((source.name for source in spec.set_among(_SOURCES)), "")


def _sources(spec: Field) -> Refusals:
    """Of several, the server looks into the first, and into flexVolume."""
    there = spec.set_among(_SOURCES)
    if not there:
        yield spec.refused(f"{spec} names no storage, such as csi or nfs")
    for index, source in enumerate(there):
        if index == 0 or source.name == "flexVolume":
            yield from _SOURCES[source.name](source)
        else:
            wrong = source.not_beside(there[0], "a volume is of one type")
            yield wrong.named(spec["cephFS" if source.name == "cephfs" else source.name])


def _glusterfs(source: Field) -> Refusals:
    yield from required(source, ("endpoints", "path"))
    if source["endpointsNamespace"].is_set:
        yield from dns_label(source["endpointsNamespace"])


def _iscsi(source: Field) -> Refusals:
    yield from iscsi(source)
    if source["secretRef"].is_set:
        yield from required(source["secretRef"], ("name",))


def _cinder(source: Field) -> Refusals:
    yield from cinder(source, persistent=True)


def _storage_os(source: Field) -> Refusals:
    yield from storage_os(source, persistent=True)


def _azure_file(source: Field) -> Refusals:
    yield from required(source, ("secretName", "shareName"))
    if source["secretNamespace"].is_set:
        yield from required(source, ("secretNamespace",))


def _csi(source: Field) -> Refusals:
    yield from csi_driver(source["driver"])
    yield from required(source, ("volumeHandle",))
    for secret in source.set_among(_CSI_SECRETS):
        yield from required(secret, ("name", "namespace"))
        if secret["name"].text:
            yield from dns_subdomain(secret["name"])
        if secret["namespace"].text:
            yield from dns_label(secret["namespace"])


_SOURCES: Mapping[str, Callable[[Field], Refusals]] = {
    "hostPath": SHARED["hostPath"],
    "gcePersistentDisk": SHARED["gcePersistentDisk"],
    "awsElasticBlockStore": SHARED["awsElasticBlockStore"],
    "glusterfs": _glusterfs,
    "flocker": SHARED["flocker"],
    "nfs": SHARED["nfs"],
    "rbd": SHARED["rbd"],
    "quobyte": SHARED["quobyte"],
    "cephfs": SHARED["cephfs"],
    "iscsi": _iscsi,
    "cinder": _cinder,
    "fc": SHARED["fc"],
    "flexVolume": SHARED["flexVolume"],
    "azureFile": _azure_file,
    "vsphereVolume": SHARED["vsphereVolume"],
    "photonPersistentDisk": SHARED["photonPersistentDisk"],
    "portworxVolume": SHARED["portworxVolume"],
    "azureDisk": SHARED["azureDisk"],
    "scaleIO": SHARED["scaleIO"],
    "local": local,
    "storageos": _storage_os,
    "csi": _csi,
}
"""In the order in which the server looks at them."""

_MOUNTED_WITH_OPTIONS = (
    "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "nfs", "rbd", "quobyte", "iscsi",
    "cinder", "cephfs", "azureFile", "vsphereVolume", "azureDisk", "photonPersistentDisk",
)  # fmt: skip
