"""Deleting an Application deletes what it deployed: it has Argo CD's finalizer.

Without the finalizer, an Application that is deleted, or pruned by the one above it, leaves all its
objects in the cluster. They run on, nobody updates them, and the next Application of that name
adopts them or fights them.

Looks at `metadata.finalizers` of Applications: `resources-finalizer.argocd.argoproj.io`, alone or
with `/foreground` or `/background`. What an ApplicationSet makes gets it by itself, unless
`preserveResourcesOnDeletion` is set, which is a decision. Where an environment is meant to outlive
its Application, switch the rule off for the folder or waive the finding.

Argo CD 3.2 to 3.5: https://argo-cd.readthedocs.io/en/stable/user-guide/app_deletion/
"""

from collections.abc import Iterator

from tools.kubernetes.resource import as_list
from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

FINALIZER = "resources-finalizer.argocd.argoproj.io"
KNOWN = (FINALIZER, f"{FINALIZER}/foreground", f"{FINALIZER}/background")


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("Application", "ApplicationSet"),
    remedy=f"Add `finalizers: [{FINALIZER}]` to its metadata.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    for application in fleet_of(target).applications:
        finalizers = as_list(application.metadata.get("finalizers"))
        if application.is_made or any(finalizer in KNOWN for finalizer in finalizers):
            continue
        path = application.at("metadata", "finalizers")
        unknown = [f for f in finalizers if isinstance(f, str) and "argocd.argoproj.io" in f]
        if unknown:
            message = f"finalizer {unknown[0]!r} is not one that Argo CD acts on"
            path = (*path, finalizers.index(unknown[0]))
        else:
            message = f"deleting {application.what} leaves what it deployed behind"
        yield Problem(path, message, application.resource)
