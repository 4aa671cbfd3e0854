"""Every source of an Application names one thing that exists.

Argo CD finds out when it renders. The Application then shows a ComparisonError or InvalidSpecError
and stays as it was: what runs is what ran before, and self-healing stops. A folder that somebody
renamed is enough.

Looks at each source of Applications and of those that ApplicationSets make. It needs `repoURL`
and exactly one of `path` and `chart` (or `ref` beside other sources), `spec.source` and
`spec.sources` exclude each other, and only one of `kustomize`, `helm`, `directory` and `plugin` may
be filled. A chart needs `targetRevision`. A path is relative and stays in the repository. In this
repository the folder has to exist with a kustomization, a chart or YAML files in it, with a
kustomization where the source has `kustomize`. An address is
this repository's if it is a remote of the clone, or if another Application names a folder that
exists here under it. Sources elsewhere are not judged.

Read in `util/argo/argo.go` of Argo CD 3.2.11 and 3.5.1:
https://argo-cd.readthedocs.io/en/stable/user-guide/application_sources/
"""

from collections.abc import Iterator

from tools.argocd.applications import INLINE, Application, Source
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.targets import Kind


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Name one folder of the repository that holds a kustomization or manifests.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        here = application.resource
        if application.spec.get("source") and application.spec.get("sources"):
            message = "`source` is ignored, because `sources` stands beside it"
            yield Problem(application.at("spec", "source"), message, here)
        if not application.sources:
            message = f"{application.what} has no source"
            yield Problem(application.at("spec", "source"), message, here)
        for source in application.sources:
            path, message = _fault(source)
            if message:
                yield Problem(application.at(*source.path, *path), message, here)
            elif source.folder is not None:
                yield from _folder(fleet, application, source)


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
    found = local_target(repository, source)
    if found is not None:
        if "kustomize" in source.data and found.kind is not Kind.KUSTOMIZATION:
            message = f"{folder!r} holds no kustomization, which a source with `kustomize` needs"
            yield Problem(path, message, here)
        return
    if not fleet.is_here(source):
        yield Unjudged(f"{source.repository} is another repository", here, path)
    elif not repository.is_folder(folder):
        yield Problem(path, f"this repository has no folder {folder!r}", here)
    else:
        yield Problem(path, f"{folder!r} holds no kustomization, no chart and no manifests", here)
