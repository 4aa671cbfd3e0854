"""Containers run as a user other than root, and the kubelet is told to insist on it.

A process that is root in its container is root on the node as soon as it gets out of it: one
flaw in the kernel, the runtime or a mounted path is then enough to own the machine.
`runAsNonRoot: true` makes the kubelet refuse to start an image whose user is root, so that a
changed image cannot undo the decision in silence.

Every container needs `runAsNonRoot: true`, its own or the pod's, which a container's own value
replaces. A `runAsUser: 0` that some container runs with is a finding even beside
`runAsNonRoot: true`: such a container never starts. A pod-wide value that every container
replaces has no effect and is accepted, except where a Namespace of the same target enforces
`restricted`, because admission refuses the pod all the same. A positive `runAsUser` is no
substitute for `runAsNonRoot`: the restricted standard asks for the latter. kube-linter is content
with it. kube-score asks for a user and a group above 10000 instead, which no standard does, and
Kyverno's policy refuses a pod-wide `runAsUser: 0` even where each container replaces it.

With `hostUsers: false`, root in the container is nobody on the node. Kubernetes 1.35 and later
accept that instead; older target versions do not. Which user an image names cannot be seen here.
Windows pods have no user 0 but know `runAsNonRoot`, and are judged like all others.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import (
    USER_NAMESPACE_COUNTS,
    among,
    enforces_restricted,
    refused_by,
    settings,
    unset,
    worded,
)
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

USER_REMEDY = "Write the number of a user above 0, such as `runAsUser: 1000`."


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Set `runAsNonRoot: true` in the pod's securityContext, and a `runAsUser` above 0 if "
    "the image does not name its user by number.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    versions = target.kubernetes
    own_users = pod.get("hostUsers") is False
    refusing = refused_by(versions, USER_NAMESPACE_COUNTS) if own_users else versions
    if not refusing:
        return
    where = among(refusing, versions)
    effective = not enforces_restricted(target.resources, pod.namespace)
    for who, path, user in settings(pod, "runAsUser", effective):
        if user == 0 and user is not False:
            sentence = f"{who} runs as root{where}: runAsUser is {user!r}"
            yield Problem(path, sentence, remedy=USER_REMEDY)
    for who, path, value in settings(pod, "runAsNonRoot", effective):
        if value is not True:
            sentence = f"{who} may run as root{where}: runAsNonRoot is {worded(value)}"
            yield Problem(path, sentence, remedy="Write `runAsNonRoot: true`.")
    for who, path, _ in unset(pod, "runAsNonRoot"):
        yield Problem(path, f"{who} may run as root{where}: runAsNonRoot is not set")
