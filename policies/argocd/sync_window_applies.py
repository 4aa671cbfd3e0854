"""A sync window is about some Application of its project.

A window that is to keep a Friday evening quiet does nothing if it matches no Application: no part
of Argo CD says so, and the sync of Friday evening runs. A cluster is compared as the Application
writes it: `in-cluster` is not `https://kubernetes.default.svc` here.

Matches `syncWindows` of projects with their Applications, and with those that ApplicationSets make:
globs for the names of Applications, for the name or the address of the destination's cluster, and
for its namespace; any of the three is enough, all of them with `andOperator`. Silent about a
project that no Application of the run is in, and while an ApplicationSet cannot be followed here.

Read in `SyncWindows.Matches` of `pkg/apis/application/v1alpha1/types.go`, Argo CD 3.2.11, the same
in 3.5.1: https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.argocd.applications import Application
from tools.kubernetes.resource import as_list
from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("AppProject",),
    remedy="Write the names, namespaces or clusters as the Applications of the project have them.",
    looks_around=True,
)
def check(target: Target, options: None) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for project in fleet.projects:
        windows = list(project.resource.maps("spec", "syncWindows"))
        if not windows or any(each.unmade for each in (fleet, *fleet.others)):
            continue
        users = [m.application for m in fleet.members if m.application.project == project.name]
        for path, window in windows:
            if users and not any(_matches(window, each) for each in users):
                what = f"{window.get('kind')} window at {window.get('schedule')!r}"
                message = f"the {what} is about no Application of project {project.name!r}"
                yield Problem(path, message, project.resource)


def _matches(window: Mapping[str, Any], application: Application) -> bool:
    destination = application.destination
    values = {
        "applications": (application.name,),
        "clusters": (destination.get("name"), destination.get("server")),
        "namespaces": (application.destination_namespace,),
    }
    answers = [
        any(_fits(pattern, value) for pattern in as_list(window.get(field)) for value in texts)
        for field, texts in values.items()
        if as_list(window.get(field))
    ]
    return bool(answers) and (all(answers) if window.get("andOperator") is True else any(answers))


def _fits(pattern: object, value: object) -> bool:
    from tools.argocd.glob import glob_match

    if not isinstance(pattern, str) or not isinstance(value, str):
        return False
    return pattern == "*" or glob_match(pattern, value)
