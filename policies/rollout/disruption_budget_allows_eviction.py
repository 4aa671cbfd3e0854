"""A PodDisruptionBudget lets at least one pod go while all of them are healthy.

A budget that allows no disruption does not protect a service, it blocks the cluster: draining a
node waits for ever, upgrades stop half-way, and in the end somebody deletes the budget or the
pod by force. It happens quietly, because the numbers are right for the usual load and wrong for
the fewest replicas that the autoscaler may choose.

Computed for the pods of this target that the budget selects, with the minimum of their
autoscalers, else `replicas`, else 1. Percentages are rounded up for both fields: `minAvailable:
51%` of one pod is that pod, and any `maxUnavailable` above 0 % lets one go. An empty selector
selects all pods of the namespace. Also found are a budget with neither field, which allows
nothing; pods that two budgets select, because the eviction API refuses those; and pods of a
DaemonSet, Job or CronJob, or bare Pods alone, below a budget that needs a number of replicas.

Of a budget that selects nothing here only what no number of pods would help is found: no field at
all, `maxUnavailable: 0`, `minAvailable: 100%`. The default `unhealthyPodEvictionPolicy`,
IfHealthyBudget, also keeps pods that are not ready while too few others are: AlwaysAllow is safer.

https://kubernetes.io/docs/tasks/run-application/configure-pdb/
"""

from collections.abc import Iterator, Sequence

from tools.kubernetes.autoscaling import bounds_of
from tools.kubernetes.disruption import budgets_of, evictable, guards
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource
from tools.kubernetes.rollout import WITHOUT_SCALE, replicas_of
from tools.rules.rule import Cause, Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

SELECTOR = ("spec", "selector")
_MANY = 1000
"""So many pods that one of them may go, unless the budget is wrong for any number."""


@rule(
    judges=Judges.OBJECT,
    kinds=("PodDisruptionBudget",),
    severity=Severity.ERROR,
    environments=("prod",),
    remedy="Write maxUnavailable: 1 in place of minAvailable, or run one replica more.",
)
def check(budget: Resource, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    pods = [pod for pod in target.pods if guards(budget, pod)]
    yield from _shared(budget, pods, target)
    fields = [f for f in ("maxUnavailable", "minAvailable") if budget.get("spec", f) is not None]
    if not pods and not isinstance(budget.get(*SELECTOR), dict):
        return
    if not fields:
        message = "neither minAvailable nor maxUnavailable is set, which allows no eviction at all"
        yield Problem(("spec", "maxUnavailable"), message, remedy="Write maxUnavailable: 1.")
    elif pods:
        yield from _judge(budget, fields[0], pods, target)
    else:
        yield from _of_any_number(budget, fields[0])


def _of_any_number(budget: Resource, field: str) -> Iterator[Problem]:
    """What is wrong however many pods there are, for a budget whose pods are made elsewhere."""
    value = budget.get("spec", field)
    absolute = field == "minAvailable" and isinstance(value, int)
    free = None if absolute else evictable(field, value, _MANY)
    if free is not None and free < 1:
        message = f"{field} {value!r} keeps every pod from being evicted"
        yield Problem(("spec", field), message, remedy="Write `maxUnavailable: 1`.")


def _judge(
    budget: Resource, field: str, pods: Sequence[Pod], target: Target
) -> Iterator[Problem | Unjudged]:
    value = budget.get("spec", field)
    absolute = field == "minAvailable" and isinstance(value, int)
    uncounted = _uncounted([pod.workload for pod in pods], absolute)
    if uncounted and absolute:
        yield Unjudged(f"how many pods {uncounted.ref.slug} has at a time stands in no manifest")
        return
    if uncounted:
        message = f"it selects pods of {uncounted.ref.slug}, which has no replicas to compute with"
        yield Problem(SELECTOR, message, remedy="Let the selector match no pods of this kind.")
        return
    expected = sum(_certain(pod, target, absolute) for pod in pods)
    free = evictable(field, value, expected)
    if free is not None and free < 1 <= expected:
        kept = "the only pod" if expected == 1 else f"all {expected} pods"
        remedy = "Write `maxUnavailable: 1`." if field == "maxUnavailable" else None
        yield Problem.between(
            f"{field} {value!r} keeps {kept} from being evicted",
            Cause(budget, ("spec", field), "the budget"),
            *(_number_of(pod, target) for pod in pods if evictable(field, value, _MANY)),
            remedy=remedy,
        )


def _number_of(pod: Pod, target: Target) -> Cause:
    """The field that says how many pods there are at least."""
    autoscaler = target.autoscaler_of(pod.workload)
    if autoscaler is None:
        return Cause(pod.workload, ("spec", "replicas"), "the replicas")
    return Cause(autoscaler, bounds_of(autoscaler).minimum.path, "the fewest replicas")


def _uncounted(workloads: Sequence[Resource], absolute: bool) -> Resource | None:
    """The first workload that keeps the expected number of pods from being known.

    Bare Pods are passed over where other workloads have a number, and count one by one where
    the budget names an absolute one.
    """
    for workload in workloads:
        if workload.kind in WITHOUT_SCALE and workload.kind != "Pod":
            return workload
    bare = all(workload.kind == "Pod" for workload in workloads)
    return workloads[0] if bare and not absolute else None


def _certain(pod: Pod, target: Target, absolute: bool) -> int:
    """The pods that are there at least; a bare Pod belongs to no number of replicas."""
    if pod.workload.kind == "Pod":
        return int(absolute)
    return replicas_of(pod.workload, target.autoscaler_of(pod.workload)).minimum


def _shared(budget: Resource, pods: Sequence[Pod], target: Target) -> Iterator[Problem]:
    """Budgets added before this one that guard some of the same pods."""
    told: list[Resource] = []
    for pod in pods:
        for other in target.as_added(budgets_of(pod, target.resources)):
            if other is budget:
                break
            if other not in told:
                told.append(other)
                called = f"{other.kind} {other.name!r}"
                yield Problem(
                    SELECTOR,
                    f"{called} guards {pod.workload.ref.slug} too, and two allow no eviction",
                    remedy="Let one budget select these pods, and delete or narrow the other.",
                    related=((other, SELECTOR, "the other budget"),),
                )
