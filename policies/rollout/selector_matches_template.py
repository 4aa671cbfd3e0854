"""The selector of a workload matches the labels of the pods that it makes.

The API server refuses a Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController or
Job whose selector does not match its own pod template, so the whole sync fails. A label that is
changed in one of the two places is the usual cause, and repairing it is not free: the selector of
an existing workload is immutable, so it is the template's label that should change back.

Judged is each requirement of the selector, `matchExpressions` too. An empty selector matches
every pod of the namespace and is refused as well. A missing one is the schema's to report, except
where the server makes it: for a ReplicationController from the template, for a Job by itself
(unless `manualSelector` is true). An Argo Rollout with a `workloadRef` has no template here.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource
from tools.kubernetes.rollout import SCALABLE
from tools.kubernetes.selector import unmet
from tools.rules.rule import Cause, Consequences, Judges, Problem, Severity, rule
from tools.rules.target import Target

SELECTOR = ("spec", "selector")
_SELECTORS = {
    "Service": SELECTOR,
    "PodDisruptionBudget": (*SELECTOR, "matchLabels"),
    "NetworkPolicy": ("spec", "podSelector", "matchLabels"),
}
"""Where other objects select pods."""


@rule(
    judges=Judges.OBJECT,
    kinds=(*SCALABLE, "DaemonSet", "Job"),
    severity=Severity.ERROR,
    remedy="Give the pod template's labels the values of the selector, which cannot change later.",
)
def check(workload: Resource, target: Target, options: None) -> Iterator[Problem]:
    pod = target.pod(workload)
    selector = workload.get(*SELECTOR)
    if pod is None or not isinstance(selector, dict) or not _is_own(workload):
        return
    plain = workload.kind == "ReplicationController"
    if not plain and not _requires(selector):
        message = "the selector is empty, which is refused: it would match every pod"
        remedy = "Write matchLabels with one or more labels of the pod template."
        yield Problem(SELECTOR, message, remedy=remedy)
    for requirement in unmet({"matchLabels": selector} if plain else selector, pod.labels):
        path = requirement.path[1:] if plain else requirement.path
        wanted = workload.get(*SELECTOR, *path)
        fields = [
            Cause(workload, (*SELECTOR, *path), "the selector"),
            Cause(workload, pod.label_at(requirement.key), "the label of the pod template"),
        ]
        if workload.labels.get(requirement.key) == wanted:
            fields.reverse()  # two against one
        problem = Problem.between(
            f"the selector does not match the pod template: {requirement.sentence}", *fields
        )
        explained = _asking(pod, requirement.key, wanted, target)
        yield problem._replace(explains=tuple(explained))


def _asking(pod: Pod, key: str, wanted: Any, target: Target) -> Iterator[Consequences]:
    """What else asks the pod for the label that its selector asks for."""
    constraints = pod.workload.maps(*pod.at("topologySpreadConstraints"))
    own = [(*path, "labelSelector", "matchLabels", key) for path, _ in constraints]
    same = tuple(path for path in own if pod.workload.get(*path) == wanted)
    # The server names all labels of the template.
    label = pod.label_at(key)
    yield Consequences(pod.workload, same, (label, label[:-1]))
    for kind, above in _SELECTORS.items():
        for other in target.resources.of_kind(kind):
            if other.namespace == pod.namespace and other.get(*above, key) == wanted:
                yield Consequences(other, ((*above, key),))


def _is_own(workload: Resource) -> bool:
    """Whether the selector is what the manifest says; that of a Job is made by the server."""
    return workload.kind != "Job" or workload.get("spec", "manualSelector") is True


def _requires(selector: Mapping[str, Any]) -> bool:
    return bool(selector.get("matchLabels") or selector.get("matchExpressions"))
