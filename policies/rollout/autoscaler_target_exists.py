"""An autoscaler scales a workload that exists, and is the only one that does.

A HorizontalPodAutoscaler finds its workload by the group in `apiVersion`, the kind and the name,
in its own namespace. If one of them is wrong it is accepted, stays `AbleToScale: False` for ever,
and the workload keeps the replicas it has until the day the load comes. If two autoscalers scale
the same pods, both stop with `AmbiguousSelector`.

The same holds for a ScaledObject of KEDA. Kinds without a scale subresource (DaemonSet, Job,
CronJob, Pod) cannot be scaled. The version in `apiVersion` does not matter, but without a group
only a ReplicationController is found. A target that holds no workload at all, such as a single
file, is reported as not judged (kube-linter and kube-score call its target missing), but for two
autoscalers that name the same one.

https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work
"""

from collections.abc import Iterator

from tools.kubernetes.autoscaling import AUTOSCALERS, target_of
from tools.kubernetes.resource import Resource
from tools.kubernetes.rollout import SCALABLE, WITHOUT_SCALE
from tools.kubernetes.spelling import closest
from tools.rules.rule import Cause, Consequences, Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

REFERENCE = ("spec", "scaleTargetRef")
NAMESPACE = ("metadata", "namespace")


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
    if found is None and target.pods:
        yield _missing(autoscaler, target)
        return
    same = [a for a in target.resources.of_kind(*AUTOSCALERS) if target_of(a) == wanted]
    first = target.as_added(same)[0]
    if found is None and first is autoscaler:
        yield Unjudged(f"{wanted.kind} {wanted.name!r} is not in this target, nor any workload")
    elif first is not autoscaler:
        yield Problem(
            (*REFERENCE, "name"),
            f"{first.kind} {first.name!r} scales {wanted.kind} {wanted.name!r} already",
            remedy="Keep one autoscaler for this workload and put the metrics of both into it.",
            related=((first, (*REFERENCE, "name"), "the other autoscaler"),),
        )


def _missing(autoscaler: Resource, target: Target) -> Problem:
    """What keeps the reference from being found: its group, namespace, kind or name."""
    wanted = target_of(autoscaler)
    called = f"{wanted.kind} {wanted.name!r}"
    for other in target.resources.of_kind(wanted.kind):
        if other.name == wanted.name and other.namespace == wanted.namespace:
            given = autoscaler.get(*REFERENCE, "apiVersion")
            stated = "not set" if given is None else repr(given)
            sentence = f"apiVersion is {stated}, but {called} is of {other.ref.api_version!r}"
            remedy = f"Write `apiVersion: {other.ref.api_version}`."
            problem = Problem((*REFERENCE, "apiVersion"), sentence, remedy=remedy)
            return _meant(problem, other, target)
    for other in target.resources.of_kind(wanted.kind):
        if other.name == wanted.name:
            return Problem.between(
                f"{called} is in namespace {other.namespace!r}, the autoscaler is not",
                Cause(autoscaler, NAMESPACE, "the autoscaler's namespace"),
                Cause(other, NAMESPACE, "the workload's namespace"),
                remedy=f"Write `namespace: {other.namespace}` in the metadata of the autoscaler.",
            )
    return _misnamed(autoscaler, target)


def _misnamed(autoscaler: Resource, target: Target) -> Problem:
    """A reference to nothing, with the workload that is meant if one is much like it."""
    wanted = target_of(autoscaler)
    sentence = f"there is no {wanted.kind} {wanted.name!r} in its namespace"
    beside = [r for r in target.resources.of_kind(*SCALABLE) if r.namespace == wanted.namespace]
    for other in beside:
        if other.name == wanted.name:
            kind = f"Write `kind: {other.kind}`."
            return _meant(Problem((*REFERENCE, "kind"), sentence, remedy=kind), other, target)
    names = {other.name: other for other in beside if other.kind == wanted.kind}
    own = autoscaler.name if autoscaler.name in names else None
    near = closest(wanted.name, names, 0.6) or own
    remedy = f"Write `name: {near}`." if near else None
    problem = Problem((*REFERENCE, "name"), sentence, remedy=remedy)
    return _meant(problem, names[near], target) if near else problem


def _meant(problem: Problem, workload: Resource, target: Target) -> Problem:
    """The problem with what follows from it: the workload seems to have no autoscaler."""
    if target.autoscaler_of(workload):
        return problem
    fields = (("metadata", "name"), ("spec", "replicas"))
    return problem._replace(explains=(Consequences(workload, fields),))
