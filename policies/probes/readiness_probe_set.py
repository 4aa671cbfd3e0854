"""Every container that keeps running has a readiness probe.

Without one a pod counts as ready as soon as its process exists. Services send it connections that
it cannot answer yet, and a rolling update stops the old pods before the new ones work: a version
that never comes up replaces one that did.

Looks at main containers and native sidecars of every workload that runs until it is replaced, bare
Pods that are always restarted included. A worker without a port needs one too, for the sake of the
rolling update; `exec` can look at a file that it touches. Jobs, CronJobs and Pods with another
`restartPolicy` end by themselves, init containers before the others start: they need none. A
probe without `httpGet`, `tcpSocket`, `grpc` or `exec` is none. kube-score asks for probes only
where a Service selects the pod, and once in a pod; Kyverno's policy is content with any one of the
three.

https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#readiness-probe
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.probes import READINESS, lacking, missing
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Add a readinessProbe that succeeds once requests are served, such as GET of /ready.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for container in lacking(pod, READINESS):
        yield Problem(container.at(READINESS), *missing(container, READINESS))
