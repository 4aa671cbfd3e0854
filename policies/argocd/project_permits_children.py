"""A project permits what controllers make of its objects, so that Argo CD shows it.

Argo CD shows below a Deployment its ReplicaSets and Pods, with their events and logs, as far as the
project permits these kinds. Of one that lists kinds and leaves them out, they are missing from the
tree without a word: whoever looks for the reason why an Application is Degraded finds nothing
there, and cannot read a log.

Looks at projects with a `namespaceResourceWhitelist` or `namespaceResourceBlacklist`, and at the
workloads that their Applications render: Pods of each, ReplicaSets of Deployments and Rollouts,
Jobs of CronJobs. Nothing that is applied hangs on them. The finding is at the list.

Read in `controller/appcontroller.go` and `pkg/apis/application/v1alpha1/app_project_types.go` of
Argo CD 3.2.11, the same in 3.5.1: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.kubernetes.resource import Resource
from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

if TYPE_CHECKING:
    from tools.argocd.projects import Project

_POD, _REPLICA_SET, _JOB = ("", "Pod"), ("apps", "ReplicaSet"), ("batch", "Job")
_CHILDREN = {
    "Deployment": (_REPLICA_SET, _POD),
    "Rollout": (_REPLICA_SET, _POD),
    "ReplicaSet": (_POD,),
    "StatefulSet": (_POD,),
    "DaemonSet": (_POD,),
    "Job": (_POD,),
    "CronJob": (_JOB, _POD),
}
_VERSIONS = {"": "v1", "apps": "apps/v1", "batch": "batch/v1"}


@rule(
    judges=Judges.TARGET,
    severity=Severity.INFO,
    kinds=("AppProject",),
    remedy="List the kinds in namespaceResourceWhitelist.",
    looks_around=True,
)
def check(target: Target, options: None) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for project in fleet.projects:
        users = [m.application for m in fleet.members if m.application.project == project.name]
        rendered = [
            resource
            for application in users
            for part in fleet.parts(application)
            if part.target
            for resource in part.target.resources
        ]
        yield from _hidden(project, rendered)


def _hidden(project: "Project", rendered: list[Resource]) -> Iterator[Problem]:
    made = {child: each for each in rendered for child in _CHILDREN.get(each.kind, ())}
    hidden = {
        child: denial for child in made if (denial := project.denies_object(_one(child), True))
    }
    if not hidden:
        return
    kinds = sorted(kind for _, kind in hidden)
    parent = made[next(iter(hidden))]
    entries = ", ".join(f"{{group: {group!r}, kind: {kind}}}" for group, kind in sorted(hidden))
    yield Problem(
        next(iter(hidden.values())).path,
        f"Argo CD hides {' and '.join(kinds)} below {parent.kind} {parent.name!r}: project "
        f"{project.name!r} does not permit {'them' if len(kinds) > 1 else 'it'}",
        project.resource,
        f"Add {entries}.",
    )


def _one(child: tuple[str, str]) -> Resource:
    group, kind = child
    return Resource({"apiVersion": _VERSIONS[group], "kind": kind, "metadata": {"name": "any"}})
