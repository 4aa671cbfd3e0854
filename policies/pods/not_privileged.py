"""No container is privileged.

A privileged container has every capability, sees all devices of the node and runs without
seccomp, AppArmor and SELinux: whoever takes it over has the node, and with the kubelet's
credentials much of the cluster. What it really needs is nearly always less: one capability, one
device plugin, one mounted path.

Looks at init, sidecar, main and ephemeral containers. Not privileged is the default, so only
`privileged: true` is a finding. Node agents that cannot do without (storage and network drivers)
belong in a namespace of their own and deserve a waiver with the reason.

https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/#privileged-containers
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import named
from tools.rules.rule import Consequences, Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=("privileged",),
    remedy="Remove `privileged: true`; grant the one capability or path that is needed instead.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for container in pod.containers:
        path, value = container.security("privileged")
        if value is True:
            # The server refuses both together, which is no second mistake.
            other = container.at("securityContext", "allowPrivilegeEscalation")
            both = container.get("securityContext", "allowPrivilegeEscalation") is False
            explains = (Consequences(pod.workload, (), (path[:-1], other)),) if both else ()
            yield Problem(path, f"{named(container)} is privileged", explains=explains)
