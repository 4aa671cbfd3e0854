"""A topology spread constraint counts the pods that it stands in.

The scheduler counts the pods that a constraint's `labelSelector` matches and places the new one
where there are fewest of them. If the selector does not match the pod itself, the count stays at
nothing, every node looks equally empty, and all replicas may land on one. It is the usual end of
a copied manifest, or of a label that was renamed in the template and not in the constraint.

Judged is every constraint of every kind of workload, against the labels of its own pod template.
A constraint without `labelSelector` matches no pod; an empty selector (`{}`) matches all.
`matchLabelKeys` takes the values from the pod itself and so always fits. Labels that Kubernetes
adds to pods as it makes them (`pod-template-hash`, a Job's name and the like) are taken to match.

https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#topologyspreadconstraints-field
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.selector import unmet
from tools.kubernetes.services import ADDED_LABELS
from tools.rules.rule import Cause, Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=("topologySpreadConstraints",),
    remedy="Copy labels of the pod template into the constraint's labelSelector.matchLabels.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for path, constraint in pod.workload.maps(*pod.at("topologySpreadConstraints")):
        selector = constraint.get("labelSelector")
        if selector is None:
            message = "a constraint without labelSelector matches no pod, so it spreads nothing"
            yield Problem((*path, "labelSelector"), message)
        for requirement in unmet(selector, pod.labels):
            if requirement.key not in ADDED_LABELS:
                selector_path = (*path, "labelSelector", *requirement.path)
                yield Problem.between(
                    f"the constraint does not count its own pod: {requirement.sentence}",
                    Cause(pod.workload, selector_path, "the constraint"),
                    Cause(pod.workload, pod.label_at(requirement.key), "the label of the pod"),
                )
