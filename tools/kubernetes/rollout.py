"""How many pods a workload runs, how an update replaces them, and when only one of them may run.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
"""

from typing import NamedTuple

from tools.kubernetes.autoscaling import bounds_of
from tools.kubernetes.int_or_percent import scaled
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.volumes import volumes_of

SCALABLE = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout")
"""Workloads with a number of replicas: the Kubernetes API, and Argo Rollouts."""

WITHOUT_SCALE = ("DaemonSet", "Job", "CronJob", "Pod")
"""Kinds that make pods and have no scale subresource: nothing can set their number of replicas."""

UPDATE_DEFAULT = "25%"
"""What the API server makes of a maxSurge or maxUnavailable that a Deployment does not set."""

ONE_NODE_MODES = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})


class Replicas(NamedTuple):
    """How many replicas a workload has: both ends are equal unless an autoscaler decides."""

    minimum: int
    maximum: int


class Update(NamedTuple):
    """What a rolling update does at some number of replicas, in pods."""

    surge: int
    unavailable: int


def replicas_of(workload: Resource, autoscaler: Resource | None) -> Replicas:
    """The range of replicas: that of the autoscaler, else `spec.replicas`, else the default 1."""
    if autoscaler is not None:
        low, high = bounds_of(autoscaler)
        return Replicas(low.value, max(low.value, high.value))
    count = workload.get("spec", "replicas")
    if not isinstance(count, int) or isinstance(count, bool):
        count = 1
    return Replicas(count, count)


def rolling_update(deployment: Resource, replicas: int) -> Update | None:
    """What an update of a Deployment adds and takes away; None if its strategy is another one.

    As the Deployment controller computes it: maxSurge is rounded up, maxUnavailable down, and
    where both come to nothing one pod may be unavailable.
    """
    strategy = deployment.map("spec", "strategy")
    if (strategy.get("type") or "RollingUpdate") != "RollingUpdate":
        return None
    surge, unavailable = (
        scaled(rolling_update_field(deployment, name), replicas, round_up=name == "maxSurge")
        for name in ("maxSurge", "maxUnavailable")
    )
    if surge is None or unavailable is None:
        return None
    if surge == 0 and unavailable == 0:
        unavailable = 1
    return Update(surge, min(unavailable, replicas))


def rolling_update_field(deployment: Resource, name: str) -> object:
    """The value of maxSurge or maxUnavailable, with the API server's default."""
    value: object = deployment.get("spec", "strategy", "rollingUpdate", name)
    return UPDATE_DEFAULT if value is None else value


def holds_one_node_claim(pod: Pod, resources: ResourceSet) -> bool | None:
    """Whether the pod mounts a claim that one node at a time may write to.

    Pods of two nodes cannot run together then. None if a claim is not among the resources, so
    that its access modes are not known.
    """
    unknown = False
    for volume in volumes_of(pod).values():
        if volume.source == "persistentVolumeClaim":
            name = str(volume.data.get("claimName"))
            claim = resources.find("PersistentVolumeClaim", name, pod.namespace, group="")
            modes = set(map(str, claim.items("spec", "accessModes"))) if claim else set()
            if modes and modes <= ONE_NODE_MODES:
                return True
            unknown = unknown or not modes
    return None if unknown else False
