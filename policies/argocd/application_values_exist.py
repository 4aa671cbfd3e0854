"""The values files that an Application names exist, and so do the sources they are taken from.

Argo CD looks for them when it renders the chart, long after the merge; the Application then shows a
ComparisonError and keeps what it had. With `ignoreMissingValueFiles` it shows nothing, and the
chart is installed with its defaults.

Looks at `helm.valueFiles` of each source. A path is relative to the chart's folder, or with a
leading `/` to the root of the repository; `$name/…` is in the source whose `ref` is `name`, which
has to be one of the same Application. Files of this repository have to exist. Not looked at are
addresses, values from other repositories, what has a variable in it, and optional files.

Argo CD 3.2 to 3.5:
https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/#helm-value-files-from-external-git-repository
"""

from collections.abc import Iterator

from tools.argocd.applications import Application, Source
from tools.argocd.glob import glob_match
from tools.kubernetes.resource import as_list, as_map
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.repository import join
from tools.source.targets import yaml_files


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
            helm = as_map(source.data.get("helm"))
            for index, file in enumerate(as_list(helm.get("valueFiles"))):
                optional = helm.get("ignoreMissingValueFiles") is True
                why = _fault(fleet, application, source, file, optional)
                if why:
                    path = application.at(*source.path, "helm", "valueFiles", index)
                    yield Problem(path, why, application.resource)


def _fault(
    fleet: Fleet, application: Application, source: Source, file: object, optional: bool
) -> str | None:
    """Why a values file is not found, None if it is or nobody can say."""
    if not isinstance(file, str) or "://" in file or "{{" in file:
        return None
    home, name = source, join(source.folder or "", file) if file[:1] != "/" else file[1:]
    if file.startswith("$") and not file.startswith("$ARGOCD_"):
        reference, _, rest = file[1:].partition("/")
        named = [other for other in application.sources if other.text("ref") == reference]
        if not named:
            return f"{file!r} needs a source with `ref: {reference}`, which there is not"
        home, name = named[0], join("", rest)
    if optional or "$" in name or not fleet.is_here(home) or (home is source and not _has(home)):
        return None
    return None if _exists(fleet, name) else f"this repository has no file {name!r}"


def _has(source: Source) -> bool:
    """Whether a source is a folder, in which files can be."""
    return source.folder is not None


def _exists(fleet: Fleet, name: str) -> bool:
    repository = fleet.target.repository
    if "*" in name:
        return any(glob_match(name, file, "/") for file in yaml_files(repository, ""))
    return repository.is_file(name)
