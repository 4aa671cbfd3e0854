"""A workload of several replicas in production is guarded by a PodDisruptionBudget.

Draining nodes for an upgrade evicts pods one after another, and nothing but a budget makes it
wait: if the replicas happen to stand on nodes that are drained together, all of them go at once
and the service with them, although every single pod shuts down as it should.

Judged in environments called `prod` are Deployments, StatefulSets, ReplicaSets,
ReplicationControllers and Argo Rollouts that may have two replicas or more (those of the
autoscaler, else `replicas`, else 1). A single replica cannot be spared whatever a budget says, so
none is demanded. Pods of DaemonSets are not evicted by a drain, those of Jobs start again.
A budget counts if it is in the same namespace and its selector matches the pod template's labels.
kube-score takes `replicas` that are unset for several; Kubernetes makes it one.

https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-budgets
"""

from collections.abc import Iterator

from tools.kubernetes.disruption import budgets_of, guards
from tools.kubernetes.pod import Pod
from tools.kubernetes.rollout import SCALABLE, replicas_of
from tools.kubernetes.selector import unmet
from tools.rules.options import RuleOptions
from tools.rules.rule import Cause, Judges, Problem, Severity, rule
from tools.rules.target import Target

SEVERAL = 2
SELECTOR = ("spec", "selector")


class Options(RuleOptions):
    exempt: tuple[str, ...] = ()
    """Workloads that need no budget, as `name` or `Kind/name`."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    environments=("prod",),
    remedy="Add a PodDisruptionBudget with maxUnavailable: 1 whose selector matches the pods.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    workload = pod.workload
    if workload.kind not in SCALABLE:
        return
    if target.facts.declares(options.exempt, workload.kind, workload.name):
        return
    replicas = replicas_of(workload, target.autoscaler_of(workload))
    if replicas.maximum >= SEVERAL and not budgets_of(pod, target.resources):
        called = f"{workload.kind} {workload.name!r}"
        count = f"up to {replicas.maximum}" if replicas.minimum < SEVERAL else replicas.minimum
        message = f"no budget guards the {count} pods of {called}"
        yield _astray(pod, target, message) or Problem(("metadata", "name"), message)


def _astray(pod: Pod, target: Target, message: str) -> Problem | None:
    """The budget that was meant for the pods, if one of its labels keeps it from guarding any."""
    for budget in target.resources.of_kind("PodDisruptionBudget"):
        beside = budget.namespace == pod.namespace
        if not beside or any(guards(budget, other) for other in target.pods):
            continue
        lacking = list(unmet(budget.get(*SELECTOR), pod.labels))
        nearly = len(lacking) == 1 and len(budget.map(*SELECTOR, "matchLabels")) > 1
        if lacking and (nearly or budget.name == pod.workload.name):
            first = lacking[0]
            return Problem.between(
                f"{message}: for {budget.kind} {budget.name!r} {first.sentence}",
                Cause(budget, (*SELECTOR, *first.path), "the budget"),
                Cause(pod.workload, pod.label_at(first.key), "the label of the pods"),
                remedy="Let the selector of the budget match the labels of the pods.",
            )
    return None
