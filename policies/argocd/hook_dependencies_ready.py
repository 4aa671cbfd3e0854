"""What a hook or an early wave needs is applied before it.

A PreSync Job runs before anything else of the sync. On the first installation the ConfigMap it
reads and the ServiceAccount it runs as do not exist yet: its pod waits for them, the sync waits for
the Job, and they never come, because they belong to the Sync phase behind it. Later the same Job
works, with the values of the previous release. Waves have the same trap. So has a hook with the
deletion policy `HookSucceeded`: what a Deployment needs of it is gone when the sync has succeeded.

Compares the phase and wave of each pod with those of the ConfigMaps, Secrets, ServiceAccounts,
PersistentVolumeClaims, PriorityClasses and RuntimeClasses of the same target that it cannot start
without; optional references do not count. A Secret also comes from the ExternalSecret, SealedSecret
or Certificate that makes it. A hook that calls the API is compared with the bindings that give its
ServiceAccount permissions. Namespaces and CustomResourceDefinitions are no trap: Argo CD moves them
up to the first object that needs them. Cannot see what the cluster already holds, nor what else the
program itself asks for.

Order of phases and waves as in Argo CD 3.2 to 3.5; read in gitops-engine's `pkg/sync/sync_tasks.go`
and `pkg/sync/hook` of Argo CD 3.2.11: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.argocd.phases import (
    HOOK_SUCCEEDED,
    ORDERING,
    Moment,
    deletion_policies,
    is_hook,
    moments,
    wave_of,
)
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, as_map
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

if TYPE_CHECKING:
    from tools.argocd.needs import Need

_FINITE = ("Job", "Pod")


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=ORDERING,
    remedy="Give what is needed the same hook and an earlier wave, or run the Job as a Sync hook "
    "in a later wave.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    starts = moments(pod.workload)
    if not starts or not _has_order(target):
        return
    from tools.argocd.needs import makers, needs

    made = makers(target.resources)
    for need in needs(pod):
        maker = made.get((need.kind, need.namespace, need.name))
        comes = moments(maker) if maker else []
        if maker is None or maker is pod.workload or not comes:
            continue
        late = [moment for moment in starts if min(comes) > moment]
        if late:
            yield _late(pod, need, maker, late[0], min(comes))
        elif HOOK_SUCCEEDED in deletion_policies(maker) and not _is_finite(pod.workload):
            yield _deleted(pod, need, maker)
    if is_hook(pod.workload):
        yield from _permissions(pod, target, starts[0])


def _has_order(target: Target) -> bool:
    """Whether anything of the target is applied before anything else of it."""
    return any(is_hook(each) or wave_of(each) for each in target.resources)


def _late(pod: Pod, need: "Need", maker: Resource, start: Moment, comes: Moment) -> Problem:
    later = comes.beside(start)
    return Problem(
        need.path,
        f"{pod.workload.kind} {pod.workload.name!r} of {start.beside(comes)} cannot start without "
        f"{need.kind} {need.name!r}, which comes in {later}, and that waits for it",
        related=((maker, ("metadata", "name"), f"applied in {later}"),),
    )


def _deleted(pod: Pod, need: "Need", maker: Resource) -> Problem:
    return Problem(
        need.path,
        f"{pod.workload.kind} {pod.workload.name!r} needs {need.kind} {need.name!r}, which Argo CD "
        f"deletes as soon as the sync has succeeded",
        remedy=f"Take {HOOK_SUCCEEDED} out of the deletion policy of {maker.kind} {maker.name!r}.",
        related=((maker, ("metadata", "annotations"), "a hook with HookSucceeded"),),
    )


def _is_finite(workload: Resource) -> bool:
    """Whether a workload is through, or deleted as well, when the sync has succeeded."""
    return is_hook(workload) or workload.kind in _FINITE


def _permissions(pod: Pod, target: Target, start: Moment) -> Iterator[Problem]:
    """The bindings of a hook's ServiceAccount, all of which come after it."""
    account = pod.get("serviceAccountName")
    if not isinstance(account, str) or pod.get("automountServiceAccountToken") is False:
        return
    bindings = [
        (min(when), binding)
        for binding in target.resources.of_kind("RoleBinding", "ClusterRoleBinding")
        if (when := moments(binding)) and _binds(binding, account, pod.namespace)
    ]
    comes, first = min(bindings, key=lambda pair: pair[0], default=(start, pod.workload))
    if comes > start:
        yield Problem(
            pod.at("serviceAccountName"),
            f"{pod.workload.kind} {pod.workload.name!r} of {start.beside(comes)} runs without the "
            f"permissions of {first.kind} {first.name!r}, which comes in {comes.beside(start)}",
            related=((first, ("metadata", "name"), f"applied in {comes.beside(start)}"),),
        )


def _binds(binding: Resource, account: str, namespace: str) -> bool:
    for subject in map(as_map, binding.items("subjects")):
        if subject.get("kind") == "ServiceAccount" and subject.get("name") == account:
            return subject.get("namespace", binding.namespace) in (namespace, None)
    return False
