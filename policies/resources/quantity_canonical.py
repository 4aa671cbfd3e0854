"""Quantities are written as the API server writes them.

The server stores every quantity in one spelling: `1000m` comes back as `1`, `0.5` as `500m`,
`3072Mi` as `3Gi`, `1.5Gi` as `1536Mi`. Whoever compares the text in Git with the text in the
cluster sees a difference that no sync removes, and an application can stay OutOfSync for ever.

Looks at every field of the built-in kinds that the server reads as a quantity: resources of pods,
their overhead, `sizeLimit`, storage of claims and volumes, ResourceQuota, LimitRange, RuntimeClass
and the targets of autoscalers. Objects of custom kinds are stored as they are sent. Whole numbers
without quotes (`cpu: 1`) mean the same and are accepted.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from collections.abc import Iterator

from tools.kubernetes.quantity import canonical_quantity, spelling_of
from tools.kubernetes.quantity_fields import quantity_fields
from tools.kubernetes.resource import Resource
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.OBJECT,
    severity=Severity.INFO,
    defers_to=("quantity-unit-sane", "server-accepts"),
    remedy="Write the quantity as the API server writes it.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem]:
    group = resource.ref.group
    if "." in group and not group.endswith(".k8s.io"):
        return
    for field in quantity_fields(resource, target.pod(resource)):
        canonical = canonical_quantity(field.value, milli=field.milli)
        if canonical != spelling_of(field.value):
            yield Problem(
                field.path,
                f"{field.subject} is {field.value!r}, which the API server stores as {canonical!r}",
                remedy=f"Write {canonical}.",
            )
