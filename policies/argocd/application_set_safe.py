"""An ApplicationSet makes what it is meant to make, and deletes nothing by surprise.

One template makes many Applications, so one slip is many. A `project` that is filled in lets a
folder name choose its own permissions. Without `missingkey=error` a misspelt parameter becomes
`<no value>`, in a name or a path; in a plain template it stays as `{{name}}`. And when a generator
comes back empty, because a folder moved, all its Applications are deleted with everything they
deployed, unless somebody has decided otherwise.

Looks at `spec.template`, `goTemplate`, `goTemplateOptions`, and at the Applications that generators
make here: list, git (directories and files, of this repository), matrix and merge. The deletion
policy counts as chosen with `applicationsSync` or `preserveResourcesOnDeletion` in `syncPolicy`.
Templates of both kinds are run, Go's with its own functions and most of sprig's; one that Go
refuses, or a function that only Helm knows, is found. What other generators make, selectors inside
of generators, and functions about time, chance, keys or certificates, is reported as not judged.

Read in `applicationset/` of Argo CD 3.5.1, the same in 3.2:
https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Controlling-Resource-Modification/
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.argocd.applications import TEMPLATE, Application, is_set
from tools.kubernetes.resource import Resource
from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

if TYPE_CHECKING:
    from tools.argocd.generators import Unmade

_LEFT = ("{{", "<no value>")
_POLICY = ("spec", "syncPolicy")


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("ApplicationSet",),
    remedy="Write the project out, goTemplateOptions: [missingkey=error], and a deletion policy.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    fleet = fleet_of(target)
    for resource in filter(is_set, target.resources):
        yield from _settings(resource)
        unmade = {each for owner, each in fleet.unmade if owner is resource}
        yield from (_unmade(resource, each) for each in sorted(unmade, key=str))
        seen: set[tuple[str, ...]] = set()
        for application in fleet.applications:
            if application.resource is resource:
                for path, text in _left(application):
                    if path not in seen:
                        message = f"a parameter is missing: {application.what} gets {text!r} here"
                        yield Problem(application.at(*path), message, resource)
                    seen.add(path)


def _unmade(resource: Resource, unmade: "Unmade") -> Problem | Unjudged:
    if not unmade.stops:
        return Unjudged(unmade.reason, resource, unmade.path)
    message = f"{unmade.reason}, so Argo CD makes nothing of it"
    remedy = "Correct it; Argo CD shows the error in the status of the ApplicationSet only."
    return Problem(unmade.path, message, resource, remedy)


def _settings(resource: Resource) -> Iterator[Problem]:
    path = (*TEMPLATE, "spec", "project")
    project = resource.get(*path)
    if isinstance(project, str) and "{{" in project:
        message = f"the project {project!r} is filled in, so parameters choose the permissions"
        yield Problem(path, message, resource)
    is_go = resource.get("spec", "goTemplate") is True
    if is_go and "missingkey=error" not in resource.items("spec", "goTemplateOptions"):
        message = "a parameter that is missing becomes '<no value>'"
        remedy = 'Write goTemplateOptions: ["missingkey=error"].'
        yield Problem(("spec", "goTemplateOptions"), message, resource, remedy)
    chosen = ("applicationsSync", "preserveResourcesOnDeletion")
    if not any(resource.get(*_POLICY, field) is not None for field in chosen):
        message = "nothing says what happens to its Applications when a generator finds less"
        remedy = "Write syncPolicy: {applicationsSync: create-update}, or sync if all may go."
        yield Problem(_POLICY, message, resource, remedy, severity=Severity.WARNING)


def _left(application: Application) -> Iterator[tuple[tuple[str, ...], str]]:
    """Fields of a generated Application in which a parameter was not filled in."""
    for root in ("metadata", "spec"):
        yield from _texts(application.data.get(root), (root,))


def _texts(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str) and any(left in value for left in _LEFT):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, path)
