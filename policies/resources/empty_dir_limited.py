"""Every emptyDir volume has a size limit.

An `emptyDir` lies on the node's disk, or in the node's memory with `medium: Memory`, and without a
limit it grows until that is full and pods are evicted. With a limit the kubelet evicts the pod
that filled it, and a volume in memory cannot grow beyond it at all.

Looks at the volumes of every pod; a volume that names no source is an emptyDir. A `sizeLimit` of 0
is none. Limits of the containers for `ephemeral-storage` bound the sum of what a pod writes to
disk, not the single volume: where that is enough, set `ephemeralStorageSuffices: true`, which
accepts volumes on disk in pods whose every container has such a limit (a LimitRange counts).
Kyverno's policy takes requests and limits of `ephemeral-storage` on the container in its place.

https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
"""

from collections.abc import Iterator

from tools.kubernetes.effective_resources import PodResources
from tools.kubernetes.pod import Pod
from tools.kubernetes.quantity import amount_of
from tools.kubernetes.volumes import volumes_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    ephemeral_storage_suffices: bool = False
    """Accept volumes on disk where every container is limited in ephemeral-storage."""


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    fields=("emptyDir",),
    remedy="Write sizeLimit below emptyDir, for example 64Mi.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    for volume in volumes_of(pod).values():
        limit = volume.data.get("sizeLimit")
        stated = limit is not None and amount_of(limit) != 0
        if volume.source != "emptyDir" or stated:
            continue
        on_disk = volume.data.get("medium") != "Memory"
        if on_disk and options.ephemeral_storage_suffices and _bounded(pod, target):
            continue
        path = (*volume.path, "emptyDir", "sizeLimit")
        zero = "" if limit is None else f": {limit!r} is none"
        yield Problem(path, f"emptyDir volume {volume.name!r} has no size limit{zero}")


def _bounded(pod: Pod, target: Target) -> bool:
    resources = PodResources(pod, target.resources)
    return not any(
        resources.unstated(own, "limits", ["ephemeral-storage"]) for own in resources.containers
    )
