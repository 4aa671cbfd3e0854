"""How many pods of a workload can run at the same time, and what they take together.

At most means: every autoscaler at its maximum, and in the middle of a rolling update.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from tools.kubernetes.autoscaling import bounds_of
from tools.kubernetes.effective_resources import PodResources
from tools.kubernetes.int_or_percent import scaled
from tools.kubernetes.pod import Pod
from tools.kubernetes.quantity import format_quantity, is_bytes
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.rollout import SCALABLE, UPDATE_DEFAULT, replicas_of
from tools.source.place import FieldPath

NAMED = 3
"""Shares that a finding names; more would hide what matters."""
_REPLICAS = ("spec", "replicas")

AutoscalerOf = Callable[[Resource], Resource | None]


class Load(NamedTuple):
    """The pods of one workload: how many stay, and how many more an update starts."""

    pod: Pod
    resources: PodResources
    steady: int
    surge: int

    @property
    def pods(self) -> int:
        """Pods at once."""
        return self.steady + self.surge

    @property
    def words(self) -> str:
        """`10 pods and 1 more during an update`."""
        pods = "1 pod" if self.steady == 1 else f"{self.steady} pods"
        return f"{pods} and {self.surge} more during an update" if self.surge else pods


class Share(NamedTuple):
    """What one object adds to a sum: `times` as much as `each`; `words` say where it comes from."""

    resource: Resource
    path: FieldPath
    times: int
    each: Decimal
    words: str

    @property
    def amount(self) -> Decimal:
        return self.each * self.times


def loads(
    pods: Iterable[Pod], resources: ResourceSet, autoscaler_of: AutoscalerOf, nodes: int
) -> list[Load]:
    """The load of every workload; a DaemonSet runs one pod on each of `nodes`."""
    found = []
    for pod in pods:
        steady = _steady(pod, autoscaler_of, nodes)
        surge = max(0, min(_surge(pod.workload, steady), steady))
        found.append(Load(pod, PodResources(pod, resources), steady, surge))
    return found


def pod_shares(loads: Iterable[Load], field: str, name: str) -> list[Share]:
    """What the pods of each workload need of a resource; `field` is `requests` or `limits`."""
    shares = []
    for load in loads:
        sums = load.resources.requests if field == "requests" else load.resources.limits
        place = _place(load, field, name)
        each = sums.get(name, Decimal())
        shares.append(Share(load.pod.workload, place, load.pods, each, load.words))
    return shares


def counted_by(
    share: Share, autoscaler_of: AutoscalerOf
) -> Iterator[tuple[Resource, FieldPath, str]]:
    """The field that says how many of an object's pods there are, with words; none for the rest."""
    workload = share.resource
    autoscaler = autoscaler_of(workload) if workload.kind in SCALABLE else None
    if autoscaler:
        yield autoscaler, bounds_of(autoscaler)[1].path, "so many pods at most"
    elif workload.kind in SCALABLE and workload.get(*_REPLICAS) is not None:
        yield workload, _REPLICAS, "so many pods"


def total(shares: Iterable[Share]) -> Decimal:
    """The sum of the shares."""
    return sum((share.amount for share in shares), Decimal())


def largest(shares: Iterable[Share]) -> list[Share]:
    """The shares that add something, largest first."""
    return sorted((s for s in shares if s.amount > 0), key=lambda s: s.amount, reverse=True)


def describe(shares: Iterable[Share], name: str) -> str:
    """The largest shares of a resource in words: `Deployment/web 11 x 512Mi and 2 more`."""
    ordered = largest(shares)
    parts = []
    for share in ordered[:NAMED]:
        pieces = share.each == 1 and "cpu" not in name
        each = "" if pieces else f" x {format_quantity(share.each, binary=is_bytes(name))}"
        parts.append(f"{share.resource.ref.slug} {share.times}{each}")
    rest = len(ordered) - NAMED
    return ", ".join(parts) + (f" and {rest} more" if rest > 0 else "")


def _place(load: Load, field: str, name: str) -> FieldPath:
    """The amount that weighs most in a pod; the pod's spec if it states none itself."""
    instead = load.resources.pod_level(field).get(name)
    if instead:
        return instead.path
    stated = [
        amounts[name]
        for amounts in (container.of(field) for container in load.resources.containers)
        if name in amounts and amounts[name].resource is load.pod.workload
    ]
    return max(stated, key=lambda s: s.amount).path if stated else load.pod.at()


def _steady(pod: Pod, autoscaler_of: AutoscalerOf, nodes: int) -> int:
    """Pods without an update.

    A suspended Job or CronJob makes none; a CronJob counts one run, although `Allow` may overlap.
    """
    workload = pod.workload
    if workload.kind == "DaemonSet":
        return nodes
    if workload.kind in ("Job", "CronJob"):
        return _job(workload)
    if workload.kind == "Pod":
        return 1
    return max(replicas_of(workload, autoscaler_of(workload)).maximum, 0)


def _job(workload: Resource) -> int:
    """Pods that a Job runs side by side: https://kubernetes.io/docs/concepts/workloads/controllers/job/."""
    path: FieldPath = ("spec", "jobTemplate", "spec") if workload.kind == "CronJob" else ("spec",)
    if workload.get("spec", "suspend") is True or workload.get(*path, "suspend") is True:
        return 0
    parallelism = _count(workload.get(*path, "parallelism"), 1)
    return min(parallelism, _count(workload.get(*path, "completions"), parallelism))


def _surge(workload: Resource, replicas: int) -> int:
    """Pods that an update starts before it stops old ones.

    Deployment and Rollout by 25 % if nothing is said, a DaemonSet by none; a blue-green Rollout
    and one that shifts traffic run both versions in full. The others replace pod by pod.
    https://argo-rollouts.readthedocs.io/en/stable/features/specification/
    """
    if workload.kind == "Deployment":
        return _rolling(workload, ("spec", "strategy"), UPDATE_DEFAULT, replicas)
    if workload.kind == "DaemonSet":
        return _rolling(workload, ("spec", "updateStrategy"), 0, replicas)
    if workload.kind != "Rollout":
        return 0
    strategy = workload.map("spec", "strategy")
    if "blueGreen" in strategy or workload.get("spec", "strategy", "canary", "trafficRouting"):
        return replicas
    value = workload.get("spec", "strategy", "canary", "maxSurge")
    return _scaled(UPDATE_DEFAULT if value is None else value, replicas)


def _rolling(workload: Resource, path: FieldPath, default: Any, replicas: int) -> int:
    if workload.get(*path, "type") not in (None, "RollingUpdate"):
        return 0
    value = workload.get(*path, "rollingUpdate", "maxSurge")
    return _scaled(default if value is None else value, replicas)


def _scaled(value: Any, replicas: int) -> int:
    return scaled(value, replicas, round_up=True) or 0


def _count(value: Any, default: int) -> int:
    number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if number else default
