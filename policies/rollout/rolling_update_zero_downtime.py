"""A Deployment takes no pod away before its successor is ready.

A rolling update may remove `maxUnavailable` pods first and start their successors afterwards.
Those that are left carry the whole load meanwhile, and of a single replica nothing is left: every
release is an outage. With `maxUnavailable: 0` and a `maxSurge` of at least 1 the new pod comes
first, and the old one goes when it is ready. Strategy `Recreate` stops all pods before any starts.

What counts is the effect on the replicas that the Deployment really has: its autoscaler's range,
else `replicas`, else 1. The API server fills in 25 % for both numbers, maxUnavailable is rounded
down and maxSurge up. So up to three replicas the default strategy takes nothing away and is
accepted; at ten it takes two. Such a zero ends the day somebody scales up: the option `explicit`
demands that `maxUnavailable: 0` is written. kube-linter wants `type: RollingUpdate` written, which
is the default, and asks for no numbers.

It is only a warning where no Service of the target sends requests to the pods: a worker that
pauses keeps nobody waiting. Services whose ports are all named after metrics do not count.

Not judged: a Deployment with no replicas, one that mounts a ReadWriteOnce claim (two pods could not
have it at once) and one with a host port (two pods do not fit on one node), because there the old
pod has to go first. If a claim is not among the objects, its access modes are unknown and the
Deployment is reported as not judged. StatefulSets and DaemonSets replace pods in place by design;
for Argo Rollouts see its own strategies. Both numbers written as 0 are always found: the API server
refuses them, because no pod could ever be replaced.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
"""

from collections.abc import Iterator

from tools.kubernetes.int_or_percent import scaled
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, as_list, as_map
from tools.kubernetes.rollout import (
    UPDATE_DEFAULT,
    Replicas,
    holds_one_node_claim,
    replicas_of,
    rolling_update,
    rolling_update_field,
)
from tools.kubernetes.services import request_services_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Consequences, Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

STRATEGY = ("spec", "strategy")
MAX_UNAVAILABLE = (*STRATEGY, "rollingUpdate", "maxUnavailable")
MAX_SURGE = (*STRATEGY, "rollingUpdate", "maxSurge")
BOTH_ZERO = "maxSurge and maxUnavailable are both 0, which the API server refuses"


class Options(RuleOptions):
    explicit: bool = False
    """Whether `maxUnavailable: 0` must be written, even where the default is rounded down to 0."""


@rule(
    judges=Judges.OBJECT,
    kinds=("Deployment",),
    severity=Severity.ERROR,
    remedy="Under spec.strategy write type: RollingUpdate with maxUnavailable: 0 and maxSurge: 1.",
    options=Options,
)
def check(deployment: Resource, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    if both_zero(deployment):
        explains = (Consequences(deployment, (MAX_UNAVAILABLE,)),)
        yield Problem(MAX_SURGE, BOTH_ZERO, remedy="Write `maxSurge: 1`.", explains=explains)
        return
    replicas = replicas_of(deployment, target.autoscaler_of(deployment))
    problem = _problem(deployment, replicas, options) if replicas.maximum > 0 else None
    pod = target.pod(deployment)
    if problem is None or (pod and _has_host_port(pod)):
        return
    alone = holds_one_node_claim(pod, target.resources) if pod else False
    if alone is None:
        reason = "whether two pods can share its claim is unknown: the claim is not in this target"
        yield Unjudged(f"{problem.message}; {reason}", path=problem.path)
    elif not alone:
        awaited = pod is None or request_services_of(pod, target.resources)
        yield problem if awaited else problem._replace(severity=Severity.WARNING)


def _problem(deployment: Resource, replicas: Replicas, options: Options) -> Problem | None:
    if deployment.get(*STRATEGY, "type") == "Recreate":
        sentence = "strategy 'Recreate' stops every pod before the first successor starts"
        return Problem((*STRATEGY, "type"), sentence)
    given = deployment.get(*MAX_UNAVAILABLE)
    value = f"{given!r}" if given is not None else f"not set and defaults to {UPDATE_DEFAULT!r}"
    for count in sorted(set(replicas)):
        update = rolling_update(deployment, count)
        if update is None or update.unavailable < 1:
            continue
        taken = f"an update takes {update.unavailable} of {count} pods away before any is replaced"
        if scaled(rolling_update_field(deployment, "maxUnavailable"), count, round_up=False):
            return Problem(MAX_UNAVAILABLE, f"{taken}: maxUnavailable is {value}")
        return Problem(MAX_SURGE, f"{taken}: maxSurge is {deployment.get(*MAX_SURGE)!r}")
    if options.explicit and given not in (0, "0%"):
        return Problem(MAX_UNAVAILABLE, f"maxUnavailable is {value}; only rounding makes it 0")
    return None


def both_zero(deployment: Resource) -> bool:
    """Whether no pod could ever be replaced; a percentage that is rounded to 0 is no such 0."""
    if deployment.get(*STRATEGY, "type") not in (None, "RollingUpdate"):
        return False
    fields = (deployment.get(*path) for path in (MAX_SURGE, MAX_UNAVAILABLE))
    return all(value in (0, "0%") and value is not False for value in fields)


def _has_host_port(pod: Pod) -> bool:
    ports = (port for container in pod.containers for port in as_list(container.get("ports")))
    return pod.get("hostNetwork") is True or any(as_map(port).get("hostPort") for port in ports)
