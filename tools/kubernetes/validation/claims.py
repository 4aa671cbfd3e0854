"""PersistentVolumeClaim, and the templates of claims in other objects.

https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/; exactly,
ValidatePersistentVolumeClaim, ValidatePersistentVolumeClaimTemplate of pkg/apis/core/validation,
and PrepareForCreate of the claim, which drops or copies a data source before.
"""

from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.validation.field import Field, Refusals, required
from tools.kubernetes.validation.formats import dns_label, dns_subdomain, enumeration
from tools.kubernetes.validation.metadata import annotations, label_selector, labels, object_meta

ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES = ("Block", "Filesystem")
ATTRIBUTES_CLASSES = 34
"""The minor version since which servers know VolumeAttributesClasses; before, they are dropped."""

_ALONE = "ReadWriteOncePod"
_CLAIM, _SNAPSHOT = "PersistentVolumeClaim", "VolumeSnapshot"
_SNAPSHOT_GROUP = "snapshot.storage.k8s.io"
_OWN_METADATA = ("labels", "annotations")
_POINTERS = ("deletionGracePeriodSeconds", "deletionTimestamp")
_MISSPELT = {"uid": "uID"}


def persistent_volume_claim(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True, generation=True)
    spec = obj["spec"]
    yield from claim_spec(spec)
    reference, source = spec["dataSourceRef"], spec["dataSource"]
    if reference["namespace"].text:
        # Sources in other namespaces are off, so that the server drops the whole reference.
        reference = reference.with_value(None)
    if reference.is_set:
        yield from _sources(source, reference)
    elif source.is_set and _is_claim_or_snapshot(source):
        yield from _source(source)


def claim_template(template: Field) -> Refusals:
    """The template of an ephemeral volume, which has labels and annotations only."""
    metadata = template["metadata"]
    yield from labels(metadata["labels"])
    yield from annotations(metadata["annotations"])
    for name, field in metadata.entries():
        if name not in _OWN_METADATA and (name in _POINTERS or field.value not in ("", 0)):
            wrong = field.forbidden("in a template, which has labels and annotations only")
            yield wrong.named(metadata[_MISSPELT.get(name, name)])
    yield from claim_spec(template["spec"])
    yield from template_sources(template["spec"])


def template_sources(spec: Field) -> Refusals:
    """The data sources of a template, which the server takes as they are."""
    source, reference = spec["dataSource"], spec["dataSourceRef"]
    if source.is_set and reference["namespace"].text:
        yield from _source(source)
        yield from _source(reference)
        yield source.forbidden("beside dataSourceRef.namespace").named(spec)
    else:
        yield from _sources(source, reference)


def claim_spec(spec: Field) -> Refusals:
    """All but the data sources."""
    yield from access_modes(spec["accessModes"])
    yield from label_selector(spec["selector"])
    yield from _storage(spec)
    for name in ("storageClassName", "volumeAttributesClassName"):
        if spec[name].text and (name[0] == "s" or spec.release.at_least(ATTRIBUTES_CLASSES)):
            yield from dns_subdomain(spec[name])
    if spec["volumeMode"].is_set:
        yield from enumeration(spec["volumeMode"], VOLUME_MODES)


def access_modes(field: Field) -> Refusals:
    """The access modes of a claim or a volume."""
    if field.is_empty:
        yield field.required("it says how many nodes may mount the volume, and how")
    for mode in field.items():
        yield from (refusal.named(field) for refusal in enumeration(mode, ACCESS_MODES))
    known = {mode.text for mode in field.items()} & set(ACCESS_MODES)
    if _ALONE in known and len(known) > 1:
        yield field.refused(f"{field} has {_ALONE} beside others, which stands alone")


def _storage(spec: Field) -> Refusals:
    """The server leaves `requests` out of the path."""
    field = spec.at("resources", "requests", "storage")
    named = spec.at("resources", "storage")
    amount = parse_quantity(field.value)
    if not field.is_set:
        yield field.required("it says how large the volume has to be").named(named)
    elif amount is not None and amount <= 0:
        yield field.must("be more than 0").named(named)


def _is_claim_or_snapshot(source: Field) -> bool:
    """All else in this field is dropped unread when a claim is made."""
    group, kind = source["apiGroup"].text, source["kind"].text
    return (group, kind) in (("", _CLAIM), (_SNAPSHOT_GROUP, _SNAPSHOT))


def _sources(source: Field, reference: Field) -> Refusals:
    for field in (source, reference):
        if field.is_set:
            yield from _source(field)
    if source.is_set and reference.is_set and _identity(source) != _identity(reference):
        spec = Field(source.path[:-1], None, source.release)
        yield source.refused(f"{source} and dataSourceRef name different objects").named(spec)


def _identity(source: Field) -> tuple[object, str, str]:
    return source["apiGroup"].value, source["kind"].text, source["name"].text


def _source(source: Field) -> Refusals:
    yield from required(source, ("name", "kind"))
    group, kind = source["apiGroup"], source["kind"]
    if group.text:
        yield from dns_subdomain(group)
    elif kind.text != _CLAIM:
        yield kind.must(f"be {_CLAIM} as there is no apiGroup").named(source)
    if source["namespace"].text:
        yield from dns_label(source["namespace"])
