"""Containers cannot write to their root file system.

What cannot be written cannot be planted: an intruder finds no place for a tool, a web shell or a
changed library, and a program that fills the node's disk with forgotten files fails early and in
its own container.

Each container (init, sidecar, main and ephemeral) needs `readOnlyRootFilesystem: true`; the
default is false and there is no setting for the whole pod. Directories that the program does
write to (often `/tmp`) get an `emptyDir` with a size limit: `writable-paths-mounted` checks that.
Windows containers have no such setting, and Windows pods (`spec.os.name: windows`) are skipped.

https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import named, worded
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Set `readOnlyRootFilesystem: true` in the container's securityContext, and mount an "
    "`emptyDir` with a `sizeLimit` where the program writes.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    if pod.is_windows:
        return
    for container in pod.containers:
        path, value = container.security("readOnlyRootFilesystem")
        if value is not True:
            begin = f"{named(container)} can write to its root file system"
            yield Problem(path, f"{begin}: readOnlyRootFilesystem is {worded(value)}")
