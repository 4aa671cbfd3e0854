"""A project says nothing that Argo CD's API server would refuse.

`argocd proj create` and the web page check a project before they store it. In Git nobody does: the
controller reads what is there, and an entry twice, a policy for another project or a sync window
with a bad schedule is skipped, or makes every Application of the project fail.

Looks at AppProjects: `!*` as an entry; entries of `destinations`, `sourceRepos`, `sourceNamespaces`
and `roles` that stand twice; names, policies and groups of roles; kind, schedule, duration and
subject of `syncWindows`; `destinationServiceAccounts`. Patterns that Go cannot parse, also those of
`orphanedResources`, are found as well, since they match nothing without a word: `shop-[a-c0]` is
none, for a class of a glob is either a range or a list.

Read in `ValidateProject` of `pkg/apis/application/v1alpha1`, Argo CD 3.2.11 and
3.5.1: https://argo-cd.readthedocs.io/en/stable/operator-manual/project-specification/
"""

from collections.abc import Iterator

from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("AppProject",),
    remedy="Correct the entry, or delete it.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    from tools.argocd.project_faults import project_faults

    for project in fleet_of(target).projects:
        for path, message in project_faults(project.resource):
            yield Problem(path, message, project.resource)
