"""A pod gets the token of its ServiceAccount only if it calls the Kubernetes API.

Unless told otherwise, Kubernetes puts a credential for the API server into every container. A
web service has no use for it; an intruder has: it opens discovery, everything that was ever
bound to the account, and whatever is granted to all authenticated callers.

`automountServiceAccountToken: false` on the pod decides; if the pod leaves it unset, the field of
its ServiceAccount in the same target does; unset there too, the token is mounted. A pod that
leaves the answer to a ServiceAccount outside the target is not judged, except for `default`,
which Kubernetes creates without the field. Kyverno has policies that ask for the field on every
pod, and on every ServiceAccount: one of the two is enough.

Two things show that a workload does call the API: it is declared under `facts.apiClients` of
`policies.yaml`, or a RoleBinding or ClusterRoleBinding of the same target names its
ServiceAccount, which nobody writes for a pod that never calls (operators, ingress controllers).
Projected volumes with a token for another audience are chosen on purpose and not judged.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.service_accounts import DEFAULT, Grants, account_of
from tools.rules.rule import Cause, Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

FIELD = "automountServiceAccountToken"


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Set `automountServiceAccountToken: false` on the pod, or declare the workload under "
    "`facts.apiClients` of policies.yaml if it calls the API.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    grants = Grants(target.resources)
    for pod in target.pods:
        workload = pod.workload
        declared = target.facts.declares(target.facts.api_clients, workload.kind, workload.name)
        if not declared and not grants.include(pod.namespace, account_of(pod).name):
            yield from _judge(pod, target)


def _judge(pod: Pod, target: Target) -> Iterator[Problem | Unjudged]:
    workload, value = pod.workload, pod.get(FIELD)
    name, stated = account_of(pod)
    account = None
    if value is None:
        account = target.resources.find("ServiceAccount", name, pod.namespace, group="")
        if account is None and name != DEFAULT:
            reason = f"ServiceAccount {name!r} decides about the token, and is not in this target"
            yield Unjudged(reason, workload, stated)
            return
        value = account.get(FIELD) if account else None
    if value is not False:
        sentence = f"the token of ServiceAccount {name!r} is mounted, but nothing says that the pod"
        accounts = [Cause(account, (FIELD,), "its ServiceAccount")] if account else []
        yield Problem.between(
            f"{sentence} calls the Kubernetes API",
            Cause(workload, pod.at(FIELD), "the pod"),
            *(cause for cause in accounts if cause.resource.get(FIELD) is not None),
        )
