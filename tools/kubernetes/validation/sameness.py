"""Whether two versions of a field are the same to the server, once its defaults are filled in.

The server compares what it has stored with what a change asks for, both after defaulting
(`pkg/apis/<group>/v1/defaults.go`): a field that was left out and is now written with its default
has not changed. Empty lists and maps count as absent, quantities by their amount, as apimachinery's
`equality.Semantic` has it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.resource import as_map
from tools.kubernetes.sentences import shown
from tools.kubernetes.validation.field import Field, Refusals
from tools.source.place import FieldPath, dotted

_DEFAULTS: Mapping[str, Any] = {
    # Pods and containers.
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "terminationGracePeriodSeconds": 30,
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "protocol": "TCP",
    "enableServiceLinks": True,
    # Probes and handlers.
    "failureThreshold": 3,
    "periodSeconds": 10,
    "successThreshold": 1,
    "timeoutSeconds": 1,
    "scheme": "HTTP",
    "path": "/",
    # Volumes and claims.
    "defaultMode": 420,
    "divisor": "0",
    "expirationSeconds": 3600,
    "volumeMode": "Filesystem",
    "pullPolicy": "IfNotPresent",
    # StatefulSets, Jobs, PersistentVolumes, StorageClasses, PriorityClasses, bindings.
    "podManagementPolicy": "OrderedReady",
    "completionMode": "NonIndexed",
    "reclaimPolicy": "Delete",
    "volumeBindingMode": "Immediate",
    "preemptionPolicy": "PreemptLowerPriority",
    "sessionAffinity": "None",
}
"""What the server fills in, by the name of the field, for every field that is compared here."""

_OTHERS: Mapping[str, tuple[Any, ...]] = {
    "status": ("True",),
    "apiVersion": ("v1",),
    "kind": ("PersistentVolumeClaim", "Managed"),
    "type": ("", "Opaque"),
}
"""Further defaults of fields whose name several types have."""

_POINTERS = frozenset(
    {"allowPrivilegeEscalation", "automountServiceAccountToken", "hostProcess", "hostUsers"}
    | {"optional", "privileged", "readOnlyRootFilesystem", "runAsNonRoot", "setHostnameAsFQDN"}
    | {"shareProcessNamespace", "fsGroup", "runAsGroup", "runAsUser", "storageClassName"}
    | {"terminationGracePeriodSeconds", "tolerationSeconds", "backoffLimitPerIndex"}
    | {"volumeAttributesClassName", "completions", "parallelism", "enableServiceLinks", "suspend"}
)
"""Fields of which the zero value is something else than none."""

_AMOUNTS = frozenset({"limits", "requests", "capacity"})
_SINGLE_AMOUNTS = frozenset({"divisor", "sizeLimit"})


class Difference(NamedTuple):
    """A field that is not the same; the path is from the values that were compared."""

    path: FieldPath
    old: Any
    new: Any


def same(old: Any, new: Any, name: str = "") -> bool:
    """Whether a change from `old` to `new` is none; `name` is the key that holds them."""
    return next(differences(old, new, name), None) is None


def differences(old: Any, new: Any, name: str = "", path: FieldPath = ()) -> Iterator[Difference]:
    """The fields, as far down as both sides have them, that are not the same."""
    if _is_nothing(old) and _is_nothing(new):
        return
    if isinstance(old, dict | None) and isinstance(new, dict | None) and not _is_one(old, new):
        yield from _in_map(old or {}, new or {}, name, path)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, "", (*path, index))
    elif not _same_scalar(old, new, name):
        yield Difference(path, old, new)


REMADE = (
    "Write what it was, or give the object another name: a new one is made, the old one pruned."
)


def fixed(
    before: Field, after: Field, why: str = "it is immutable", remedy: str = REMADE
) -> Refusals:
    """What the server says of a field that has to stay as it was; `why` is a clause.

    The server names the field, each refusal also the one below it that is not the same.
    """
    for difference in differences(before.value, after.value, after.name):
        place = (*after.path, *difference.path)
        sentence = f"{dotted(place)} {_told(difference)}; {why}"
        yield after.refused(sentence, remedy)._replace(place=place)


def _told(difference: Difference) -> str:
    if difference.new is None:
        return "is taken away"
    if difference.old is None:
        return f"is added ({shown(difference.new)})"
    if isinstance(difference.new, dict | list):
        return "changes"
    return f"changes from {shown(difference.old)} to {shown(difference.new)}"


def _is_one(old: Any, new: Any) -> bool:
    """Whether a whole map came or went, and nothing in it is what the server fills in."""
    whole = old if new is None else new if old is None else None
    return whole is not None and not any(_is_default(v, k) for k, v in whole.items())


def _same_scalar(old: Any, new: Any, name: str) -> bool:
    if old is None or new is None:
        return _is_default(new if old is None else old, name)
    if name in _SINGLE_AMOUNTS:
        return _same_amount(old, new)
    return type(old) is type(new) and bool(old == new)


def _in_map(
    old: Mapping[str, Any], new: Mapping[str, Any], name: str, path: FieldPath
) -> Iterator[Difference]:
    if name == "resources":
        old, new = _requested(old), _requested(new)
    keys = {**new, **old}.keys() - _kept_by_server(old, new)
    for key in (key for key in (*new, *(k for k in old if k not in new)) if key in keys):
        before, after = old.get(key), new.get(key)
        if name not in _AMOUNTS:
            yield from differences(before, after, key, (*path, key))
        elif not _same_amount(before, after):
            yield Difference((*path, key), before, after)


def _kept_by_server(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    """Fields that the server keeps in step: when to pull, the older name of an account, and the
    status of a claim in a template."""
    kept = set()
    if ("image" in old or "image" in new) and pulled(old) == pulled(new):
        kept.add("imagePullPolicy")
    if "serviceAccountName" in old or "serviceAccountName" in new:
        kept.add("serviceAccount")
    if "accessModes" in as_map(new.get("spec")):
        kept.add("status")
    return kept


def _requested(resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """Resources with the requests that the server makes of limits."""
    limits, requests = resources.get("limits"), resources.get("requests")
    if isinstance(limits, dict) and isinstance(requests, dict | None):
        return {**resources, "requests": {**limits, **(requests or {})}}
    return resources


def pulled(container: Mapping[str, Any]) -> Any:
    """When the image of a container is pulled: always, without a tag or with `latest`."""
    image = str(container.get("image"))
    tag = "" if "@" in image else image.rpartition("/")[2].partition(":")[2] or "latest"
    default = "Always" if tag == "latest" else "IfNotPresent"
    return container.get("imagePullPolicy") or default


def _same_amount(old: Any, new: Any) -> bool:
    return bool(old == new) or parse_quantity(old) == parse_quantity(new) is not None


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, dict | list) and not value)


def _is_default(value: Any, name: str) -> bool:
    """Whether an absent field and this value are the same."""
    if not value and name not in _POINTERS:
        return True
    return value in (_DEFAULTS.get(name), *_OTHERS.get(name, ()))
