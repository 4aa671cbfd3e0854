"""Every pod is selected by a NetworkPolicy for ingress, and by one for egress.

A pod that no policy selects in a direction is open in it: every other pod of the cluster, of any
team, can connect to it, or it can connect to anything, the cloud's metadata service included. One
program that is taken over is then enough to reach all others. A policy that is about the other
direction, or selects a label that the pod template has not got, looks as if it protected the pod.

A policy is about ingress unless `policyTypes` says otherwise, and about egress if `policyTypes`
names it or, without `policyTypes`, if it has egress rules. Compared are the labels of the pod
template; a default deny of the namespace counts. It does not matter here what the policies open.
kube-linter is content with one direction; polaris wants rules in both, and so refuses a policy
that denies everything.

Not judged are pods in the network of their node (what policies do about those is left to the
network plugin), pods that a policy selects by a label which a controller gives to some of them,
targets with policies of a network plugin, and components by themselves.

https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.traffic.policy import Direction
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.rules.unseen import unseen_policies


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Add a NetworkPolicy whose podSelector matches these labels, with policyTypes: "
    "[Ingress, Egress].",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    end = target.traffic.end(pod.workload)
    if end is None:
        return
    path = (*pod.template, "metadata", "labels")
    sides = [target.traffic.side(end, direction) for direction in Direction]
    open_sides = [side for side in sides if any(o.policy is None for o in side.openings)]
    if not open_sides:
        return
    words = " and ".join(side.direction.field for side in open_sides)
    if unknown := unseen_policies(target, pod.namespace):
        yield Unjudged(unknown, path=path)
    elif end.in_host_network:
        reason = "policies need not hold for pods in the network of their node (hostNetwork)"
        yield Unjudged(reason, path=pod.at("hostNetwork"))
    elif all(side.policies for side in open_sides):
        yield Unjudged(f"whether a policy selects the pods for {words} depends on the cluster")
    else:
        yield Problem(path, f"no NetworkPolicy selects the pods for {words}")
