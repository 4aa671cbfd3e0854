"""A rollout may take longer than its pods may take to start.

A Deployment that makes no progress for progressDeadlineSeconds counts as failed: `kubectl rollout
status` ends with an error, Argo CD calls the application Degraded, and pipelines roll back. If the
probes allow a pod more time than that, every slow start is reported as a failed rollout, although
nothing is wrong.

Looks at Deployments and Argo Rollouts (the default is 600 s for both). A pod may take to start what
its startup probes allow: initialDelaySeconds + periodSeconds x failureThreshold, sidecars one after
the other and then the longest of the main containers. A container without a startup probe may take
what liveness or readiness allow it. Images that have to be pulled and init containers come on top
and are not seen, so leave some room.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.probes import start_budget, start_probes
from tools.rules.rule import Cause, Judges, Problem, Severity, rule
from tools.rules.target import Target

DEFAULT_SECONDS = 600
MARGIN = 60
"""Seconds for what comes before the first probe, such as pulling the image."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Raise spec.progressDeadlineSeconds above what the probes allow, or allow them less.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    if pod.workload.kind not in ("Deployment", "Rollout"):
        return
    stated = pod.workload.get("spec", "progressDeadlineSeconds")
    deadline, budget = DEFAULT_SECONDS if stated is None else stated, start_budget(pod)
    if not isinstance(deadline, int) or isinstance(deadline, bool) or budget is None:
        return
    if deadline <= budget:
        default = " (the default)" if stated is None else ""
        yield Problem.between(
            f"progressDeadlineSeconds is {deadline}{default}, "
            f"but the probes allow the pod {budget} s to start",
            Cause(pod.workload, ("spec", "progressDeadlineSeconds"), "the deadline"),
            *(
                Cause(pod.workload, path, probe.words)
                for probe in start_probes(pod)
                for path in probe.budget_at()
            ),
            remedy=f"Write `progressDeadlineSeconds: {budget + MARGIN}` or so, or let the probes "
            "allow less.",
        )
