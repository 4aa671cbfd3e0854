"""Every source of an Application names one thing that exists.

Argo CD finds out when it renders. The Application then shows a ComparisonError or InvalidSpecError
and stays as it was: what runs is what ran before, and self-healing stops. A folder that somebody
renamed is enough.

Looks at each source of Applications and of those that ApplicationSets make. It needs `repoURL` and
exactly one of `path` and `chart` (or `ref` beside other sources), `spec.source` and `spec.sources`
exclude each other, and only one of `kustomize`, `helm`, `directory` and `plugin` may be filled. A
chart needs `targetRevision`. A path is relative and stays in the repository. In this repository the
folder has to exist with a kustomization, a chart or YAML files in it, with a kustomization where
the source has `kustomize`. An address is this repository's if it is a remote of the clone, or if
another Application names a folder that exists here under it (if some such address has the name of a
remote, only those). Sources elsewhere are not judged. A symbolic link that is absolute or leads out
of the repository, wherever it is, has Argo CD refuse all of it.

`targetRevision` has to be a branch or tag of this clone's remote, a commit, or a constraint such as
`1.2.*` that some tag fits, and the folder has to be there in that revision. Git is asked for what
the clone knows; nothing is fetched. Not judged: a checkout without Git, a shallow clone, a clone
that fetches only some branches. A branch that what is checked out builds on may get the folder with
it; of one that has gone another way it is only information. A folder that Git ignores is in
neither.

Read in `util/argo/argo.go`, `util/app/path/path.go`, `util/git/client.go` and `util/versions` of
Argo CD 3.2.11 and 3.5.1:
https://argo-cd.readthedocs.io/en/stable/user-guide/application_sources/
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.argocd.applications import INLINE, Application, Source
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.targets import Kind

if TYPE_CHECKING:
    from tools.argocd.revisions import Clone, Resolved

_REMEDIES = {
    "repoURL": "Write repoURL: with the address of the repository.",
    "targetRevision": "Write targetRevision: with the version of the chart.",
    **dict.fromkeys(INLINE, "Keep the one that says how the source is rendered."),
}


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy="Name one folder of the repository that holds a kustomization or manifests.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        here = application.resource
        if application.spec.get("source") and application.spec.get("sources"):
            message = "`source` is ignored, because `sources` stands beside it"
            either = "Delete `source`, or `sources`."
            yield Problem(application.at("spec", "source"), message, here, either)
        if not application.sources:
            message = f"{application.what} has no source"
            yield Problem(application.at("spec", "source"), message, here)
        for source in application.sources:
            path, message = _fault(source)
            if message:
                remedy = _REMEDIES.get(path[0])
                yield Problem(application.at(*source.path, *path), message, here, remedy)
            elif source.folder is not None:
                yield from _folder(fleet, application, source)
    yield from _revisions(fleet)


def _fault(source: Source) -> tuple[tuple[str, ...], str]:
    """The field of a source that Argo CD refuses, and why; "" if it refuses none."""
    path, chart = source.text("path"), source.text("chart")
    filled = [field for field, value in source.data.items() if field in INLINE and value]
    is_only_values = "sources" in source.path and source.text("ref")
    faults = (
        ("repoURL", not source.repository, "the source has no repoURL"),
        (
            "path",
            path and chart,
            "the source names both a path and a chart",
        ),
        ("targetRevision", chart and not source.text("targetRevision"), "a chart needs a version"),
        ("path", not (path or chart or is_only_values), "the source names no path and no chart"),
        ("path", path.startswith("/"), f"path {path!r} is absolute, which Argo CD refuses"),
        ("path", (source.folder or "").startswith(".."), f"path {path!r} leads out of Git"),
        (filled[-1] if filled else "", len(filled) > 1, f"the source is {' and '.join(filled)}"),
    )
    return next((((field,), why) for field, wrong, why in faults if wrong), ((), ""))


def _folder(fleet: Fleet, application: Application, source: Source) -> Iterator[Problem | Unjudged]:
    from tools.argocd.sources import local_target

    repository = fleet.target.repository
    path, here = application.at(*source.path, "path"), application.resource
    folder = source.folder or "."
    if not fleet.is_here(source):
        other = "another repository" if fleet.addresses else "not known to be this repository"
        yield Unjudged(f"{source.repository} is {other}", here, path)
        return
    found = local_target(repository, source)
    if found is not None:
        if "kustomize" in source.data and found.kind is not Kind.KUSTOMIZATION:
            message = f"{folder!r} holds no kustomization, which a source with `kustomize` needs"
            yield Problem(path, message, here)
        return
    if not repository.is_folder(folder):
        if not _is_elsewhere(fleet, source):
            yield Problem(path, f"this repository has no folder {folder!r}", here)
    else:
        yield Problem(path, f"{folder!r} holds no kustomization, no chart and no manifests", here)


def _revisions(fleet: Fleet) -> Iterator[Problem | Unjudged]:
    """What Git has against the revisions of sources that are in this repository."""
    pairs = [
        (application, source)
        for application in fleet.applications
        for source in application.sources
        if not source.text("chart") and source.repository and fleet.is_here(source)
    ]
    if not pairs:
        return
    from tools.argocd.links import outside_links
    from tools.argocd.revisions import Unresolved, clone_of

    repository = fleet.target.repository
    for link in outside_links(repository)[:1]:
        (application, source), *_ = pairs
        message = (
            f"Argo CD refuses the whole repository for the link {link!r}, which leads out of it"
        )
        path, here = application.at(*source.path, "repoURL"), application.resource
        yield Problem(path, message, here, f"Delete {link}, or link to a file of the repository.")
    clone = clone_of(repository)
    if isinstance(clone, Unresolved):
        yield Unjudged(f"revisions are not looked up: {clone.reason}")
        return
    for application, source in pairs:
        found = clone.resolve(source.text("targetRevision"), source.repository)
        if isinstance(found, Unresolved):
            path, here = application.at(*source.path, "targetRevision"), application.resource
            remedy = "Push the branch, tag or commit, or name one that is there."
            known = Problem(path, found.reason, here, remedy)
            yield known if found.certain else Unjudged(found.reason, here, path)
        elif source.folder is not None and repository.is_folder(source.folder):
            yield from _absent(clone, found, application, source)


def _absent(
    clone: "Clone", found: "Resolved", application: Application, source: Source
) -> Iterator[Problem]:
    """The folder of a source that is checked out, and that its revision does not have."""
    if clone.has_folder(found.commit, source.folder or ""):
        return
    if found.is_branch and clone.holds(found.commit):
        if clone.ignores(source.folder or ""):
            message = f"Git ignores everything in {source.folder!r}, so it is in no revision"
            remedy = "Take the folder out of .gitignore, or name one that Git tracks."
            path = application.at(*source.path, "path")
            yield Problem(path, message, application.resource, remedy)
        return  # the branch gets it as soon as what is checked out is merged
    message = (
        f"revision {source.text('targetRevision') or 'HEAD'!r} has no folder {source.folder!r}"
    )
    lower = Severity.INFO if found.is_branch and not clone.precedes(found.commit) else None
    path = application.at(*source.path, "path")
    yield Problem(path, message, application.resource, severity=lower)


def _is_elsewhere(fleet: Fleet, source: Source) -> bool:
    """Whether the folder of a source is in its revision, which is not what is checked out."""
    from tools.argocd.revisions import Unresolved, clone_of

    clone = clone_of(fleet.target.repository)
    if isinstance(clone, Unresolved):
        return False
    found = clone.resolve(source.text("targetRevision"), source.repository)
    return not isinstance(found, Unresolved) and clone.has_folder(found.commit, source.folder or "")
