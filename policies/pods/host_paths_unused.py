"""No pod mounts a path of its node.

A hostPath volume is a door out of the container: a writable one to `/etc`, `/var/lib/kubelet` or
the runtime's socket is the node itself, a read-only one shows the credentials of everything else
that runs there, and a symlink inside can lead past the path that was meant. It also ties the data
to one machine: rescheduled, the pod finds another directory.

Each volume with `hostPath` is a finding, mounted or not, because admission refuses it either way.
PersistentVolumes with a hostPath are another matter and not judged. Node agents that need
one path deserve a waiver, and `readOnly: true` on the mount. kube-linter reports only paths that
are sensitive, or mounted writable.

https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import lookup
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=("hostPath",),
    remedy="Use an `emptyDir` for scratch data, a PersistentVolumeClaim for data that stays, or a "
    "ConfigMap for files.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for path, volume in pod.workload.maps(*pod.at("volumes")):
        if volume.get("hostPath") is not None:
            directory = lookup(volume, ("hostPath", "path"))
            which = "a path" if directory is None else f"the path {directory!r}"
            sentence = f"volume {volume.get('name')!r} is {which} of the node"
            yield Problem((*path, "hostPath"), sentence)
