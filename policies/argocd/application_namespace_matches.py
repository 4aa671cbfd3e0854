"""An Application deploys to the namespace that its manifests name.

The namespace of the destination fills in where a manifest names none; it never replaces one. If
the two differ, everything goes where the manifests say, `CreateNamespace=true` makes an empty
namespace beside it, and the project may be asked about the wrong one. Without either, Argo CD
refuses the object.

Compares `spec.destination.namespace` with the namespaces of the rendered objects. Manifests may
name further namespaces, as long as some object is in that of the destination. Kinds whose scope is
not known count as namespaced if they name a namespace. Applications in Argo CD's own namespace, and
sources in other repositories, are as they are.

Argo CD 3.2 to 3.5:
https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
"""

from collections.abc import Iterator

from tools.argocd.applications import Application
from tools.kubernetes.resource import Resource
from tools.kubernetes.scope import group_kind, scopes
from tools.rules.fleet import Part, fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy="Write the namespace of the manifests into spec.destination.namespace.",
    looks_around=True,
)
def check(target: Target, options: None) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        parts = fleet.parts(application)
        objects = [resource for part in parts for resource in _namespaced(part)]
        path = application.at("spec", "destination", "namespace")
        wanted = application.destination_namespace
        named = sorted({resource.namespace for resource in objects if resource.namespace})
        bare = next((resource for resource in objects if not resource.namespace), None)
        if bare and not wanted:
            message = f"no namespace for {bare.kind} {bare.name!r}, which names none itself"
            yield Problem(path, message, application.resource)
        elif named and not bare and wanted and wanted not in named:
            yield Problem(path, _sentence(application, wanted, named), application.resource)


def _sentence(application: Application, wanted: str, named: list[str]) -> str:
    names = " and ".join(map(repr, named))
    return f"{application.what} names namespace {wanted!r}, but its manifests are in {names}"


def _namespaced(part: Part) -> Iterator[Resource]:
    if part.target is None or part.reason:
        return
    known = scopes(part.target.resources.of_kind("CustomResourceDefinition"))
    for resource in part.target.resources:
        if known.get(group_kind(resource), bool(resource.namespace)):
            yield resource
