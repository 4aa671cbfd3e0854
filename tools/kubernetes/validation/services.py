"""Service."""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_label
from tools.kubernetes.validation.metadata import object_meta


def service(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_label, namespaced=True)
