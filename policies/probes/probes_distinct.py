"""Liveness and readiness ask different things.

Readiness may fail: the pod gets no connections until the database is back. Liveness may not: it
restarts the container. One endpoint for both turns every outage of a dependency, and every moment
of overload, into a restart of all pods at once, which makes it worse.

Looks at main containers and native sidecars. Two HTTP probes are the same if path and port are;
two TCP probes by their port, gRPC probes by port and service, commands by their words. Times and
thresholds make no difference. Kubernetes' own documentation allows one cheap endpoint for both if
liveness gives up later; where that is agreed on, set `acceptLaterLiveness: true`, and an equal
endpoint is accepted if liveness takes longer to fail than readiness. To Kyverno's policy probes
differ if their times do.

https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.probes import LIVENESS, READINESS, Probe, probe_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Cause, Judges, Problem, Severity, rule
from tools.rules.target import Target

_REMEDIES = {
    "httpGet": "Let liveness ask for a sign of life (/health), readiness for all it needs "
    "(/ready).",
    "grpc": "Give each probe a `service` of its own, for which the program answers separately.",
    "tcpSocket": "Let readiness ask by httpGet, grpc or exec for all the program needs; an open "
    "port is only a sign of life.",
    "exec": "Let the command of liveness look for a sign of life, that of readiness for all the "
    "program needs.",
}
_LATER = "Or give liveness a failureThreshold by which it fails later than readiness."


class Options(RuleOptions):
    accept_later_liveness: bool = False
    """Accept the same endpoint if liveness fails later than readiness."""


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    remedy="Let liveness ask for a sign of life, readiness for all the program needs.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    for container in pod.containers:
        liveness, readiness = probe_of(container, LIVENESS), probe_of(container, READINESS)
        if not container.stays or liveness is None or readiness is None:
            continue
        if liveness.endpoint != readiness.endpoint:
            continue
        if options.accept_later_liveness and _later(liveness, readiness):
            continue
        probes = (("liveness", liveness), ("readiness", readiness))
        yield Problem.between(
            f"{liveness.words} asks the same as its readiness probe",
            *(
                Cause(pod.workload, path, f"the {word} probe")
                for word, probe in probes
                for path in probe.asks_at()
            ),
            remedy=_remedy(liveness, options),
        )


def _remedy(liveness: Probe, options: Options) -> str | None:
    remedy = _REMEDIES.get(liveness.handler or "")
    return f"{remedy} {_LATER}" if remedy and options.accept_later_liveness else remedy


def _later(liveness: Probe, readiness: Probe) -> bool:
    late, early = liveness.budget, readiness.budget
    return late is not None and early is not None and late > early
