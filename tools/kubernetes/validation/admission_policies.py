"""ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding."""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_subdomain
from tools.kubernetes.validation.metadata import object_meta


def validating_admission_policy(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=False)


def validating_admission_policy_binding(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=False)
