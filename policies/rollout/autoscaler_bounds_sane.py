"""An autoscaler keeps at least two replicas and has room to add more.

With `minReplicas: 1`, which is also the default, one pod is all there is in quiet hours: the
eviction of that pod, a crash or the failure of its node is an outage, and no disruption budget
can prevent it without blocking every node drain. With a maximum that equals the minimum the
autoscaler never does anything, and the load that it was made for meets a fixed number of pods.

The option `min` says how few are right; an environment without spare room may say 1. The API
server refuses a maximum below the minimum, and without an alpha feature also a minimum of 0.
ScaledObjects of KEDA are not judged, because scaling to zero is what they are for.
kube-linter asks for three replicas (`min: 3`).

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/#HorizontalPodAutoscalerSpec
"""

from collections.abc import Iterator

from tools.kubernetes.autoscaling import bounds_of
from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Cause, Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    min: int = 2
    """The smallest minReplicas that is right."""


@rule(
    judges=Judges.OBJECT,
    kinds=("HorizontalPodAutoscaler",),
    severity=Severity.ERROR,
    remedy="Set spec.minReplicas to 2 or more, and spec.maxReplicas above it.",
    options=Options,
)
def check(autoscaler: Resource, target: Target, options: Options) -> Iterator[Problem]:
    low, high = bounds_of(autoscaler)
    if low.value < options.min:
        unset = autoscaler.get(*low.path) is None
        value = f"not set and defaults to {low.value}" if unset else f"{low.value}"
        message = f"minReplicas is {value}, fewer than {options.min}"
        yield Problem(low.path, message, remedy=f"Write `minReplicas: {options.min}` or more.")
    if autoscaler.get(*high.path) is not None and high.value <= low.value:
        comparison = "equals" if high.value == low.value else "is below"
        message = f"maxReplicas {high.value} {comparison} minReplicas {low.value}"
        yield Problem.between(
            f"{message}, so there is nothing to scale",
            Cause(autoscaler, high.path, "the maximum"),
            Cause(autoscaler, low.path, "the minimum"),
            remedy=f"Write `maxReplicas: {max(low.value, options.min) + 1}` or more.",
        )
