"""A pod behind a Service keeps answering until nobody sends it anything any more.

When a pod is deleted two things start at once: its containers get SIGTERM, and its address is
taken out of the Service. The second takes longer, because every node's proxy and every ingress
controller has to hear of it. A program that stops listening on SIGTERM therefore refuses
connections for some seconds, at every release and every node drain, however well the rolling
update is set. A `preStop` hook that only sleeps keeps it serving for that long; SIGTERM comes
after it. The grace period counts from the start of the hook, so it has to be longer.

Judged are the long-running pods that a Service of this target selects, other than one whose ports
are all named after metrics: a container that serves the Service's port (any, if none declares it)
needs `preStop`; a hook that sleeps must end before `terminationGracePeriodSeconds` (30 unless
set), which must not be 0. A program that waits by itself before it stops listening needs no hook:
declare its workload under `facts.drains`. Sleeps are recognised as `sleep: {seconds: 5}` and in
commands such as `sleep 5` or `sh -c "sleep 5"`; how long another command takes cannot be seen.

https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
"""

import re
from collections.abc import Iterator

from tools.kubernetes.pod import LONG_RUNNING, Container, Pod
from tools.kubernetes.resource import as_list
from tools.kubernetes.services import request_services_of, serving_containers
from tools.rules.rule import Cause, Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

KINDS = LONG_RUNNING | {"ReplicationController", "Pod"}
PRE_STOP = ("lifecycle", "preStop")
DEFAULT_GRACE = 30
_SLEEP = re.compile(r"(?:^|[\s;&|/])sleep\s+([0-9]{1,6})s?(?=$|[\s;&|])")


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    defers_to=("server-accepts",),
    remedy="Give the container lifecycle.preStop.sleep.seconds: 5 or more, below the grace period; "
    "or declare the workload in facts.drains if it finishes open requests by itself.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    services = request_services_of(pod, target.resources) if pod.workload.kind in KINDS else []
    if not services:
        return
    grace = pod.get("terminationGracePeriodSeconds")
    grace = DEFAULT_GRACE if grace is None else grace
    period = pod.at("terminationGracePeriodSeconds")
    if grace == 0:
        message = "a grace period of 0 kills the containers without a warning"
        yield Problem(period, message, remedy="Delete it (30 seconds are the default) or raise it.")
        return
    drains = target.facts.declares(target.facts.drains, pod.workload.kind, pod.workload.name)
    for container in serving_containers(pod, services):
        seconds = _sleep_of(container)
        if not drains and (container.get(*PRE_STOP) is None or seconds == 0):
            message = f"container {container.name!r} may get requests of Service"
            why = "has no preStop hook" if seconds is None else "waits 0 s in its preStop hook"
            message = f"{message} {services[0].name!r} after SIGTERM, and {why}"
            yield Problem(container.at(*PRE_STOP), message)
        elif seconds is not None and isinstance(grace, int) and seconds >= grace:
            message = f"container {container.name!r} sleeps {seconds} s before it stops, and"
            yield Problem.between(
                f"{message} is killed after {grace} s",
                Cause(pod.workload, period, "the grace period"),
                Cause(pod.workload, _sleep_path(container), "the preStop hook"),
                remedy="Set terminationGracePeriodSeconds well above the seconds of the preStop"
                " hook.",
            )


def _sleep_path(container: Container) -> FieldPath:
    fixed = container.at(*PRE_STOP, "sleep", "seconds")
    own = container.get(*PRE_STOP, "sleep", "seconds") is not None
    return fixed if own else container.at(*PRE_STOP, "exec", "command")


def _sleep_of(container: Container) -> int | None:
    """The seconds that the preStop hook sleeps, None if it does something else or is missing."""
    seconds = container.get(*PRE_STOP, "sleep", "seconds")
    if isinstance(seconds, int):
        return seconds
    command = [str(word) for word in as_list(container.get(*PRE_STOP, "exec", "command"))]
    found = _SLEEP.findall(" ".join(command))
    return sum(map(int, found)) if found else None
