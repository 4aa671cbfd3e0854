"""No probe and no lifecycle handler names a host of its own.

Probes and handlers are run by the kubelet, from the network of the node. With `host` they make it
call any address that the node reaches: a metadata service, a neighbour behind a NetworkPolicy, a
port on the node's loopback. Without it the kubelet calls the pod itself, which is what a probe is
for. The baseline Pod Security Standard refuses such pods since Kubernetes 1.34.

Looks at `httpGet.host` and `tcpSocket.host` of liveness, readiness and startup probes and of
`lifecycle.postStart` and `preStop`, in init, sidecar and main containers (ephemeral ones have
none), if one of the target versions is 1.34 or later. A virtual host that the server needs is a
header, `httpHeaders: [{name: Host, value: …}]`, and is fine.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import among, minor, named
from tools.kubernetes.probes import PROBES
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

_ASKING = (*((probe,) for probe in PROBES), ("lifecycle", "postStart"), ("lifecycle", "preStop"))
_SINCE = 34
"""The minor version since which the standard forbids it."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=("host",),
    remedy="Delete `host`: the pod itself is asked then. A virtual host goes into `httpHeaders`.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    refusing = [version for version in target.kubernetes if minor(version) >= _SINCE]
    where = among(refusing, target.kubernetes)
    for container in pod.containers if refusing else ():
        for field in _ASKING:
            for handler in ("httpGet", "tcpSocket"):
                path = (*field, handler, "host")
                host = container.get(*path)
                if host:
                    sentence = f"{field[-1]} of {named(container)} asks the host {host!r}{where}"
                    yield Problem(container.at(*path), sentence)
