"""An ApplicationSet makes what it is meant to make, and deletes nothing by surprise.

One template makes many Applications, so one slip is many. A `project` that is filled in lets a
folder name choose its own permissions. Without `missingkey=error` a misspelt parameter becomes
`<no value>`, in a name or a path; in a plain template it stays as `{{name}}`. And when a generator
comes back empty, because a folder moved, all its Applications are deleted with everything they
deployed, unless somebody has decided otherwise.

Looks at `spec.template`, `goTemplate`, `goTemplateOptions`, and at the Applications that generators
make here: list, git (directories and files, of this repository), matrix and merge, with their
selectors. A generator of which Argo CD makes nothing is found: a pattern that no folder of this
repository matches, a selector that lets nothing through, a merge or matrix that it refuses; and a
template of a generator inside of another one, which is not read. So are names that Kubernetes
refuses. The deletion policy counts as chosen with `applicationsSync` or
`preserveResourcesOnDeletion` in `syncPolicy`. Templates of both kinds are run, Go's with its own
functions and most of sprig's; one that Go refuses, or a function that only Helm knows, is found.
What other generators make, and functions about time, chance, keys or certificates, is reported as
not judged. A generator of folders also adopts each new one; that is its purpose, and not found.

Read in `applicationset/` of Argo CD 3.2.11, the same in 3.5.1:
https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Controlling-Resource-Modification/
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.argocd.applications import TEMPLATE, Application, is_set
from tools.kubernetes.names import subdomain_objection
from tools.kubernetes.resource import Resource, as_list, as_map
from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

if TYPE_CHECKING:
    from tools.argocd.generators import Unmade

_LEFT = ("{{", "<no value>")
_POLICY = ("spec", "syncPolicy")
_COMBINING = ("matrix", "merge")
_OPTIONS = tuple(f"missingkey={value}" for value in ("default", "invalid", "zero", "error"))


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
        yield from _nested(resource)
        unmade = {each for owner, each in fleet.unmade if owner is resource}
        known = [each for each in unmade if not each.reason.startswith("goTemplateOptions")]
        yield from (_unmade(resource, each) for each in sorted(known, key=str))
        seen: set[tuple[str, ...]] = set()
        for application in fleet.applications:
            if application.resource is resource:
                yield from _refused(application)
                for path, text in _left(application):
                    if path not in seen:
                        yield _missing(application, path, text)
                    seen.add(path)


def _unmade(resource: Resource, unmade: "Unmade") -> Problem | Unjudged:
    if not unmade.stops:
        return Unjudged(unmade.reason, resource, unmade.path)
    message = f"{unmade.reason}, so Argo CD makes nothing of it"
    remedy = "Correct it; at most the status of the ApplicationSet tells of it."
    return Problem(unmade.path, message, resource, remedy)


def _missing(application: Application, path: FieldPath, text: str) -> Problem:
    here = application.resource
    message = f"a parameter is missing: {application.what} gets {text!r} here"
    remedy = "Correct its name, or have a generator set it."
    if here.get("spec", "goTemplate") is not True and re.search(r"\{\{-?\s*[.(]", text):
        message = (
            f"{text!r} is a template of Go's, which Argo CD fills in with goTemplate: true only"
        )
        remedy = 'Write goTemplate: true and goTemplateOptions: ["missingkey=error"].'
    return Problem(application.at(*path), message, here, remedy)


def _refused(application: Application) -> Iterator[Problem]:
    """A name that a parameter makes such that Kubernetes refuses the Application."""
    name, path = application.name, (*TEMPLATE, "metadata", "name")
    if "{{" not in str(application.resource.get(*path)) or any(left in name for left in _LEFT):
        return
    objection = subdomain_objection(name)
    if objection:
        message = f"Kubernetes refuses the name {name!r} that a generator makes here: {objection}"
        remedy = "Make another parameter the name, or pipe it through normalize, slugify or lower."
        yield Problem(path, message, application.resource, remedy)


def _settings(resource: Resource) -> Iterator[Problem]:
    path = (*TEMPLATE, "spec", "project")
    project = resource.get(*path)
    if isinstance(project, str) and "{{" in project:
        message = f"the project {project!r} is filled in, so parameters choose the permissions"
        yield Problem(path, message, resource)
    if resource.get("spec", "goTemplate") is True:
        yield from _options(resource)
    chosen = ("applicationsSync", "preserveResourcesOnDeletion")
    if not any(resource.get(*_POLICY, field) is not None for field in chosen):
        message = "nothing says what happens to its Applications when a generator finds less"
        remedy = "Write syncPolicy: {applicationsSync: create-update}, or sync if all may go."
        yield Problem(_POLICY, message, resource, remedy, severity=Severity.WARNING)


def _nested(resource: Resource) -> Iterator[Problem]:
    """Templates of generators inside of others, of which only the parameters are taken."""
    for path, generator in resource.maps("spec", "generators"):
        pending = [((*path, kind), as_map(generator.get(kind))) for kind in _COMBINING]
        while pending:
            where, settings = pending.pop()
            for index, child in enumerate(map(as_map, as_list(settings.get("generators")))):
                for kind, below in child.items():
                    place = (*where, "generators", index, kind)
                    if kind in _COMBINING:
                        pending.append((place, as_map(below)))
                    if as_map(below).get("template"):
                        message = f"Argo CD takes no template from a {kind} inside of a generator"
                        remedy = f"Write it into the template of the {where[-1]}."
                        yield Problem((*place, "template"), message, resource, remedy)


def _options(resource: Resource) -> Iterator[Problem]:
    options = resource.items("spec", "goTemplateOptions")
    unknown = [each for each in options if each not in _OPTIONS]
    for each in unknown:
        path = ("spec", "goTemplateOptions", list(options).index(each))
        message = f"{each!r} is no option of Go's templates, so Argo CD makes nothing at all"
        yield Problem(path, message, resource, 'Write goTemplateOptions: ["missingkey=error"].')
    if not unknown and "missingkey=error" not in options:
        message = "a parameter that is missing becomes '<no value>'"
        remedy = 'Write goTemplateOptions: ["missingkey=error"].'
        yield Problem(("spec", "goTemplateOptions"), message, resource, remedy)


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
