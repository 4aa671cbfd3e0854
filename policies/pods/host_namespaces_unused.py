"""Pods stay out of the network, process and IPC namespaces of their node.

With `hostNetwork` a pod listens on the node's addresses, reaches services bound to its loopback
and is out of reach of NetworkPolicies; with `hostPID` it sees and may signal every process of the
node and read their environment; with `hostIPC` it shares their memory segments.

Only `true` is a finding, because false is the default. `hostUsers` runs the other way round: unset
or true, users of the pod are users of the node, which every standard allows; `hostUsers: false`
gives the pod users of its own, is safer, and takes nothing back of what the three fields above
open up (the API server refuses it beside hostPID and hostIPC). The option `userNamespace`
demands it; Windows pods (`spec.os.name: windows`) cannot set it. Node agents that exist to look at
the node (log shippers, node metrics, network plugins) deserve a waiver.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

FIELDS = {"hostNetwork": "network", "hostPID": "process", "hostIPC": "IPC"}


class Options(RuleOptions):
    """What else is demanded."""

    user_namespace: bool = False
    """Pods must also leave the node's user namespace, by `hostUsers: false`."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Remove the field; reach the node's services through a Service or the API instead.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    for field, namespace in FIELDS.items():
        if pod.get(field) is True:
            yield Problem(pod.at(field), f"the pod shares the {namespace} namespace of its node")
    if options.user_namespace and not pod.is_windows and pod.get("hostUsers") is not False:
        sentence = "the pod shares the user namespace of its node"
        yield Problem(pod.at("hostUsers"), sentence, remedy="Set `hostUsers: false` on the pod.")
