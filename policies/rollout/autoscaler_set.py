"""A Deployment of a production environment is scaled by an autoscaler.

A fixed number of replicas is right for one load. Above it requests queue and time out until a
person notices and edits a number; below it the replicas cost what nobody uses.

Judged are Deployments and Argo Rollouts in environments called `prod`: each needs a
HorizontalPodAutoscaler, or a ScaledObject of KEDA, in its namespace that names its group, kind
and name. StatefulSets are not judged, because more replicas of a database are seldom more of the
same, nor is a Deployment with `replicas: 0`, which is switched off, nor one that mounts a
ReadWriteOnce claim, which pods on two nodes cannot share. If its claim is not among the objects,
the access modes are unknown and the Deployment is reported as not judged. Name workloads that
must never be more than one under `exempt`.

https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.kubernetes.rollout import holds_one_node_claim
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target


class Options(RuleOptions):
    exempt: tuple[str, ...] = ()
    """Workloads that need no autoscaler, as `name` or `Kind/name`."""


@rule(
    judges=Judges.OBJECT,
    kinds=("Deployment", "Rollout"),
    severity=Severity.ERROR,
    environments=("prod",),
    remedy="Add a HorizontalPodAutoscaler (autoscaling/v2) whose scaleTargetRef names it.",
    options=Options,
)
def check(workload: Resource, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    if target.facts.declares(options.exempt, workload.kind, workload.name):
        return
    if target.autoscaler_of(workload) or workload.get("spec", "replicas") == 0:
        return
    pod = target.pod(workload)
    alone = holds_one_node_claim(pod, target.resources) if pod else False
    path = ("metadata", "name")
    if alone is None:
        yield Unjudged("whether two pods can share its claim is unknown: it is not in this target")
    elif not alone:
        yield Problem(path, f"no autoscaler scales {workload.kind} {workload.name!r}")
