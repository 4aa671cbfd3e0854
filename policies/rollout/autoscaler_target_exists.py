"""An autoscaler scales a workload that exists, and is the only one that does.

A HorizontalPodAutoscaler finds its workload by the group in `apiVersion`, the kind and the name,
in its own namespace. If one of them is wrong it is accepted, stays `AbleToScale: False` for ever,
and the workload keeps the replicas it has until the day the load comes. If two autoscalers scale
the same pods, both stop with `AmbiguousSelector`.

The same holds for a ScaledObject of KEDA. Kinds without a scale subresource (DaemonSet, Job,
CronJob, Pod) cannot be scaled. The version in `apiVersion` does not matter, but without a group
only a ReplicationController is found. A target that holds no workload at all, such as a single
file, is reported as not judged.

https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work
"""

from collections.abc import Iterator

from tools.kubernetes.autoscaling import AUTOSCALERS, target_of
from tools.kubernetes.resource import Resource
from tools.kubernetes.rollout import SCALABLE, WITHOUT_SCALE
from tools.kubernetes.spelling import closest
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

REFERENCE = ("spec", "scaleTargetRef")


@rule(
    judges=Judges.OBJECT,
    kinds=AUTOSCALERS,
    severity=Severity.ERROR,
    remedy="Name apiVersion, kind and name of a workload of this namespace in spec.scaleTargetRef.",
)
def check(autoscaler: Resource, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    wanted = target_of(autoscaler)
    if not wanted.kind or not wanted.name:
        return
    if wanted.kind in WITHOUT_SCALE:
        sentence = f"a {wanted.kind} has no number of replicas that could be scaled"
        remedy = "Name a Deployment or StatefulSet, or delete the autoscaler."
        yield Problem((*REFERENCE, "kind"), sentence, remedy=remedy)
        return
    found = target.resources.find(wanted.kind, wanted.name, wanted.namespace, wanted.group)
    if found is None:
        if target.pods:
            yield _missing(autoscaler, target)
        else:
            yield Unjudged(f"{wanted.kind} {wanted.name!r} is not in this target, nor any workload")
        return
    first = target.autoscaler_of(found)
    if first is not None and first is not autoscaler:
        yield Problem(
            (*REFERENCE, "name"),
            f"{first.kind} {first.name!r} scales {wanted.kind} {wanted.name!r} already",
            remedy="Keep one autoscaler for this workload and put the metrics of both into it.",
            related=((first, (*REFERENCE, "name"), "the other autoscaler"),),
        )


def _missing(autoscaler: Resource, target: Target) -> Problem:
    """What keeps the reference from being found: its group, its namespace or all of it."""
    wanted = target_of(autoscaler)
    called = f"{wanted.kind} {wanted.name!r}"
    for other in target.resources.of_kind(wanted.kind):
        if other.name == wanted.name and other.namespace == wanted.namespace:
            given = autoscaler.get(*REFERENCE, "apiVersion")
            stated = "not set" if given is None else repr(given)
            sentence = f"apiVersion is {stated}, but {called} is of {other.ref.api_version!r}"
            remedy = f"Write `apiVersion: {other.ref.api_version}`."
            return Problem((*REFERENCE, "apiVersion"), sentence, remedy=remedy)
    for other in target.resources.of_kind(wanted.kind):
        if other.name == wanted.name:
            sentence = f"{called} is in namespace {other.namespace!r}, the autoscaler is not"
            remedy = f"Write `namespace: {other.namespace}` in the metadata of the autoscaler."
            return Problem((*REFERENCE, "name"), sentence, remedy=remedy)
    here = [r for r in target.resources.of_kind(*SCALABLE) if r.namespace == wanted.namespace]
    alike = closest(wanted.name, (r.name for r in here if r.kind == wanted.kind), 0.6)
    elsewhere = next((r.kind for r in here if r.name == wanted.name), None)
    sentence = f"there is no {called} in its namespace"
    if alike or elsewhere:
        remedy = f"Write `name: {alike}`." if alike else f"Write `kind: {elsewhere}`."
        return Problem((*REFERENCE, "name"), sentence, remedy=remedy)
    return Problem((*REFERENCE, "name"), sentence)
