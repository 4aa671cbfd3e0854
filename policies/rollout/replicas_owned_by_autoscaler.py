"""A workload that an autoscaler scales states no replicas of its own.

Two writers fight over one field: the autoscaler scales to eight under load, the next sync or
`kubectl apply` puts the number from Git back, and the pods that carried the load are gone within
seconds. A `replicas: 0` in Git switches the autoscaler off altogether.

Judged is every workload that a HorizontalPodAutoscaler, or a ScaledObject of KEDA, of the same
target names by group, kind, namespace and name. Taking the field out of a workload that already
runs resets it to 1 for a moment; the document below says how to hand it over without a gap.

The rule does not look at Argo CD's `ignoreDifferences`: ignoring `/spec/replicas` only helps
together with `RespectIgnoreDifferences=true`, and not when somebody applies by hand.

https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling
"""

from collections.abc import Iterator

from tools.kubernetes.autoscaling import bounds_of
from tools.kubernetes.resource import Resource
from tools.kubernetes.rollout import SCALABLE
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.OBJECT,
    kinds=SCALABLE,
    severity=Severity.ERROR,
    remedy="Delete spec.replicas from the workload, and its entry under `replicas:` in Kustomize.",
)
def check(workload: Resource, target: Target, options: None) -> Iterator[Problem]:
    autoscaler = target.autoscaler_of(workload)
    count = workload.get("spec", "replicas")
    if autoscaler is None or count is None:
        return
    low, high = bounds_of(autoscaler)
    owner = f"{autoscaler.kind} {autoscaler.name!r}"
    reference = ("spec", "scaleTargetRef", "name")
    # Whichever was added last, the replicas are what has to go.
    yield Problem(
        ("spec", "replicas"),
        f"replicas is {count!r} although {owner} sets it between {low.value} and {high.value}",
        related=((autoscaler, reference, "the autoscaler names this workload"),),
    )
