"""The replicas of a production workload are spread over nodes or zones.

Two replicas on one node are lost together with it, and so are two in one zone: their number then
says nothing about availability. Left alone, the scheduler only prefers to spread (its built-in
constraints tolerate a difference of 3 pods between nodes and 5 between zones, and give way
whenever that suits), and in a small cluster that is everything on one node.

Judged in environments called `prod` are Deployments, StatefulSets, ReplicaSets,
ReplicationControllers and Argo Rollouts that may have two replicas or more. What counts is a
topology spread constraint, or an anti-affinity against pods with the workload's own labels,
required or preferred, over one of the option's topology keys. kube-linter
takes the anti-affinity alone; a constraint spreads as well. Whether the selector of a constraint
matches is the business of spread-selects-own-pods.

https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
"""

from collections.abc import Iterator
from typing import Any

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import as_list, as_map
from tools.kubernetes.rollout import SCALABLE, replicas_of
from tools.kubernetes.selector import matches
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

SEVERAL = 2
NAMED = 2
"""How many of the topology keys a finding names."""
CONSTRAINTS = "topologySpreadConstraints"
_DURING = "DuringSchedulingIgnoredDuringExecution"


class Options(RuleOptions):
    topology_keys: tuple[str, ...] = (
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
    )
    """Node labels over which pods count as spread; one of them is enough."""
    exempt: tuple[str, ...] = ()
    """Workloads that need no spreading, as `name` or `Kind/name`."""


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    environments=("prod",),
    remedy="Add a topologySpreadConstraints entry over kubernetes.io/hostname or a zone.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    workload = pod.workload
    if workload.kind not in SCALABLE:
        return
    if target.facts.declares(options.exempt, workload.kind, workload.name):
        return
    replicas = replicas_of(workload, target.autoscaler_of(workload)).maximum
    keys = {*_spread(pod), *_kept_apart(pod)}
    if replicas >= SEVERAL and keys.isdisjoint(options.topology_keys):
        message = f"nothing spreads the {replicas} pods of {workload.kind} {workload.name!r}"
        yield Problem(
            pod.at(CONSTRAINTS), f"{message} over {' or '.join(options.topology_keys[:NAMED])}"
        )


def _spread(pod: Pod) -> Iterator[str]:
    """The topology keys of the constraints."""
    for constraint in as_list(pod.get(CONSTRAINTS)):
        yield str(as_map(constraint).get("topologyKey"))


def _kept_apart(pod: Pod) -> Iterator[str]:
    """The topology keys over which the pod avoids pods with its own labels."""
    rules = as_map(pod.get("affinity", "podAntiAffinity"))
    terms: list[Any] = list(as_list(rules.get("required" + _DURING)))
    for preferred in as_list(rules.get("preferred" + _DURING)):
        terms.append(as_map(preferred).get("podAffinityTerm"))
    for term in map(as_map, terms):
        if matches(term.get("labelSelector"), pod.labels):
            yield str(term.get("topologyKey"))
