"""What autoscalers scale, between which bounds, and by which requests of the pods.

A HorizontalPodAutoscaler, or a ScaledObject of KEDA, which makes one:
https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/,
https://keda.sh/docs/latest/reference/scaledobject-spec/.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.kubernetes.resource import Resource, as_map, lookup
from tools.source.place import FieldPath

AUTOSCALERS = ("HorizontalPodAutoscaler", "ScaledObject")


class ScaleTarget(NamedTuple):
    """The identity of what an autoscaler scales; "" where the reference does not say."""

    group: str
    kind: str
    namespace: str
    name: str


class Bound(NamedTuple):
    """How many replicas at least, or at most, and the field that says so."""

    path: FieldPath
    value: int


class Bounds(NamedTuple):
    """The range of an autoscaler, with the API server's defaults."""

    minimum: Bound
    maximum: Bound


class UtilizationMetric(NamedTuple):
    """A metric that is a percentage of what containers request.

    `container` is the name of the only one that counts, None if all of the pod count.
    """

    path: FieldPath
    resource: str
    container: str | None


def target_of(autoscaler: Resource) -> ScaleTarget:
    """What an autoscaler scales. The version in `apiVersion` does not matter, the group does."""
    reference = autoscaler.map("spec", "scaleTargetRef")
    version, kind = reference.get("apiVersion"), reference.get("kind")
    if autoscaler.kind == "ScaledObject":
        version, kind = version or "apps/v1", kind or "Deployment"
    group = str(version).rpartition("/")[0] if version else ""
    name = reference.get("name")
    return ScaleTarget(group, str(kind or ""), autoscaler.namespace, str(name or ""))


def identity(workload: Resource) -> ScaleTarget:
    """A workload as the target of an autoscaler."""
    return ScaleTarget(workload.ref.group, workload.kind, workload.namespace, workload.name)


def bounds_of(autoscaler: Resource) -> Bounds:
    """The range of an autoscaler; a maximum that is missing or no number equals the minimum."""
    keda = autoscaler.kind == "ScaledObject"
    names = ("minReplicaCount", "maxReplicaCount") if keda else ("minReplicas", "maxReplicas")
    low = _number(autoscaler.get("spec", names[0]), 0 if keda else 1)
    high = _number(autoscaler.get("spec", names[1]), 100 if keda else low)
    return Bounds(Bound(("spec", names[0]), low), Bound(("spec", names[1]), high))


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def utilization_metrics(autoscaler: Resource) -> Iterator[UtilizationMetric]:
    """The metrics of a HorizontalPodAutoscaler that compare usage with requests.

    One that names no metric at all scales at 80 % of the requested CPU.
    """
    if autoscaler.ref.api_version == "autoscaling/v1":
        yield UtilizationMetric(("spec", "targetCPUUtilizationPercentage"), "cpu", None)
        return
    if not autoscaler.items("spec", "metrics"):
        yield UtilizationMetric(("spec", "metrics"), "cpu", None)
    for path, metric in autoscaler.maps("spec", "metrics"):
        field = {"Resource": "resource", "ContainerResource": "containerResource"}.get(
            str(metric.get("type"))
        )
        source = as_map(metric.get(field)) if field else {}
        if field and lookup(source, ("target", "averageUtilization")) is not None:
            container = str(source.get("container")) if field == "containerResource" else None
            yield UtilizationMetric((*path, field), str(source.get("name")), container)
