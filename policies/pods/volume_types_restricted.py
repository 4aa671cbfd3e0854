"""Pods mount storage through claims, not through servers and disks named in the pod.

A volume such as `nfs` or `awsElasticBlockStore` names a server or disk and how to log on to it in
the pod itself. Whoever may create pods could then mount any of them, past quotas and
StorageClasses; and most of these types have been taken out of Kubernetes in favour of CSI drivers.

Allowed are configMap, csi, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected,
secret and, since Kubernetes 1.33, image. hostPath is forbidden too, but has its own rule,
`host-paths-unused`. A volume without any type is an emptyDir; a type that Kubernetes does
not know is for `schema-valid` to report. Each volume counts, mounted or not.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import among, refused_by
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

FORBIDDEN = (
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume",
    "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "iscsi", "nfs", "photonPersistentDisk",
    "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
)  # fmt: skip
SINCE = {"image": 33}
"""Types that were forbidden once, with the minor version since which they are not."""

_INSTEAD = {
    "gitRepo": "Clone in an init container, into an `emptyDir` with a `sizeLimit`.",
    "image": "Copy the files in an init container, into an `emptyDir` with a `sizeLimit`.",
}


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Put the storage behind a PersistentVolume, and mount it as a `persistentVolumeClaim`.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    versions = target.kubernetes
    for path, volume in pod.workload.maps(*pod.at("volumes")):
        for kind in (kind for kind, data in volume.items() if data is not None):
            refusing = versions if kind in FORBIDDEN else refused_by(versions, SINCE.get(kind, 0))
            if refusing:
                sentence = f"volume {volume.get('name')!r} is of type {kind}, which is forbidden"
                message = sentence + among(refusing, versions)
                yield Problem((*path, kind), message, remedy=_INSTEAD.get(kind))
