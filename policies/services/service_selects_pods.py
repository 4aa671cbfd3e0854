"""The selector of a Service matches pods.

A Service whose selector matches nothing is accepted, gets an address and a name in the cluster's
DNS, and refuses every connection. It is the usual end of a renamed label, of a selector that asks
for a label the pod template has not got, and of a Service in another namespace than its pods.

A Service selects the pods of its own namespace that carry all labels of `spec.selector`; compared
are the labels of every pod template of the target. Labels that Kubernetes gives to the pods of a
workload (`statefulset.kubernetes.io/pod-name` and the like) count. What else is set on running
pods, such as the label of an elected leader, is named by the option `runtimeLabels`.
Services without a selector get their endpoints from elsewhere, those of type ExternalName have
none: both are skipped.

Not judged is a Service whose pods may come from where nobody can look: if nothing in the target
runs in its namespace; if it, or a pod with the right labels, states no namespace; and if the
namespace holds objects of custom kinds that an operator may turn into pods (of well-known kinds
that never become pods, such as ExternalSecret or ServiceMonitor, it is known). If a workload
has the very name of the Service, that one is taken to be meant. kube-linter and kube-score report
a Service that stands in its file alone.

https://kubernetes.io/docs/concepts/services-networking/service/#services-in-kubernetes
"""

from collections.abc import Iterator

from tools.kubernetes.operators import maker_in
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource
from tools.kubernetes.selector import unmet
from tools.kubernetes.services import has_selector, labels_match
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

SELECTOR = ("spec", "selector")


class Options(RuleOptions):
    """What the manifests do not show."""

    runtime_labels: tuple[str, ...] = (
        "openbao-active",
        "openbao-initialized",
        "openbao-sealed",
        "vault-active",
        "vault-initialized",
        "vault-sealed",
    )
    """Keys of labels that a program or an operator sets on running pods."""


@rule(
    judges=Judges.OBJECT,
    kinds=["Service"],
    severity=Severity.ERROR,
    remedy="Copy labels of the pod template into spec.selector.",
    options=Options,
)
def check(service: Resource, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    values = service.map(*SELECTOR).values()
    if not has_selector(service) or not all(isinstance(value, str) for value in values):
        return
    fitting = [p for p in target.pods if labels_match(service, p, options.runtime_labels)]
    if any(pod.namespace == service.namespace for pod in fitting):
        return
    around = [p for p in target.pods if p.namespace in (service.namespace, "")]
    reason = _why_unknown(service, target, fitting, around)
    if reason:
        yield Unjudged(reason, path=SELECTOR)
    elif fitting:
        pod = fitting[0]
        where = f"{pod.workload.ref.slug!r} in namespace {pod.namespace!r}"
        message = f"selects no pod of its own namespace; the labels are those of {where}"
        yield Problem(SELECTOR, message, remedy="Put the Service and its pods into one namespace.")
    else:
        yield _problem(service, around)


def _why_unknown(service: Resource, target: Target, fitting: list[Pod], around: list[Pod]) -> str:
    """Why nobody can say that the Service selects nothing, "" if that is certain."""
    if any(not (pod.namespace and service.namespace) for pod in fitting):
        return "a pod has the labels, but the namespace of one of the two is not stated"
    if fitting or any(pod.workload.name == service.name for pod in around):
        return ""
    if not around:
        return "nothing in this target runs in the namespace of the Service"
    maker = maker_in(target.resources, service.namespace, target.pod_templates)
    return f"its pods may be made by the operator of {maker.ref.slug!r}" if maker else ""


def _problem(service: Resource, around: list[Pod]) -> Problem:
    """The label that is wrong, if one workload is nearly selected."""
    selector = {"matchLabels": service.map(*SELECTOR)}
    lacks = {id(pod): list(unmet(selector, pod.labels)) for pod in around}
    near = min(around, key=lambda p: (p.workload.name != service.name, len(lacks[id(p)])))
    lacking = lacks[id(near)]
    if near.workload.name != service.name and len(lacking) == len(selector["matchLabels"]):
        labels = ", ".join(f"{key}={value}" for key, value in selector["matchLabels"].items())
        return Problem(SELECTOR, f"no pod of the namespace has the labels {labels}")
    slug = near.workload.ref.slug
    return Problem(
        (*SELECTOR, lacking[0].key),
        f"selects no pod: for {slug!r}, {lacking[0].sentence}",
        related=((near.workload, (*near.template, "metadata", "labels"), "its pods' labels"),),
    )
