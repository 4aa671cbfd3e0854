"""No container takes a port of its node.

A host port opens the container on every address of the node, around Services, Ingress and often
NetworkPolicies. It is also a seat that only one pod per node can have: a rolling update that
starts the new pod first waits for ever on a full cluster, and a second replica may find no node.

Looks at `ports` of init, sidecar, main and ephemeral containers; `hostPort: 0` means none. With
`hostNetwork: true` the API server fills in host ports by itself; that is `host-namespaces-unused`,
and only host ports that the manifest writes down are reported here. Ingress controllers on bare
metal may need one: that deserves a waiver.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import named
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=("hostPort",),
    remedy="Remove `hostPort` and let a Service (NodePort, LoadBalancer) or an Ingress lead to the "
    "container.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for container in pod.containers:
        for path, port in pod.workload.maps(*container.at("ports")):
            taken = port.get("hostPort")
            if taken is not None and taken != 0:
                yield Problem(
                    (*path, "hostPort"), f"{named(container)} takes port {taken!r} of its node"
                )
