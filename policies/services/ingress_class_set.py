"""An Ingress names its class in `spec.ingressClassName`.

Without a class an Ingress is nobody's: every controller may pass it by, and then the host answers
404 although everything is applied and ready; or two controllers take it. It works on the cluster
where somebody made a class the default, and not on the next one.

Looks at `spec.ingressClassName`. A default IngressClass in the same target (annotation
`ingressclass.kubernetes.io/is-default-class: "true"`) is enough. The annotation
`kubernetes.io/ingress.class` has been deprecated since Kubernetes 1.18: some controllers still
read it, the API server refuses it beside the field. It is accepted for GKE's own controller
(`gce`, `gce-internal`), which reads nothing else. Whether the cluster has a controller of that
class cannot be seen here. Kyverno's policy about classes reads the deprecated annotation.

https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class
https://docs.cloud.google.com/kubernetes-engine/docs/concepts/ingress
"""

from collections.abc import Iterator

from tools.kubernetes.ingress import CLASS_ANNOTATION, DEFAULT_CLASS_ANNOTATION, is_ingress
from tools.kubernetes.resource import Resource
from tools.kubernetes.spelling import closest
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

FIELD = ("spec", "ingressClassName")
ANNOTATION = ("metadata", "annotations", CLASS_ANNOTATION)
ONLY_ANNOTATION = ("gce", "gce-internal")


@rule(
    judges=Judges.OBJECT,
    kinds=["Ingress"],
    severity=Severity.ERROR,
    remedy="Set spec.ingressClassName to the class of the controller, such as `nginx`.",
)
def check(ingress: Resource, target: Target, options: None) -> Iterator[Problem]:
    if not is_ingress(ingress):
        return
    name, annotated = ingress.get(*FIELD), ingress.annotations.get(CLASS_ANNOTATION)
    if name and annotated:
        message = f"the annotation {CLASS_ANNOTATION} is refused beside spec.ingressClassName"
        yield Problem(ANNOTATION, message, remedy="Delete the annotation.")
    elif annotated and annotated not in ONLY_ANNOTATION:
        message = f"the class {annotated!r} stands in a deprecated annotation"
        yield Problem(
            ANNOTATION,
            message,
            remedy="Move it to spec.ingressClassName and delete the annotation.",
        )
    elif not name and not annotated and not _is_left_to_others(ingress, target):
        yield Problem(FIELD, "the Ingress names no class")


def _is_left_to_others(ingress: Resource, target: Target) -> bool:
    """Whether some class is the default, or a misspelt field is the schema's to report."""
    classes = target.resources.of_kind("IngressClass")
    if any(one.annotations.get(DEFAULT_CLASS_ANNOTATION) == "true" for one in classes):
        return True
    others = ingress.map("spec").keys() - {FIELD[-1]}
    return any(closest(str(key), [FIELD[-1]]) for key in others)
