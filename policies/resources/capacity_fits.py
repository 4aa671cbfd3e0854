"""The requests of everything fit the cluster, also in the worst moment.

The scheduler places a pod only where its requests are free. On a small cluster it is the rolling
update that fails: the old pods hold what the new ones need, maxUnavailable is 0, and the rollout
waits until its deadline with pods that stay Pending.

Adds up the requests of all pods of the target as `quota-fits` does (autoscalers at their maximum,
every update at once, init containers, sidecars and overhead, one pod of a DaemonSet on each node)
and compares them with `facts.cluster` of the environment: `cpu` and `memory` of all nodes together,
less `reservedCpu` and `reservedMemory`, which the system's own pods take. Without a declared
cluster there is no demand, and nothing is judged. That a sum fits all nodes together does not mean
that each pod finds a node, and what other targets deploy to the same cluster is not seen.

https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/
"""

from collections.abc import Iterator
from decimal import Decimal

from tools.kubernetes.capacity import NAMED, counted_by, describe, largest, loads, pod_shares, total
from tools.kubernetes.effective_resources import OVERHEAD_UNKNOWN
from tools.kubernetes.quantity import format_quantity, is_bytes, parse_quantity
from tools.rules.facts import Cluster
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    defers_to=("replicas-in-range",),
    remedy="Lower the requests, the replicas or maxSurge, or declare a larger cluster.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    cluster = target.facts.cluster
    if cluster is None:
        return
    every = loads(target.pods, target.resources, target.autoscaler_of, cluster.nodes)
    for load in every:
        if load.resources.overhead_unknown:
            place = load.pod.at("runtimeClassName")
            yield Unjudged(OVERHEAD_UNKNOWN, load.pod.workload, place)
    for name, room in _room(cluster).items():
        if room is None:
            reason = f"facts.cluster does not say {name} in quantities such as 2 or 4096Mi"
            yield Unjudged(reason, blocking=True)
            continue
        shares = pod_shares(every, "requests", name)
        ordered = largest(shares)
        if ordered and total(shares) > room:
            binary = is_bytes(name)
            sums = [format_quantity(amount, binary=binary) for amount in (total(shares), room)]
            first, *others = ordered
            counts = counted_by(first, target.autoscaler_of)
            yield Problem(
                first.path,
                f"requests of {name} come to {sums[0]} at most, over the {sums[1]} that the "
                f"cluster has for them: {describe(shares, name)}",
                first.resource,
                related=(*((s.resource, s.path, s.words) for s in others[:NAMED]), *counts),
            )


def _room(cluster: Cluster) -> dict[str, Decimal | None]:
    """What the cluster has for the target; what is not declared is left out."""
    declared = {
        "cpu": (cluster.cpu, cluster.reserved_cpu),
        "memory": (cluster.memory, cluster.reserved_memory),
    }
    return {name: _less(*amounts) for name, amounts in declared.items() if amounts[0]}


def _less(size: str, reserved: str) -> Decimal | None:
    whole, part = parse_quantity(size), parse_quantity(reserved)
    return None if whole is None or part is None else whole - part
