"""No process in a container can gain more privileges than the one that started it.

Without this, a set-user-ID program in the image (`su`, `mount`, a forgotten helper) turns an
ordinary user into root, and `runAsNonRoot` has protected nothing. `allowPrivilegeEscalation:
false` sets the kernel's `no_new_privs` on the container, which makes such programs harmless.

Kubernetes allows escalation unless it is told otherwise, there is no setting for the whole pod,
and so each container (init, sidecar, main and ephemeral) must say `false` itself. Containers that
are privileged or hold SYS_ADMIN can escalate whatever this field says, and beside
`privileged: true` the API server refuses `false`: take those away first. Windows pods
(`spec.os.name: windows`) cannot set the field and are skipped. kube-linter accepts containers that
leave the field unset, and reports SYS_ADMIN under it, which here is `capabilities-dropped`.

https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import named, worded
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

PRIVILEGED_REMEDY = "Remove `privileged: true`, then set `allowPrivilegeEscalation: false`."


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Set `allowPrivilegeEscalation: false` in the container's securityContext.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    if pod.is_windows:
        return
    for container in pod.containers:
        path, value = container.security("allowPrivilegeEscalation")
        if value is not False:
            begin = f"{named(container)} may gain privileges"
            privileged = container.get("securityContext", "privileged") is True
            yield Problem(
                path,
                f"{begin}: allowPrivilegeEscalation is {worded(value)}",
                remedy=PRIVILEGED_REMEDY if privileged else None,
            )
