"""Applications of production name the revision they deploy, and none floats over a range.

`HEAD`, which is also what an empty `targetRevision` means, follows the default branch of the
server: whoever changes that setting changes production without a commit. A range such as `1.*`,
`^2.3`, `!=1.4.0` or `=1.2` takes whatever version fits at the moment of the sync, so the same
commit of this repository deploys something else tomorrow.

Looks at each source of Applications, and of those that ApplicationSets make. Of production is an
Application whose folder is in one of the `environments` of `policies.yaml`, or, where those are not
declared, whose folder has such a name in its path. There `HEAD` and an empty revision are errors,
and so are branches with `branches: false`: a tag or a commit then. A range is a warning everywhere.

Where the clone has the revision and files that the Application deploys are different there, that is
information: the gate judges what is checked out, and something else is deployed. Nothing is said of
a branch that what is checked out builds on.

What is a range is read as `IsConstraint` of `util/versions/tags.go` does in Argo CD 3.2 to 3.5, so
that a branch `release-1.x` is none:
https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/
"""

import re
from collections.abc import Iterator

from tools.argocd.applications import Application, Source
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.targets import yaml_files

_WILD = r"[*^~]"
"""What no branch and no tag can have in its name."""
_EXACT = r"\s*=?\s*v?[0-9]+\.[0-9]+\.[0-9]+(?:[-+][\w.+-]+)?\s*"
_PINNED = r"[0-9a-f]{40}|(?:refs/tags/)?v?[0-9]+(\.[0-9]+)*([-+.][\w.+-]*)?|refs/tags/.+"

_REMEDY = "Run the gate on a checkout of that revision, or move the Application to this one."


class Options(RuleOptions):
    """Where, and how strictly."""

    environments: tuple[str, ...] = ("prod", "production")
    """Environments, or names of folders, whose Applications are pinned."""
    branches: bool = True
    """Whether a branch is pinned enough."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy="Write a branch, a tag or a commit; for a chart its exact version.",
    options=Options,
    looks_around=True,
)
def check(target: Target, options: Options) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        strict = _is_strict(fleet, application, options)
        for source in application.sources:
            path = application.at(*source.path, "targetRevision")
            why = _range(source) or (_loose(source, options) if strict else None)
            if why:
                lower = None if strict else Severity.WARNING
                yield Problem(path, why, application.resource, severity=lower)
        yield from _judged_elsewhere(fleet, application)


def _is_strict(fleet: Fleet, application: Application, options: Options) -> bool:
    environments = fleet.environments(application)
    if environments:
        return any(environment in options.environments for environment in environments)
    parts = [part for s in application.sources for part in (s.folder or "").split("/")]
    return any(name in parts for name in options.environments)


def _range(source: Source) -> str | None:
    revision = source.text("targetRevision")
    if not revision or not (re.search(_WILD, revision) or _is_constraint(revision)):
        return None
    return f"revision {revision!r} is a range, so what is deployed changes by itself"


def _is_constraint(revision: str) -> bool:
    """`IsConstraint` of `util/versions/tags.go`, but for one that a single version fits."""
    from tools.argocd.constraint import constraint
    from tools.argocd.semver import BadVersion, semver

    if re.fullmatch(_EXACT, revision):
        return False
    try:
        return semver(revision) is None and constraint(revision) is not None
    except BadVersion:
        return constraint(revision) is not None


def _loose(source: Source, options: Options) -> str | None:
    revision = source.text("targetRevision")
    if revision in ("", "HEAD"):
        what = "HEAD" if revision else "no revision, which means HEAD"
        return f"production follows {what}, whatever branch that is"
    if not options.branches and not re.fullmatch(_PINNED, revision):
        return f"production follows the branch {revision!r}"
    return None


def _judged_elsewhere(fleet: Fleet, application: Application) -> Iterator[Problem]:
    """The sources of this repository whose files are different in their revision."""
    for part in fleet.parts(application):
        if part.target is None:
            continue
        from tools.argocd.revisions import Unresolved, clone_of

        clone = clone_of(fleet.target.repository)
        revision = part.source.text("targetRevision")
        if isinstance(clone, Unresolved):
            return
        found = clone.resolve(revision, part.source.repository)
        if isinstance(found, Unresolved) or clone.is_current(found):
            continue
        if not clone.has_folder(found.commit, part.source.folder or ""):
            continue  # application-source-resolves says that
        # A chart is not rendered here, so all its files count.
        read = part.target.files or yaml_files(fleet.target.repository, part.source.folder or "")
        files = clone.changed(found.commit, read)
        if files:
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            message = (
                f"revision {revision or 'HEAD'!r} is not what is checked out and judged: "
                f"{files[0]}{more} differ{'' if more else 's'}"
            )
            path = application.at(*part.source.path, "targetRevision")
            yield Problem(path, message, application.resource, _REMEDY, severity=Severity.INFO)
