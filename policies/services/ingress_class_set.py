"""An Ingress names its class in `spec.ingressClassName`.

Without a class an Ingress is nobody's: every controller may pass it by, and then the host answers
404 although everything is applied and ready; or two controllers take it. It works on the cluster
where somebody made a class the default, and not on the next one.

Looks at `spec.ingressClassName`. A default IngressClass in the same target (annotation
`ingressclass.kubernetes.io/is-default-class: "true"`) is enough. The annotation
`kubernetes.io/ingress.class` has been deprecated since Kubernetes 1.18, and some controllers still
read it. Beside the field it may stand if it says the same, for those; where the two differ, the API
server refuses to create the Ingress (Kubernetes 1.33 to 1.36, ValidateIngressCreate), and would not
look at a change that makes them differ, after which two controllers may serve it. Alone it is
accepted for GKE's own controller (`gce`, `gce-internal`), which reads nothing else. Whether the
cluster has a controller of that class cannot be seen here. Kyverno's policy about classes reads the
deprecated annotation.

https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class
https://docs.cloud.google.com/kubernetes-engine/docs/concepts/ingress
"""

from collections.abc import Iterator
from typing import Any

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
    if name and annotated is not None:
        if annotated != name:
            yield _contradiction(ingress, name, annotated)
    elif annotated and annotated not in ONLY_ANNOTATION:
        message = f"the class {annotated!r} stands in a deprecated annotation"
        yield Problem(
            ANNOTATION,
            message,
            remedy="Move it to spec.ingressClassName and delete the annotation.",
        )
    elif not name and not annotated and not _is_left_to_others(ingress, target):
        yield Problem(FIELD, "the Ingress names no class")


def _contradiction(ingress: Resource, name: Any, annotated: Any) -> Problem:
    return Problem(
        ANNOTATION,
        f"the annotation says {annotated!r}, spec.ingressClassName {name!r}: an Ingress with both"
        " is refused on creation",
        remedy="Delete the annotation.",
        related=((ingress, FIELD, "the class"),),
    )


def _is_left_to_others(ingress: Resource, target: Target) -> bool:
    """Whether some class is the default, or a misspelt field is the schema's to report."""
    classes = target.resources.of_kind("IngressClass")
    if any(one.annotations.get(DEFAULT_CLASS_ANNOTATION) == "true" for one in classes):
        return True
    others = ingress.map("spec").keys() - {FIELD[-1]}
    return any(closest(str(key), [FIELD[-1]]) for key in others)
