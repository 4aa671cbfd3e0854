"""Every workload that is slow to start has a startup probe.

Until the startup probe has succeeded, liveness and readiness are not asked. Without it a slow start
is a failed liveness probe: the kubelet kills the container before it is up, again and again, and
most often when the node is busy. A long initialDelaySeconds instead delays every start, and every
restart after a crash, by the worst case.

Looks at main containers and native sidecars of the workloads that `facts.slowStarters` names;
while nothing is declared, of every Deployment. `slowStarters: []` says that none is slow.

https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#startup-probe
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.probes import STARTUP, lacking, missing
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Add a startupProbe; if this program is up at once, list only the slow workloads in "
    "policies.yaml, as `facts: {slowStarters: [Deployment/...]}`, or `[]` for none.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    if _is_slow(pod, target):
        for container in lacking(pod, STARTUP):
            yield Problem(container.at(STARTUP), *missing(container, STARTUP))


def _is_slow(pod: Pod, target: Target) -> bool:
    workload, declared = pod.workload, target.facts.slow_starters
    if declared is None:
        return workload.kind == "Deployment"
    return target.facts.declares(declared, workload.kind, workload.name)
