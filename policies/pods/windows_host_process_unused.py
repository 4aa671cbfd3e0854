"""No Windows container is a process of its node.

A HostProcess container is Windows' counterpart to a privileged one: not isolated at all, with
the node's file system, registry and network, under a system account if it asks for one.

Looks at `windowsOptions.hostProcess` of the pod and of init, sidecar, main and ephemeral
containers; only `true` is a finding. Agents that prepare a Windows node (network and storage
plugins) deserve a waiver.

https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import settings
from tools.kubernetes.resource import as_map
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=("hostProcess",),
    remedy="Remove `hostProcess: true` from windowsOptions.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for who, path, given in settings(pod, "windowsOptions"):
        if as_map(given).get("hostProcess") is True:
            yield Problem((*path, "hostProcess"), f"{who} sets hostProcess, which runs on the node")
