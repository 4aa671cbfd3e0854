"""Node selectors, node affinities and tolerations name labels and taints that nodes have.

A pod whose node selector fits no node stays Pending, and a rollout that waits for it never ends.
The manifest looks right: labels are free text, and a typing error is one more label. A toleration
of a taint that no node has does nothing, which one finds out when the tainted nodes stay empty.

`facts.cluster.nodeLabels` in `policies.yaml` declares the labels of the nodes with the values
that occur (an empty list allows any), `facts.cluster.taints` the taint keys. Known without
that are the labels and taints that Kubernetes gives by itself: `kubernetes.io/os`, `…/arch` and
`…/hostname`, `topology.kubernetes.io/*`, `node-role.kubernetes.io/*` and so on; for the operating
system and the architecture also the values. Where nothing is declared, any other label or taint
is reported as not judged, because it may well exist.

Of an affinity only what demands a label is judged (In, Exists, Gt, Lt), in required and in
preferred terms; NotIn and DoesNotExist fit nodes that have never heard of the label. One known
value among several of an `In` is enough.

https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.kubernetes.nodes import LABELS, is_well_known_label, is_well_known_taint
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import as_list, as_map
from tools.kubernetes.spelling import closest
from tools.rules.facts import Cluster
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

_DURING = "DuringSchedulingIgnoredDuringExecution"
_REQUIRED = ("affinity", "nodeAffinity", "required" + _DURING, "nodeSelectorTerms")
_PREFERRED = ("affinity", "nodeAffinity", "preferred" + _DURING)


class Demand(NamedTuple):
    """A label that a node must have, and the values that fit, () if any does; with their paths."""

    path: FieldPath
    key: str
    values_path: FieldPath
    values: tuple[Any, ...]


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    remedy="Correct the name, or declare it under facts.cluster: nodeLabels or taints.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    cluster = target.facts.cluster or Cluster()
    for demand in _demands(pod):
        yield from _judge_label(demand, cluster)
    for path, toleration in pod.workload.maps(*pod.at("tolerations")):
        key = toleration.get("key")
        if isinstance(key, str) and key and not is_well_known_taint(key):
            yield from _judge_taint((*path, "key"), key, cluster)


def _demands(pod: Pod) -> Iterator[Demand]:
    for key, value in as_map(pod.get("nodeSelector")).items():
        path = pod.at("nodeSelector", key)
        yield Demand(path, key, path, (value,))
    terms = [path for path, _ in pod.workload.maps(*pod.at(*_REQUIRED))]
    terms += [(*path, "preference") for path, _ in pod.workload.maps(*pod.at(*_PREFERRED))]
    for term in terms:
        for path, expression in pod.workload.maps(*term, "matchExpressions"):
            if expression.get("operator") in ("In", "Exists", "Gt", "Lt"):
                wanted = expression.get("operator") == "In"
                values = tuple(as_list(expression.get("values"))) if wanted else ()
                key = str(expression.get("key"))
                yield Demand((*path, "key"), key, (*path, "values"), values)


def _judge_label(demand: Demand, cluster: Cluster) -> Iterator[Problem | Unjudged]:
    declared = cluster.node_labels
    label = f"node label {demand.key!r}"
    if demand.key not in declared and not is_well_known_label(demand.key):
        if declared:
            message = f"{label} is not declared for this cluster"
            yield Problem(demand.path, message, at_key=True)
        else:
            reason = "facts.cluster.nodeLabels declares no labels of the nodes"
            yield Unjudged(f"{label} may not exist: {reason}", path=demand.path)
        return
    known = declared.get(demand.key) or LABELS.get(demand.key, ())
    if known and demand.values and not any(value in known for value in demand.values):
        values = " or ".join(repr(value) for value in demand.values)
        message = f"{label} is never {values}; it is {' or '.join(known)}"
        meant = closest(str(demand.values[0]), known)
        remedy = f"Write {meant}." if meant else "Write one of these values."
        if demand.key in declared:
            remedy = f"{remedy[:-1]}, or declare another under facts.cluster.nodeLabels."
        yield Problem(demand.values_path, message, remedy=remedy)


def _judge_taint(path: FieldPath, key: str, cluster: Cluster) -> Iterator[Problem | Unjudged]:
    if cluster.taints and key not in cluster.taints:
        yield Problem(path, f"taint {key!r} is not declared for this cluster")
    elif not cluster.taints:
        reason = "facts.cluster.taints declares no taints of the nodes"
        yield Unjudged(f"taint {key!r} may not exist: {reason}", path=path)
