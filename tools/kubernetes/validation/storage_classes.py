"""StorageClass.

https://kubernetes.io/docs/concepts/storage/storage-classes/; exactly, ValidateStorageClass of
pkg/apis/storage/validation.
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    dns_subdomain,
    enumeration,
    qualified_name,
    unique,
)
from tools.kubernetes.validation.metadata import object_meta

_MOST_PARAMETERS = 512
_PARAMETER_BYTES = 256 * 1024
_RECLAIM_POLICIES = ("Delete", "Retain")
_BINDING_MODES = ("Immediate", "WaitForFirstConsumer")


def storage_class(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=False, generation=True)
    yield from _provisioner(obj["provisioner"])
    yield from _parameters(obj["parameters"])
    if obj["reclaimPolicy"].text:
        yield from enumeration(obj["reclaimPolicy"], _RECLAIM_POLICIES)
    if obj["volumeBindingMode"].is_set:
        yield from enumeration(obj["volumeBindingMode"], _BINDING_MODES)
    yield from _allowed_topologies(obj["allowedTopologies"])


def _provisioner(field: Field) -> Refusals:
    if not field.text:
        yield field.required("it is the name of the driver that makes the volumes")
    else:
        yield from qualified_name(field.with_value(field.text.lower()))


def _parameters(field: Field) -> Refusals:
    entries = field.entries()
    if len(entries) > _MOST_PARAMETERS:
        yield field.too_many(_MOST_PARAMETERS)
        return
    for key, value in entries:
        if not key:
            yield value.refused(f"{field} has an empty key", at_key=True).named(field)
    if sum(len(f"{key}{value.text}".encode()) for key, value in entries) > _PARAMETER_BYTES:
        yield field.too_long(_PARAMETER_BYTES, "bytes")


def _allowed_topologies(field: Field) -> Refusals:
    known: list[dict[str, frozenset[str]]] = [{}]
    for term in field.items():
        expressions = term["matchLabelExpressions"]
        values: dict[str, frozenset[str]] = {}
        for expression in expressions.items():
            yield from _requirement(expression)
            if expression["key"].text in values:
                yield expression["key"].duplicate()
            here = expression["values"].items()
            values[expression["key"].text] = frozenset(value.text for value in here)
        # An empty term is no better than one that stands there twice.
        if values in known:
            yield expressions.duplicate()
        known.append(values)


def _requirement(expression: Field) -> Refusals:
    if expression["values"].is_empty:
        yield expression["values"].required("one of them is the label's value")
    yield from unique(expression["values"].items())
    yield from qualified_name(expression["key"])
