"""Every container runs under the runtime's seccomp profile or under one of the node.

The Linux kernel has more than three hundred system calls; an ordinary service needs a fraction of
them, and most escapes from containers begin with one of the others. The runtime's default profile
blocks those, but unless the kubelet was started with `--seccomp-default`, Kubernetes runs
containers without any profile.

The type must be `RuntimeDefault` or `Localhost`, set for the whole pod or on each container (init,
sidecar, main and ephemeral); a container's own profile replaces the pod's. `Unconfined` is
a finding wherever it stands, for the whole pod even if each container replaces it, as the
restricted standard has it. With `standard: baseline` no profile has to be set. The old seccomp
annotations have meant nothing since Kubernetes 1.27. That a Localhost profile exists on the nodes
cannot be seen here. Windows pods (`spec.os.name: windows`) cannot set a profile and are skipped.
kube-score is content with any profile, and polaris with one of several ways to harden a container;
here each has its rule.

https://kubernetes.io/docs/tutorials/security/seccomp/
"""

from collections.abc import Iterator
from typing import Literal

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import settings, unset
from tools.kubernetes.resource import as_map
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

ALLOWED = ("RuntimeDefault", "Localhost")


class Options(RuleOptions):
    standard: Literal["restricted", "baseline"] = "restricted"
    """The Pod Security Standard that pods have to meet."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Write `seccompProfile: {type: RuntimeDefault}` in the pod's securityContext.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    if pod.is_windows and options.standard == "restricted":
        return
    for who, path, profile in settings(pod, "seccompProfile"):
        kind = as_map(profile).get("type")
        if kind not in ALLOWED:
            what = f"type {kind!r}" if kind is not None else "without a type"
            sentence = f"{who} sets the seccomp profile {what}"
            yield Problem((*path, "type"), sentence, remedy="Write `type: RuntimeDefault` in it.")
    for who, path, _ in unset(pod, "seccompProfile") if options.standard == "restricted" else ():
        yield Problem((*path, "type"), f"{who} sets no seccomp profile")
