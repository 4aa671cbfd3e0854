"""Each workload runs as a ServiceAccount of its own.

Rights are bound to ServiceAccounts. What is granted to one workload is granted to all that share
its account, what is granted to `default` goes to every pod of the namespace that names none, and
an audit log that says `default` says nothing. An account of its own costs five lines of YAML.

Looks at `serviceAccountName` (or its old name `serviceAccount`) of every pod, also those of Jobs
and CronJobs, whether or not the token is mounted; unset means `default`. Of several workloads of
one namespace with the same account, the one that is called like the account may keep it, else the
first; each of the others is a finding. Workloads outside the target cannot be seen.

https://kubernetes.io/docs/concepts/security/service-accounts/
"""

from collections.abc import Iterator, Sequence

from tools.kubernetes.pod import Pod
from tools.kubernetes.service_accounts import DEFAULT, account_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    remedy="Create a ServiceAccount with the name of the workload, and set `serviceAccountName` "
    "to it.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    users: dict[tuple[str, str], list[Pod]] = {}
    for pod in target.pods:
        name, path = account_of(pod)
        if name == DEFAULT:
            sentence = "the pod runs as ServiceAccount 'default'"
            yield Problem(path, sentence, pod.workload, _remedy(pod))
        else:
            users.setdefault((pod.namespace, name), []).append(pod)
    for (_, name), pods in users.items():
        yield from _shared(name, pods, target)


def _shared(name: str, pods: Sequence[Pod], target: Target) -> Iterator[Problem]:
    first = target.pod(target.as_added([pod.workload for pod in pods])[0]) or pods[0]
    owner = next((pod for pod in pods if pod.workload.name == name), first)
    used_here = (owner.workload, account_of(owner).path, f"{name} is used here too")
    for pod in pods:
        if pod is not owner:
            sentence = f"the pod shares ServiceAccount {name!r} with {owner.workload.ref.slug}"
            path = account_of(pod).path
            yield Problem(path, sentence, pod.workload, _remedy(pod), related=(used_here,))


def _remedy(pod: Pod) -> str | None:
    name = pod.workload.name
    remedy = f"Create ServiceAccount {name!r}, and set `serviceAccountName: {name}` on the pod."
    return remedy if name else None
