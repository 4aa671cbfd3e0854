"""Lease.

Follows ValidateLease of pkg/apis/coordination/validation. The fields of coordinated leader election
are dropped before, as long as its feature gate is off, as it is by default.
https://kubernetes.io/docs/concepts/architecture/leases/
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import at_least, dns_subdomain, not_negative
from tools.kubernetes.validation.metadata import object_meta


def lease(obj: Field) -> Refusals:
    yield from object_meta(
        obj["metadata"], dns_subdomain, namespaced=True, generation=True, any_finalizer=True
    )
    spec = obj["spec"]
    if spec["leaseDurationSeconds"].is_set:
        yield from at_least(spec["leaseDurationSeconds"], 1)
    yield from not_negative(spec["leaseTransitions"])
