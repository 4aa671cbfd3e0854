"""The paths that are to make Argo CD render again cover every file that it renders.

With the annotation `argocd.argoproj.io/manifest-generate-paths` Argo CD looks which files a commit
changes before it renders an Application. If none of them is below one of the paths, it keeps what
it rendered before, and calls that the state of the new commit. An overlay whose base is left out is
deployed once, and no change of the base ever reaches it: the Application stays Synced.

Compares the annotation of Applications, and of those that ApplicationSets make, with the files that
the kustomization or folder is rendered from. A path is a file, a folder or a pattern, with
semicolons between them; with a leading `/` it begins at the root of the repository, else at the
path of the source. Charts, sources in other repositories and files that Kustomize is not seen to
read are not looked at.

Read in `util/app/path/path.go` and `controller/state.go` of Argo CD 3.2.11, the same in 3.5.1:
https://argo-cd.readthedocs.io/en/stable/operator-manual/high_availability/#manifest-paths-annotation
"""

import posixpath
from collections.abc import Iterator, Sequence

from tools.argocd.applications import Application, Source
from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath
from tools.source.targets import Kind

ANNOTATION = "argocd.argoproj.io/manifest-generate-paths"
_PATH: FieldPath = ("metadata", "annotations", ANNOTATION)


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy="Add the folder of the file to the annotation, or take the annotation out.",
    looks_around=True,
)
def check(target: Target, options: None) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        text = application.annotations.get(ANNOTATION)
        if not isinstance(text, str) or not text.strip(";"):
            continue
        for part in fleet.parts(application):
            named = fleet.named(part.source)
            if part.target is None or named is None or named.kind is Kind.CHART:
                continue
            paths = _paths(text, part.source)
            missed = [file for file in part.target.files if not _covered(file, paths)]
            if missed:
                yield _problem(application, missed)


def _problem(application: Application, missed: Sequence[str]) -> Problem:
    more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
    folders = sorted({f"/{posixpath.dirname(file)}" for file in missed})
    return Problem(
        application.at(*_PATH),
        f"no path covers {missed[0]}{more}, so {application.what} is not rendered again when "
        f"{'they change' if more else 'it changes'}",
        application.resource,
        f"Add {';'.join(folders)} to the annotation, or take the annotation out.",
    )


def _paths(text: str, source: Source) -> list[str]:
    """The paths, from the root of the repository."""
    relative = (item for item in text.split(";") if item)
    return [
        posixpath.normpath(
            item if item[0] == "/" else posixpath.join("/", source.text("path"), item)
        )
        for item in relative
    ]


def _covered(file: str, paths: Sequence[str]) -> bool:
    from tools.argocd.glob import path_match

    name = f"/{file}"
    return any(
        name == path or name.startswith(f"{path.rstrip('/')}/") or path_match(path, name)
        for path in paths
    )
