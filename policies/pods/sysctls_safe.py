"""Pods set no sysctl but those that Kubernetes holds to be safe.

A sysctl turns a knob of the kernel. The safe ones belong to the pod alone; others change the node
for all its pods, or let one pod take memory and connections from the rest. The kubelet refuses
them unless the node was started with `--allowed-unsafe-sysctls`, and then the pod fails at once.

Looks at `securityContext.sysctls` of the pod. The safe set has grown: ip_local_reserved_ports since
Kubernetes 1.27, tcp_keepalive_time, tcp_keepalive_intvl, tcp_keepalive_probes and tcp_fin_timeout
since 1.29, tcp_rmem and tcp_wmem since 1.32. A sysctl must be safe on every target version. Names
are compared as they stand: the standard does not recognise `net/ipv4/…` with slashes. kube-linter
goes by prefixes such as `net.` and so refuses safe ones too.

https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import ALWAYS, among, refused_value
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

SAFE = {
    "kernel.shm_rmid_forced": ALWAYS,
    "net.ipv4.ip_local_port_range": ALWAYS,
    "net.ipv4.ip_unprivileged_port_start": ALWAYS,
    "net.ipv4.ping_group_range": ALWAYS,
    "net.ipv4.tcp_syncookies": ALWAYS,
    "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.tcp_fin_timeout": 29,
    "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29,
    "net.ipv4.tcp_keepalive_time": 29,
    "net.ipv4.tcp_rmem": 32,
    "net.ipv4.tcp_wmem": 32,
}
"""Safe sysctls, with the minor version since which each is."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=("sysctls",),
    remedy="Remove the sysctl from the pod's securityContext; set it on the node if it must be.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for path, sysctl in pod.workload.maps(*pod.at("securityContext", "sysctls")):
        name = sysctl.get("name")
        refusing = refused_value(target.kubernetes, name, SAFE)
        if refusing:
            where = among(refusing, target.kubernetes)
            which = f"sysctl {name!r}" if isinstance(name, str) else "a sysctl without a name"
            yield Problem((*path, "name"), f"{which} is not safe{where}")
