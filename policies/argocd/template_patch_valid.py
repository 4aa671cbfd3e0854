"""A `templatePatch` writes fields that an Application has.

The patch of an ApplicationSet is a text, and nobody checks a text: not the schema, not the API
server. A field that is misspelt in it is laid over the template, and dropped when Argo CD reads the
result; `selfHeal` beside `automated` instead of in it heals nothing. A value of the wrong type
stops the whole Application, and only the status of the ApplicationSet tells.

Applies the patch to the Applications that the generators make here, and judges what it adds by the
schema of Applications of the declared Argo CD. Silent where a generator or a template cannot be
followed here; that is reported by application-set-safe.

Read in `applicationset/controllers/template/patch.go` of Argo CD 3.2.11, the same in 3.5.1:
https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Template/#template-patch
"""

from collections.abc import Iterator

from tools.argocd.applications import TEMPLATE, Application, is_set
from tools.kubernetes.resource import Resource, lookup
from tools.kubernetes.violations import Violation
from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath, dotted

_PATCH: FieldPath = ("spec", "templatePatch")
_KIND = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("ApplicationSet",),
    remedy="Correct the field in the patch.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    patched = [each for each in target.resources if is_set(each) and each.get(*_PATCH)]
    for resource in patched:
        seen: set[str] = set()
        for application in fleet_of(target).applications:
            if application.resource is resource:
                for fault in _faults(target, application):
                    if fault.sentence not in seen:
                        message = f"what this patch adds is wrong: {fault.sentence}"
                        subject = dotted(fault.path)
                        yield Problem(_PATCH, message, resource, fault.remedy, subject=subject)
                    seen.add(fault.sentence)


def _faults(target: Target, application: Application) -> Iterator[Violation]:
    """What the schema has against an Application, and not against the template of it."""
    found = target.schemas.violations(Resource({**application.data, **_KIND}))
    for violation in found:
        written = application.resource.get(*TEMPLATE, *violation.path)
        if written is None and lookup(application.data, violation.path) is not None:
            yield violation
