"""A workload runs a number of replicas between the bounds of its environment.

How many copies are right is a decision about the environment and not about the workload: a
laptop's cluster has no room for ten, and in production one is no spare for another. A number that
was meant for elsewhere arrives with a copied patch, and nothing else objects to it.

Without the options `min` and `max` nothing is demanded and the rule finds nothing. Judged is
`spec.replicas` of Deployments, StatefulSets, ReplicaSets, ReplicationControllers and Argo
Rollouts; unset, it is 1. Where an autoscaler owns the number `spec.replicas` means nothing, so
its bounds are judged in place of it. kube-linter asks for three replicas, kube-score and polaris
for two: `min: 3` and `min: 2` here.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas
"""

from collections.abc import Iterator

from tools.kubernetes.autoscaling import bounds_of
from tools.kubernetes.resource import Resource
from tools.kubernetes.rollout import SCALABLE, replicas_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath


class Options(RuleOptions):
    min: int | None = None
    """The fewest replicas that are right; without it there is no lower bound."""
    max: int | None = None
    """The most replicas that are right; without it there is no upper bound."""
    exempt: tuple[str, ...] = ()
    """Workloads that are not judged, as `name` or `Kind/name`."""


@rule(
    judges=Judges.OBJECT,
    kinds=SCALABLE,
    severity=Severity.ERROR,
    remedy="Set spec.replicas, or the autoscaler's minReplicas and maxReplicas, inside the range.",
    options=Options,
    defers_to=("autoscaler-bounds-sane",),
)
def check(workload: Resource, target: Target, options: Options) -> Iterator[Problem]:
    if target.facts.declares(options.exempt, workload.kind, workload.name):
        return
    autoscaler = target.autoscaler_of(workload)
    if autoscaler is None:
        count = replicas_of(workload, None).minimum
        yield from _judge(workload, ("spec", "replicas"), count, options)
        return
    low, high = bounds_of(autoscaler)
    yield from _judge(autoscaler, low.path, low.value, options)
    if high.value != low.value:
        yield from _judge(autoscaler, high.path, high.value, options)


def _judge(resource: Resource, path: FieldPath, count: int, options: Options) -> Iterator[Problem]:
    unset = resource.get(*path) is None
    value = f"{path[-1]} is {f'not set and defaults to {count}' if unset else count}"
    if options.min is not None and count < options.min:
        remedy = f"Write `{path[-1]}: {options.min}` or more."
        yield Problem(path, f"{value}, below the minimum of {options.min}", resource, remedy)
    elif options.max is not None and count > options.max:
        remedy = f"Write `{path[-1]}: {options.max}` or less."
        yield Problem(path, f"{value}, above the maximum of {options.max}", resource, remedy)
