"""What a hook or an early wave needs is applied before it.

A PreSync Job runs before anything else of the sync. On the first installation the ConfigMap it
reads and the ServiceAccount it runs as do not exist yet: its pod waits for them, the sync waits for
the Job, and they never come, because they belong to the Sync phase behind it. Later the same Job
works, with the values of the previous release. Waves have the same trap.

Compares the phase and wave of each pod with those of the ConfigMaps, Secrets, ServiceAccounts,
PersistentVolumeClaims and of the Namespace of the same target that it cannot start without;
optional references do not count. A Secret also comes from the ExternalSecret, SealedSecret or
Certificate that makes it. Cannot see what the cluster already holds, nor what the program itself
asks for.

Order of phases and waves as in Argo CD 3.2 to 3.5:
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
"""

from collections.abc import Iterator

from tools.argocd.phases import ORDERING, is_hook, moments, wave_of
from tools.kubernetes.pod import Pod
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=ORDERING,
    remedy="Give what is needed the same hook and an earlier wave, or run the Job as a Sync hook "
    "in a later wave.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    if not is_hook(pod.workload) and not wave_of(pod.workload) < _latest(target):
        return
    from tools.argocd.needs import makers, needs

    starts = moments(pod.workload)
    made = makers(target.resources) if starts else {}
    for need in needs(pod):
        maker = made.get((need.kind, need.namespace, need.name))
        comes = moments(maker) if maker else []
        if maker is None or maker is pod.workload or not comes:
            continue
        late = [moment for moment in starts if min(comes) > moment]
        if late:
            yield Problem(
                need.path,
                f"{pod.workload.kind} {pod.workload.name!r} runs in {late[0]} and needs "
                f"{need.kind} {need.name!r}, which comes in {min(comes)}",
                related=((maker, ("metadata", "name"), f"applied in {min(comes)}"),),
            )


def _latest(target: Target) -> int:
    return max((wave_of(resource) for resource in target.resources), default=0)
