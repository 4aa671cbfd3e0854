"""What Argo CD tracks its objects by is not set in Git.

Argo CD finds the objects of an Application by the annotation `argocd.argoproj.io/tracking-id`, or,
by default before 3.0 and on request still, by the label `app.kubernetes.io/instance`. It writes
them itself at each sync. A copy in Git, pasted from a live object or from a chart, makes an object
belong to another Application, which may prune it, or keeps it OutOfSync for ever.

Looks at the objects of targets that Argo CD deploys, as far as Applications of the repository or
annotations tell. Where every Argo CD tracks by annotation, `instanceLabel: false` leaves the label
to its other uses.

Argo CD 3.2 to 3.5: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

LABEL = "app.kubernetes.io/instance"
ANNOTATIONS = ("argocd.argoproj.io/tracking-id", "argocd.argoproj.io/installation-id")


class Options(RuleOptions):
    """What Argo CD tracks by."""

    instance_label: bool = True
    """Whether the label `app.kubernetes.io/instance` may be what Argo CD tracks by."""


@rule(
    judges=Judges.OBJECT,
    severity=Severity.WARNING,
    fields=(*ANNOTATIONS, LABEL),
    remedy="Delete it; Argo CD writes it.",
    options=Options,
)
def check(resource: Resource, target: Target, options: Options) -> Iterator[Problem]:
    found = [("annotations", name) for name in ANNOTATIONS if name in resource.annotations]
    if options.instance_label and LABEL in resource.labels:
        found.append(("labels", LABEL))
    if found and target.deployed_by_argocd:
        for field, name in found:
            what = "annotation" if field == "annotations" else "label"
            yield Problem(
                ("metadata", field, name), f"the {what} {name} is what Argo CD tracks objects by"
            )
