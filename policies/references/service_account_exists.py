"""Every ServiceAccount that a pod runs as exists.

Without its ServiceAccount no pod is made at all: the ReplicaSet gets an error, the Deployment
shows zero pods, and the reason stands in an event that nobody reads.

Looks at `serviceAccountName` (or its old name `serviceAccount`) of every pod. An account exists
if the target holds it in the pod's namespace, if it is `default`, which each namespace has, or
if `facts.serviceAccounts` in `policies.yaml` declares it. An object that leaves its namespace out
may be in any. Plain files without any ServiceAccount are not judged, because nothing says that
they are all there is. Accounts that bindings name are the business of rbac-binding-resolves.
kube-linter calls an account missing that is not in the same files.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.reference import Via
from tools.kubernetes.service_accounts import DEFAULT
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Add the ServiceAccount, or declare it in facts.serviceAccounts.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    accounts = target.resources.of_kind("ServiceAccount")
    for account in target.references.of(pod.workload):
        if account.via is not Via.SERVICE_ACCOUNT or account.name == DEFAULT:
            continue
        if target.references.resolve(account):
            continue
        if target.facts.exists(target.facts.service_accounts, account.namespace, account.name):
            continue
        if not accounts and target.tree is None:
            yield Unjudged(f"{account.called} is not in this target, nor any", path=account.path)
            continue
        near = target.references.nearest(account)
        yield Problem(
            account.path,
            f"there is no {account.called} in the pod's namespace",
            related=((near, ("metadata", "name"), str(near.ref)),) if near else (),
        )
