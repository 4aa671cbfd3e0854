"""What may not change of volumes and claims.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/; exactly,
ValidatePersistentVolumeUpdate and ValidatePersistentVolumeClaimUpdate of pkg/apis/core/validation.
A claim is taken for bound, as it is once a pod uses it.
"""

from collections.abc import Mapping
from typing import Any

from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.resource import as_map
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.sameness import fixed

_NOT_THE_SOURCE = frozenset(
    {"accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "volumeMode"}
    | {"persistentVolumeReclaimPolicy", "storageClassName", "volumeAttributesClassName"}
)
_ONLY_SIZE = "of a claim only the size and the volumeAttributesClassName may change"
_OLD_CLASS = "volume.beta.kubernetes.io/storage-class"
_SIZE = ("resources", "requests", "storage")


def volume(old: Field, new: Field) -> Refusals:
    before, after = old["spec"], new["spec"]
    whole = after["persistentvolumesource"]
    for name in sorted(_source(before).keys() | _source(after).keys()):
        pair = _without_new_secret(before[name], after[name])
        yield from (refusal.named(whole) for refusal in fixed(*pair))
    for name in ("volumeMode", "nodeAffinity"):
        if name == "volumeMode" or before[name].is_set:
            # The server leaves `spec` out.
            yield from (r.named(new[name]) for r in fixed(before[name], after[name]))
    name = "volumeAttributesClassName"
    if before[name].is_set and not after[name].is_set:
        yield after[name].refused(f"{after[name]} is taken away, which is not possible")


def _source(spec: Field) -> Mapping[str, Any]:
    return {k: v for k, v in as_map(spec.value).items() if k not in _NOT_THE_SOURCE}


def _without_new_secret(old: Field, new: Field) -> tuple[Field, Field]:
    """A CSI volume may be given the Secret for its expansion later."""
    name = "controllerExpandSecretRef"
    if old.is_set and new[name].is_set and not old[name].is_set:
        return old, new.with_value({k: v for k, v in as_map(new.value).items() if k != name})
    return old, new


def claim(old: Field, new: Field) -> Refusals:
    """Only the size, upwards, and the volumeAttributesClassName may change."""
    path = ("metadata", "annotations", _OLD_CLASS)
    yield from fixed(old.at(*path), new.at(*path))
    before, after = old["spec"], new["spec"]
    names = as_map(before.value).keys() | as_map(after.value).keys()
    for name in sorted(names - {"resources", "volumeAttributesClassName"}):
        # A claim without a class gets one, and a claim without a volume.
        first_time = (
            not before[name].is_set
            if name == "storageClassName"
            else (name == "volumeName" and before[name].is_empty)
        )
        if not first_time:
            yield from (r.named(after) for r in fixed(before[name], after[name], _ONLY_SIZE))
    old_rest, new_rest = (f["resources"].with_value(_without_size(f)) for f in (before, after))
    yield from (r.named(after) for r in fixed(old_rest, new_rest, _ONLY_SIZE))
    was, size = parse_quantity(before.at(*_SIZE).value), after.at(*_SIZE)
    is_now = parse_quantity(size.value)
    if was is not None and is_now is not None and is_now < was:
        sentence = f"{size} shrinks from {before.at(*_SIZE).value!r} to {size.value!r}"
        yield size.refused(
            f"{sentence}; a claim only grows", "Write the old size, or a larger one."
        )


def _without_size(spec: Field) -> Mapping[str, Any]:
    resources = as_map(spec["resources"].value)
    requests = {k: v for k, v in as_map(resources.get("requests")).items() if k != "storage"}
    return {**resources, "requests": requests}
