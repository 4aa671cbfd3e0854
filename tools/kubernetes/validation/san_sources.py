"""Disks of a storage network: iSCSI and Fibre Channel.

https://kubernetes.io/docs/concepts/storage/volumes/#iscsi; exactly, validateISCSIVolumeSource,
validateISCSIPersistentVolumeSource and validateFCVolumeSource of pkg/apis/core/validation.
"""

import re

from tools.kubernetes.validation.field import Field, Refusals, required
from tools.kubernetes.validation.formats import within

_HIGHEST_LUN = 255
_PORTAL_BYTES = 64
_NAME_FORMATS = {
    "iqn": re.compile(r"iqn\.[0-9]{4}-[0-9]{2}\.[A-Za-z0-9.-]+:[^,;*&$|\t\n\f\r ]+\Z"),
    "eui": re.compile(r"\Aeui.[A-Za-z0-9]{16}\Z"),
    "naa": re.compile(r"\Anaa.[A-Za-z0-9]{32}\Z"),
}


def iscsi(source: Field) -> Refusals:
    """What Pods and PersistentVolumes agree on; each adds its own limit of `initiatorName`."""
    yield from required(source, ("targetPortal", "iqn"))
    if source["iqn"].text:
        yield from _iscsi_name(source["iqn"])
    yield from within(source["lun"], 0, _HIGHEST_LUN)
    chap = source["chapAuthDiscovery"].is_true or source["chapAuthSession"].is_true
    if chap and not source["secretRef"].is_set:
        yield source["secretRef"].required("CHAP takes its names and passwords from there")
    name = source["initiatorName"]
    if name.is_set:
        for refusal in _iscsi_name(name):
            yield refusal.named(source["initiatorname"])


def portal_too_long(source: Field, volume_name: str) -> bool:
    """With an initiatorName, the node calls the interface after volume and portal."""
    together = f"{volume_name}:{source['targetPortal'].text}"
    return source["initiatorName"].is_set and len(together.encode()) > _PORTAL_BYTES


def _iscsi_name(field: Field) -> Refusals:
    known = _NAME_FORMATS.get(field.text[:3])
    if known is None or not known.search(field.text):
        yield field.must("be a name of iSCSI such as iqn.2001-04.com.example:disk")


def fibre_channel(source: Field) -> Refusals:
    targets, ids, lun = source["targetWWNs"], source["wwids"], source["lun"]
    if targets.is_empty and ids.is_empty:
        yield targets.required("or `wwids`")
    if not targets.is_empty and not ids.is_empty:
        yield targets.forbidden("beside wwids")
    if not targets.is_empty and not lun.is_set:
        yield lun.required("targetWWNs need it")
    elif not targets.is_empty:
        yield from within(lun, 0, _HIGHEST_LUN)
