"""Labels and annotations for a namespace that Argo CD makes reach the namespace.

`managedNamespaceMetadata` is part of making the namespace. Without `CreateNamespace=true` nobody
reads it, and where the manifests hold the Namespace themselves theirs is applied and this one left
out. Nothing says so. Often it is the label of Pod Security that never arrives, and with it the
protection that everybody believes in.

Looks at `spec.syncPolicy.managedNamespaceMetadata` of Applications, and of those that
ApplicationSets make, and at the Namespaces that their sources render. Silent about the manifests of
sources that are not rendered here.

Read in `controller/sync.go`, `controller/sync_namespace.go` and gitops-engine's
`pkg/sync/sync_context.go` of Argo CD 3.2.11:
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#namespace-metadata
"""

from collections.abc import Iterator

from tools.argocd.applications import Application
from tools.kubernetes.resource import Resource
from tools.rules.fleet import Fleet, fleet_of, place_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

_CREATE = "CreateNamespace=true"
_FIELD = ("spec", "syncPolicy", "managedNamespaceMetadata")


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy=f"Add {_CREATE} to syncOptions, or write labels and annotations into the Namespace.",
    looks_around=True,
)
def check(target: Target, options: None) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        if application.policy.get("managedNamespaceMetadata") is None:
            continue
        why = None
        if _CREATE not in application.sync_options:
            if any(_is_meant(option) for option in application.sync_options):
                continue  # sync-option-known says that
            why = f"without {_CREATE} Argo CD does not read this"
        elif found := _rendered(fleet, application):
            own, home = found
            place = place_of(home, own, ("kind",))
            where = f" in {place.file}" if place else ""
            why = f"Argo CD leaves this out, because {application.what} has Namespace {own.name!r}"
            why += where
        if why:
            yield Problem(application.at(*_FIELD), why, application.resource, at_key=True)


def _rendered(fleet: Fleet, application: Application) -> tuple[Resource, Target] | None:
    """The Namespace of the destination, if the sources bring it."""
    for part in fleet.parts(application):
        if part.target:
            name = application.destination_namespace
            own = part.target.resources.find("Namespace", name, "", "")
            if own:
                return own, part.target
    return None


def _is_meant(option: object) -> bool:
    return isinstance(option, str) and option.strip().lower() == _CREATE.lower()
