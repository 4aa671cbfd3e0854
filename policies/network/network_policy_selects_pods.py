"""The selector of every NetworkPolicy matches pods.

A policy that selects nothing protects nothing and opens nothing, and the API server says not a
word. It is left behind when a label is renamed, or when a policy is copied into another namespace
than its pods: the pods are open where the author believes them closed, or closed where the policy
was to open a way.

Compared are the labels of every pod template of the policy's namespace, with `matchLabels` and
`matchExpressions`; labels that controllers give to the pods of a workload count. An empty selector
is for all pods there will ever be and always right.

Not judged is a policy in a namespace of which the target holds no pods, or holds custom objects
that an operator may turn into pods, and a component by itself. kube-linter and kube-score report a
policy that stands in its file alone.

https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource
"""

from collections.abc import Iterator

from tools.kubernetes.operators import maker_in
from tools.kubernetes.selector import unmet
from tools.kubernetes.traffic.policy import Policy
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

SELECTOR = ("spec", "podSelector")


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("NetworkPolicy",),
    remedy="Copy labels of the pod template into spec.podSelector, or delete the policy.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    for policy in target.traffic.policies:
        if not policy.selects or target.traffic.selected(policy):
            continue
        reason = _why_unknown(policy, target)
        if reason:
            yield Unjudged(reason, policy.resource, SELECTOR)
        else:
            yield _problem(policy, target)


def _why_unknown(policy: Policy, target: Target) -> str:
    if target.is_part:
        return "its pods may be those of what this component is added to"
    if all(pod.namespace != policy.namespace for pod in target.pods):
        return "nothing in this target runs in the namespace of the policy"
    maker = maker_in(target.resources, policy.namespace, target.pod_templates)
    return f"its pods may be made by the operator of {maker.ref.slug!r}" if maker else ""


def _problem(policy: Policy, target: Target) -> Problem:
    """The requirement that is not met, where one workload is nearly selected."""
    selector = policy.resource.get(*SELECTOR)
    around = [pod for pod in target.pods if pod.namespace == policy.namespace]
    lacks = {id(pod): list(unmet(selector, pod.labels)) for pod in around}
    near = min(around, key=lambda p: (p.workload.name != policy.resource.name, len(lacks[id(p)])))
    lacking = lacks[id(near)]
    wanted = len(policy.selects)
    if not lacking or (near.workload.name != policy.resource.name and len(lacking) == wanted > 1):
        return Problem(SELECTOR, "selects no pod of its namespace", policy.resource)
    labels = (*near.template, "metadata", "labels")
    return Problem(
        (*SELECTOR, *lacking[0].path),
        f"selects no pod: for {near.workload.ref.slug!r}, {lacking[0].sentence}",
        policy.resource,
        related=((near.workload, labels, "its pods' labels"),),
    )
