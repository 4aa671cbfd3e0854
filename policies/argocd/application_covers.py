"""Every overlay and every folder of manifests is deployed by some Application.

A folder that no Application names looks like a part of the system: it is reviewed, validated and
merged, and nothing of it ever runs. It is what is left when an Application is renamed, and what a
new environment starts as.

Looks at the targets of the run, in repositories that hold Applications or ApplicationSets. A folder
of plain manifests below that of an Application counts only if `directory.recurse` is set. Of a
folder that is deployed, the manifests are found that `directory.include` leaves out (`exclude` says
that it is meant), and so is a file with values that no Application names, beside others that
Applications name in `helm.valueFiles`. Folders that hold Applications themselves are applied by
hand once, and components are there for others. `allowed` are globs of folders that something else
deploys. A run that names one target says nothing about the others.

Argo CD 3.2 to 3.5: https://argo-cd.readthedocs.io/en/stable/user-guide/directory/
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.argocd.applications import Source
from tools.argocd.glob import glob_match
from tools.kubernetes.resource import as_map
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.source.place import Place
from tools.source.targets import Kind, NamedTarget, excluded


class Options(RuleOptions):
    """What may be left out."""

    allowed: tuple[str, ...] = ("examples", "docs", "tests", "test", "bootstrap")
    """Globs of folders that no Application has to name."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("Application", "ApplicationSet"),
    remedy="Add an Application for the folder, or list it in the option `allowed`.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[SourceProblem]:
    fleet = fleet_of(target)
    around = target.neighbours
    if around is None or not fleet.applications or any(o.applications for o in _before(fleet)):
        return
    for problem in (*_folders(target, fleet, around.named), *_unused_values(target, fleet)):
        if not excluded(problem.place.file, options.allowed):
            yield problem


def _folders(target: Target, fleet: Fleet, named: Sequence[NamedTarget]) -> Iterator[SourceProblem]:
    own = {fleet.target.path for fleet in (fleet, *fleet.others)}
    for each in named:
        if each.kind is Kind.COMPONENT or each.path in own or each.path == "-":
            continue
        if not _is_covered(each, target, fleet):
            yield SourceProblem(_place(each, target), f"no Application deploys {each.path}")
        elif each.kind is Kind.PLAIN:
            yield from _not_included(each, fleet)


def _before(fleet: Fleet) -> list[Fleet]:
    """The targets that say it in place of this one."""
    return [other for other in fleet.others if other.target.path < fleet.target.path]


def _is_covered(named: NamedTarget, target: Target, fleet: Fleet) -> bool:
    from tools.argocd.deployments import is_deployed

    if not is_deployed(target.repository, named.path):
        return any(_names(each, named) for each in (fleet, *fleet.others))
    if named.kind is not Kind.PLAIN:
        return True
    unmade = any(each.unmade for each in (fleet, *fleet.others))
    return unmade or any(_names(each, named) for each in (fleet, *fleet.others))


def _not_included(named: NamedTarget, fleet: Fleet) -> Iterator[SourceProblem]:
    """The manifests that `directory.include` of every Application of their folder leaves out."""
    settings = [
        (source.folder or "", as_map(source.data.get("directory")))
        for each in (fleet, *fleet.others)
        for application in each.applications
        for source in application.sources
        if source.folder is not None and _takes(source, named)
    ]
    if not settings or any(each.unmade for each in (fleet, *fleet.others)):
        return
    for file in named.files:
        if not any(_includes(folder, directory, file) for folder, directory in settings):
            message = f"no Application deploys {file}: `directory.include` leaves it out"
            remedy = "Add it to `directory.include`, or move it to where it is used."
            yield SourceProblem(Place(file, 1, 1), message, remedy)


def _includes(folder: str, directory: Mapping[str, Any], file: str) -> bool:
    """Whether a file is not left out by `include`; by `exclude` somebody has said so."""
    include = directory.get("include")
    name = file.removeprefix(f"{folder}/") if folder else file
    return not (isinstance(include, str) and include) or glob_match(include, name)


def _unused_values(target: Target, fleet: Fleet) -> Iterator[SourceProblem]:
    """The files with values beside those that Applications take from here, which none takes."""
    fleets = (fleet, *fleet.others)
    if any(each.unmade for each in fleets):
        return
    from tools.argocd.values import unused_values

    taken = [(a, source) for each in fleets for a in each.applications for source in a.sources]
    for file in unused_values(target.repository, taken, fleet.is_here):
        message = "no Application takes its values from this file, as they do from those beside it"
        remedy = "Name it in `helm.valueFiles`, or delete it."
        yield SourceProblem(Place(file, 1, 1), message, remedy)


def _names(fleet: Fleet, named: NamedTarget) -> bool:
    """Whether some Application takes the folder, or the files of it."""
    for application in fleet.applications:
        for source in application.sources:
            if _takes(source, named):
                return True
    return False


def _takes(source: Source, named: NamedTarget) -> bool:
    folder = source.folder
    if folder is None:
        return False
    recurses = as_map(source.data.get("directory")).get("recurse") is True
    inside = not folder or named.path.startswith(f"{folder}/")
    return (folder or ".") == named.path or (recurses and inside)


def _place(named: NamedTarget, target: Target) -> Place:
    if named.files:
        return Place(named.files[0], 1, 1)
    folder = "" if named.path == "." else named.path
    file = target.repository.kustomization_in(folder)
    return Place(file or f"{folder}/Chart.yaml", 1, 1)
