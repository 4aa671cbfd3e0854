"""Containers see /proc as the container runtime masks it.

Parts of /proc are the kernel's own controls (`/proc/sys`, `/proc/kcore`, `/proc/sysrq-trigger`).
The runtime hides or write-protects them; `procMount: Unmasked` takes that protection away, for
the sake of containers that build or run other containers.

Looks at init, sidecar, main and ephemeral containers; unset and `Default` are right. The API server
takes `Unmasked` only from pods with `hostUsers: false`. The restricted standard makes no
exception for those in any Kubernetes version; the weaker baseline standard does since 1.35, and so
does this rule with `standard: baseline`.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
"""

from collections.abc import Iterator
from typing import Literal

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import USER_NAMESPACE_COUNTS, among, named, refused_by
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    standard: Literal["restricted", "baseline"] = "restricted"
    """The Pod Security Standard that containers have to meet."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=("procMount",),
    remedy="Remove `procMount`; the default masks /proc.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    refusing = target.kubernetes
    if options.standard == "baseline" and pod.get("hostUsers") is False:
        refusing = tuple(refused_by(refusing, USER_NAMESPACE_COUNTS))
    if not refusing:
        return
    where = among(refusing, target.kubernetes)
    for container in pod.containers:
        path, value = container.security("procMount")
        if value not in (None, "Default"):
            yield Problem(path, f"{named(container)} sets procMount to {value!r}{where}")
