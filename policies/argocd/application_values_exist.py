"""The values files that an Application names exist, and so do the sources they are taken from.

Argo CD looks for them when it renders the chart, long after the merge; the Application then shows a
ComparisonError and keeps what it had. With `ignoreMissingValueFiles` it shows nothing, and the
chart is installed with its defaults.

Looks at `helm.valueFiles` of each source. A path is relative to the chart's folder, or with a
leading `/` to the root of the repository; `$name/…` is in the source whose `ref` is `name`, which
has to be one of the same Application. Files of this repository have to exist, and where the clone
knows the `targetRevision` of that source, they have to exist there; in a branch that has not what
is checked out, that is information. Not looked at are addresses, values from other repositories,
what has a variable in it, and optional files. Argo CD 3.2 takes the stars of a pattern literally,
so that it is found where `policies.yaml` declares 3.2; since 3.5 at the latest it is expanded.

Read in `reposerver/repository/repository.go` of Argo CD 3.2.11 and 3.5.1:
https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/#helm-value-files-from-external-git-repository
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.argocd.applications import Application, Source
from tools.argocd.glob import glob_match
from tools.argocd.values import local_values
from tools.kubernetes.resource import as_list, as_map
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.targets import yaml_files

if TYPE_CHECKING:
    from tools.argocd.revisions import Clone, Resolved

_EXPANDS = (3, 3)
"""Before it stars stand for themselves; in 3.5.1 they do not."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy="Correct the path; `$name/` leads to the root of the source with `ref: name`.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        for source in application.sources:
            files = as_list(as_map(source.data.get("helm")).get("valueFiles"))
            for index, file in enumerate(files):
                path = application.at(*source.path, "helm", "valueFiles", index)
                for message, severity in _faults(fleet, application, source, file):
                    yield Problem(path, message, application.resource, severity=severity)


Fault = tuple[str, Severity | None]


def _faults(
    fleet: Fleet, application: Application, source: Source, file: object
) -> Iterator[Fault]:
    """Why a values file is not found; nothing if it is or nobody can say."""
    found = local_values(application, source, file)
    if found is None:
        return
    if found.home is None:
        yield f"{file!r} needs a source with `ref: {found.name}`, which there is not", None
        return
    optional = as_map(source.data.get("helm")).get("ignoreMissingValueFiles") is True
    if not optional and fleet.is_here(found.home):
        yield from _absent(fleet, found.home, found.name)


def _absent(fleet: Fleet, home: Source, name: str) -> Iterator[Fault]:
    """A file that is not there, or not in the revision from which Argo CD takes it."""
    if "*" in name and fleet.version < _EXPANDS:
        release = ".".join(map(str, fleet.version))
        yield f"Argo CD {release} expands no pattern, and no file is called {name!r}", None
        return
    is_here = _exists(fleet, name)
    clone, found = _revision(fleet, home, name)
    if clone is None or found is None:
        if not is_here:
            yield f"this repository has no file {name!r}", None
    elif not clone.has_file(found.commit, name):
        lower = Severity.INFO if is_here and found.is_branch else None
        yield f"revision {home.text('targetRevision') or 'HEAD'!r} has no file {name!r}", lower


def _exists(fleet: Fleet, name: str) -> bool:
    repository = fleet.target.repository
    if "*" in name:
        return any(glob_match(name, file, "/") for file in yaml_files(repository, ""))
    return repository.is_file(name) and not _leads_out(name)


def _leads_out(name: str) -> bool:
    return name.startswith("../")


def _revision(
    fleet: Fleet, home: Source, name: str
) -> "tuple[Clone, Resolved] | tuple[None, None]":
    """The revision in which a file has to be, None for what is checked out.

    A branch gets what is checked out once it is merged; of a revision that is not there
    application-source-resolves speaks.
    """
    from tools.argocd.revisions import Unresolved, clone_of

    clone = clone_of(fleet.target.repository)
    if isinstance(clone, Unresolved) or _leads_out(name) or "*" in name:
        return None, None
    found = clone.resolve(home.text("targetRevision"), home.repository)
    if isinstance(found, Unresolved) or clone.is_current(found):
        return None, None
    return clone, found
