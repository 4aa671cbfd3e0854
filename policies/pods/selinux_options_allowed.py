"""Pods choose no SELinux user or role, and no type beyond those for containers.

SELinux confines a container by its type: `container_t` may touch only what is labelled for
containers. Another type (`spc_t` above all, which may touch everything) or another user or role
takes the confinement away, and on nodes with SELinux that is the last wall.

Looks at `seLinuxOptions` of the pod and of init, sidecar, main and ephemeral containers. `level`
is free, `user` and `role` must be unset, `type` is unset or container_t, container_init_t,
container_kvm_t or, since Kubernetes 1.31, container_engine_t. Every value is judged where it
stands, the pod's even if each container replaces it, as the standard has it.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import ALWAYS, among, refused_value, settings
from tools.kubernetes.resource import as_map
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

TYPES = {
    "container_t": ALWAYS,
    "container_init_t": ALWAYS,
    "container_kvm_t": ALWAYS,
    "container_engine_t": 31,
}
"""Types for containers, with the minor version since which each is allowed."""

ALLOWED: dict[str, dict[str, int]] = {"type": TYPES, "user": {}, "role": {}}


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=("seLinuxOptions",),
    remedy="Delete `type`, or write `type: container_t`.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for who, path, given in settings(pod, "seLinuxOptions"):
        for field, allowed in ALLOWED.items():
            value = as_map(given).get(field)
            refusing = refused_value(target.kubernetes, value, allowed)
            if value not in (None, "") and refusing:
                where = among(refusing, target.kubernetes)
                sentence = f"{who} sets the SELinux {field} {value!r}, which is forbidden{where}"
                remedy = None if field == "type" else f"Delete `{field}`; the runtime sets it."
                yield Problem((*path, field), sentence, remedy=remedy)
