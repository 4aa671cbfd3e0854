"""A pod that writes to a claimed volume sets fsGroup.

A fresh file system belongs to root. A container that is not root gets "Permission denied" on its
own volume, unless the kubelet hands the volume to the group that `fsGroup` names. On a
developer's cluster it may work by luck, where directories are made writable for everybody.

Looks at what containers mount without `readOnly`: PersistentVolumeClaims, generic ephemeral
volumes and a StatefulSet's claim templates. Kubernetes makes an emptyDir writable for everybody
(mode 0777), so none is needed there; containers with different users that share one may still
want it, and the option `emptyDirs` demands it. Inline CSI volumes belong to whom their driver
says; ConfigMaps and Secrets are never written to.

Containers with `runAsUser: 0` need no group and are left out. What cannot be seen: whether the
image's own user is root, whether an init container changes the owner, and whether the storage
ignores fsGroup, as NFS does. Windows pods (`spec.os.name: windows`) cannot set it.

https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from collections.abc import Iterator
from itertools import islice

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.pod_security import named
from tools.kubernetes.volumes import CLAIMS, Mount, mounts_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    """Which volumes ask for a group."""

    empty_dirs: bool = False
    """Pods that write to an emptyDir must set fsGroup too."""


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    remedy="Set `fsGroup` in the pod's securityContext to a group above 0, such as 1000.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    path = pod.at("securityContext", "fsGroup")
    if pod.is_windows or pod.get("securityContext", "fsGroup") is not None:
        return
    sources = CLAIMS | {"emptyDir"} if options.empty_dirs else CLAIMS
    for container, mount in islice(_written(pod, sources), 1):
        name = mount.data.get("name")
        sentence = f"{named(container)} writes to volume {name!r}, but the pod sets no fsGroup"
        yield Problem(path, sentence, related=((pod.workload, mount.path, "mounted here"),))


def _written(pod: Pod, sources: frozenset[str]) -> Iterator[tuple[Container, Mount]]:
    for container in pod.containers:
        if container.security("runAsUser")[1] == 0:
            continue
        for mount in mounts_of(container):
            if mount.writable and mount.volume and mount.volume.source in sources:
                yield container, mount
