"""Every container that keeps running has a liveness probe.

A process that hangs is still a process: it holds its port, answers nothing, and Kubernetes sees
nothing wrong with it. Only a liveness probe makes the kubelet restart the container.

Looks at main containers and native sidecars of every workload that runs until it is replaced, bare
Pods that are always restarted included. Jobs, CronJobs and Pods with another `restartPolicy` end
by themselves, init containers before the others start: they need none. A probe without `httpGet`,
`tcpSocket`, `grpc` or `exec` is none. A liveness probe that fails too easily does more harm than a
missing one; `probes-distinct` and `probe-timing-sane` look at that. Kyverno's policy is content
with any one of the three probes.

https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#liveness-probe
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.probes import LIVENESS, lacking, missing
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Add a livenessProbe that asks for a sign of life only, such as GET of /health.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for container in lacking(pod, LIVENESS):
        yield Problem(container.at(LIVENESS), *missing(container, LIVENESS))
