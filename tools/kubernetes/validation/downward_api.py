"""What of a Pod its own containers may read, in volumes and environment variables.

https://kubernetes.io/docs/concepts/workloads/pods/downward-api/; exactly,
validateObjectFieldSelector and validateContainerResourceFieldSelector of
pkg/apis/core/validation.
"""

import re
from collections.abc import Sequence

from tools.kubernetes.quantity import canonical_quantity, parse_quantity
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import qualified_name

_SUBSCRIPTED = re.compile(r"(.+?)\['(.*)'\]", re.DOTALL)
_WITH_KEYS = ("metadata.annotations", "metadata.labels")
_RESOURCES = (
    "limits.cpu", "limits.ephemeral-storage", "limits.memory",
    "requests.cpu", "requests.ephemeral-storage", "requests.memory",
)  # fmt: skip
_HUGE_PAGES = ("limits.hugepages-", "requests.hugepages-")
_BYTE_DIVISORS = frozenset(
    ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
)
_CPU_DIVISORS = frozenset({"1m", "1"})


def field_ref(field: Field, known: Sequence[str]) -> Refusals:
    """A fieldRef; `known` are the fields that are to be had at its place, without those by key."""
    version, path = field["apiVersion"], field["fieldPath"]
    if not path.text:
        yield path.required("it says which field of the Pod to read")
    elif version.text not in ("", "v1"):
        yield version.must("be v1").named(path)
    elif subscripted := _SUBSCRIPTED.fullmatch(path.text):
        yield from _by_key(field, *subscripted.groups())
    elif ("spec.nodeName" if path.text == "spec.host" else path.text) not in known:
        yield path.unsupported(known)


def _by_key(field: Field, whole: str, key: str) -> Refusals:
    path = field["fieldPath"]
    if whole not in _WITH_KEYS:
        yield path.must(f"be a field that has keys: {' or '.join(_WITH_KEYS)}")
        return
    key = key.lower() if whole == _WITH_KEYS[0] else key
    for refusal in qualified_name(path.with_value(key)):
        yield refusal.named(field)


def resource_field_ref(field: Field, *, in_volume: bool) -> Refusals:
    """A resourceFieldRef; a volume, which belongs to no container, has to name one."""
    container, resource = field["containerName"], field["resource"]
    if in_volume and not container.text:
        yield container.required("a volume belongs to no container")
    elif not resource.text:
        yield resource.required("it says which request or limit to read")
    elif resource.text not in _RESOURCES and not resource.text.startswith(_HUGE_PAGES):
        yield resource.unsupported(_RESOURCES)
    yield from _divisor(field["divisor"], resource.text)


def _divisor(field: Field, resource: str) -> Refusals:
    if not parse_quantity(field.value):
        return
    allowed = _CPU_DIVISORS if resource.endswith(".cpu") else _BYTE_DIVISORS
    if resource not in _RESOURCES and not resource.startswith(_HUGE_PAGES):
        return
    if canonical_quantity(field.value, milli=False) not in allowed:
        if allowed is _CPU_DIVISORS:
            yield field.must("be 1 or 1m")
        else:
            yield field.must("be 1 of a unit: 1, 1k, 1M … 1Ki, 1Mi …")
