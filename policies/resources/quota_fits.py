"""Everything in a namespace fits its ResourceQuota and its LimitRange, also in the worst moment.

A quota does not stop a Deployment, it stops its pods: the rollout hangs with one pod of the new
version that never appears, the autoscaler reaches a number that is not its maximum, and the reason
stands in the events of a ReplicaSet. It happens under load, not when the quota is written.

Adds up, for each ResourceQuota of the target, what the objects of its namespace need at most: every
autoscaler at its maximum, all Deployments in a rolling update at once (maxSurge, 25 % if nothing is
said), Jobs with their parallelism, one run of each CronJob, claims of StatefulSets for every
replica. Init containers, sidecars, pod overhead, LimitRange defaults and the scopes of the quota
are counted as the API server does: a quota with scopes counts pods, or claims with a
VolumeAttributesClass, and nothing else. Suspended Jobs count nothing. A pod that is still shutting
down counts too and is not in the sum, so leave some room. Pods without an amount that the quota
counts are refused altogether, and so are containers, pods and claims outside the LimitRange.

What else lives in the namespace is not seen. Not judged are entries that controllers fill
(`count/replicasets.apps`), classes of storage that the cluster chooses, overhead of a RuntimeClass
that is not in the target, and defaults about which two LimitRanges disagree; a DaemonSet counts one
pod unless `facts.cluster.nodes` is declared. Where the largest share comes of a number of replicas
that replicas-in-range finds, that alone is said.

https://kubernetes.io/docs/concepts/policy/resource-quotas/
"""

from collections.abc import Iterator

from tools.kubernetes.admission import (
    Refusal,
    claim_refusals,
    limit_range_refusals,
    quota_refusals,
)
from tools.kubernetes.capacity import NAMED, Load, counted_by, describe, largest, loads
from tools.kubernetes.claims import claims
from tools.kubernetes.effective_resources import OVERHEAD_UNKNOWN
from tools.kubernetes.quantity import format_quantity, is_bytes
from tools.kubernetes.quota import Use, uses
from tools.kubernetes.quota_scope import covered
from tools.kubernetes.resource import Resource
from tools.rules.rule import Cause, Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("ResourceQuota", "LimitRange"),
    remedy="Raise the quota, or lower the amounts, replicas, maxReplicas or maxSurge behind it.",
    defers_to=("quantity-unit-sane", "replicas-in-range"),
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    cluster = target.facts.cluster
    every = loads(
        target.pods, target.resources, target.autoscaler_of, cluster.nodes if cluster else 1
    )
    for load in every:
        yield from map(_refused, limit_range_refusals(load.resources, target.resources))
    yield from map(_refused, claim_refusals(claims(target.resources, every), target.resources))
    for quota in target.resources.of_kind("ResourceQuota"):
        own = [load for load in every if load.pod.namespace == quota.namespace]
        for load in own:
            yield from _unknown(load, nodes_known=cluster is not None)
        yield from _quota(quota, own, target)


def _quota(quota: Resource, own: list[Load], target: Target) -> Iterator[Problem | Unjudged]:
    counted = covered(quota, own, target.resources)
    if counted is None:
        yield Unjudged("which pods this quota counts is not known", quota, ("spec",))
        return
    yield from map(_refused, quota_refusals(quota, counted))
    objects = [other for other in target.resources if other.namespace == quota.namespace]
    for name, hard, use in uses(quota, objects, own, counted):
        if use is None:
            reason = f"how much of {name} is used does not stand in the manifests"
            yield Unjudged(reason, quota, hard.path)
        elif use.total > hard.amount:
            yield _exceeded(quota, name, use, target)


def _exceeded(quota: Resource, name: str, use: Use, target: Target) -> Problem:
    total = format_quantity(use.total, binary=is_bytes(name))
    ordered = largest(use.shares)
    counts = [field for share in ordered[:1] for field in counted_by(share, target.autoscaler_of)]
    also = f", and {use.also}, which is in every namespace" if use.also else ""
    return Problem(
        use.hard.path,
        f"{name} comes to {total} at most, over the "
        f"{use.hard.value!r} of this quota: {describe(use.shares, name)}{also}",
        quota,
        f"Write `{name}: {total}` or more, or lower what the objects named here take.",
        related=(*((s.resource, s.path, s.words) for s in ordered[:NAMED]), *counts),
    )


def _refused(refusal: Refusal) -> Problem:
    problem = Problem.between(
        refusal.message,
        Cause(refusal.resource, refusal.path, "the amount"),
        Cause(refusal.cause, refusal.cause_path, "demanded here"),
        remedy=refusal.remedy,
    )
    if refusal.resource.get(*refusal.path) is None:  # only the missing amount can be at fault
        demanded = (refusal.cause, refusal.cause_path, "demanded here")
        return problem._replace(causes=(), related=(demanded,))
    return problem


def _unknown(load: Load, *, nodes_known: bool) -> Iterator[Unjudged]:
    """What the sums leave out for this workload because nothing in the target says it."""
    workload, resources = load.pod.workload, load.resources
    if resources.overhead_unknown:
        yield Unjudged(OVERHEAD_UNKNOWN, workload, load.pod.at("runtimeClassName"))
    if workload.kind == "DaemonSet" and not nodes_known:
        yield Unjudged("counted for one node; declare facts.cluster.nodes", workload)
    for name in resources.contested:
        reason = f"LimitRanges disagree about the default for {name}; the first of them was counted"
        yield Unjudged(reason, workload, load.pod.at("containers"))
