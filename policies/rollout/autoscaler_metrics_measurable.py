"""Every utilization that an autoscaler watches has a request to be a percentage of.

`averageUtilization: 70` means 70 % of what the containers request. If one of them requests
nothing the autoscaler cannot compute it, reports `FailedGetResourceMetric`, and does not scale
on that metric, however high the load is.

A `Resource` metric needs a request on every container that runs as long as the pod: main
containers and native sidecars. A `ContainerResource` metric needs it on the one container that
it names. Without any metric the API server fills in CPU at 80 %. What counts as a request: one
that is written, a limit without a request (it is the request then), a default from a LimitRange
of the namespace among the objects, and a request for the pod as a whole. An `averageValue` is
absolute and needs none.

`Pods`, `Object` and `External` metrics come from programs that no manifest shows, and are not
judged. Injected sidecars are not seen. Triggers of a KEDA ScaledObject are not looked at.

https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work
"""

from collections.abc import Iterator

from tools.kubernetes.autoscaling import UtilizationMetric, target_of, utilization_metrics
from tools.kubernetes.effective_resources import PodResources
from tools.kubernetes.pod import Container
from tools.kubernetes.resource import Resource
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

MEASURED = ("cpu", "memory")
"""What the metrics API reports of pods: https://github.com/kubernetes/metrics."""


@rule(
    judges=Judges.OBJECT,
    kinds=("HorizontalPodAutoscaler",),
    severity=Severity.ERROR,
    remedy="Give the container resources.requests for the resource, or use an averageValue.",
    defers_to=("requests-set",),
)
def check(autoscaler: Resource, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    metrics = list(utilization_metrics(autoscaler))
    wanted = target_of(autoscaler)
    workload = target.resources.find(wanted.kind, wanted.name, wanted.namespace, wanted.group)
    pod = target.pod(workload) if workload else None
    if metrics and pod is None:
        yield Unjudged(f"the pods of {wanted.kind} {wanted.name!r} are not in this target")
    if pod is None:
        return
    resources = PodResources(pod, target.resources)
    lacking: dict[tuple[str, str], Problem] = {}
    for metric in metrics:
        if metric.resource not in MEASURED:
            message = f"nothing measures {metric.resource!r} as a resource of pods"
            yield Problem((*metric.path, "name"), message, remedy="Name cpu or memory.")
            continue
        names = [own.container.name for own in resources.containers if own.container.stays]
        if metric.container is not None and metric.container not in names:
            message = f"the pod has no container {metric.container!r} to measure"
            remedy = f"Name one of {', '.join(map(repr, names))}."
            yield Problem((*metric.path, "container"), message, remedy=remedy)
        for container in _lacking(metric, resources):
            key = (container.name, metric.resource)
            lacking.setdefault(key, _problem(autoscaler, metric, container))
    yield from lacking.values()


def _lacking(metric: UtilizationMetric, resources: PodResources) -> Iterator[Container]:
    """The containers without the request that a metric is measured against."""
    pod_level = resources.pod_level("requests") or resources.pod_level("limits")
    whole_pod = resources.without_overhead("requests") if pod_level else {}
    if metric.container is None and metric.resource in whole_pod:
        return
    for own in resources.containers:
        container = own.container
        measured = container.stays and metric.container in (None, container.name)
        unknown = resources.is_unknown(container, "requests", metric.resource)
        if measured and metric.resource not in own.requests and not unknown:
            yield container


def _problem(autoscaler: Resource, metric: UtilizationMetric, container: Container) -> Problem:
    watcher = f"HorizontalPodAutoscaler {autoscaler.name!r}"
    return Problem(
        container.at("resources", "requests", metric.resource),
        f"container {container.name!r} requests no {metric.resource}, so that {watcher} cannot"
        " compute its utilization",
        container.pod.workload,
        related=((autoscaler, metric.path, "the metric that needs it"),),
    )
