"""Every namespace with pods has a policy that denies them all traffic, in both directions.

Policies only ever open: a pod that none selects may be reached by everybody in the cluster and may
reach everything. A policy that selects all pods and opens nothing turns that round, also for the
pod that somebody adds next year. Without it, each new workload is open until its author thinks of
a policy, and nothing reminds them.

Looked for is a NetworkPolicy with an empty `podSelector` and without rules, for each direction; one
policy may be about both. A policy for all pods with a rule (such as one for the DNS) does not
count: it is there to open something, and goes when that is no longer needed. Without `policyTypes`
a policy is about ingress, and about egress only if it has rules for it, so that `egress: []` denies
nothing. A selector that happens to match all of today's pods is not enough.

Judged are the namespaces in which the target has pods. Where the target holds policies of a network
plugin (Cilium's, Calico's), and for a component by itself, it is not known what else there is.

https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-ingress-and-all-egress-traffic
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.kubernetes.traffic.policy import Direction, Policy
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.rules.unseen import unseen_policies
from tools.source.place import FieldPath


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Add a NetworkPolicy to the namespace with podSelector: {} and policyTypes: [Ingress, "
    "Egress], and no rules.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    for namespace in dict.fromkeys(pod.namespace for pod in target.pods):
        policies = [
            policy
            for policy in target.traffic.policies
            if policy.namespace == namespace and not policy.selects
        ]
        lacking = [way for way in Direction if not any(_denies(p, way) for p in policies)]
        if lacking:
            unknown = unseen_policies(target, namespace)
            problem = _problem(target, namespace, policies, lacking)
            yield Unjudged(unknown, problem.resource) if unknown else problem


def _denies(policy: Policy, direction: Direction) -> bool:
    return direction in policy.directions and not policy.of(direction)


def _opens_all(policy: Policy, direction: Direction) -> list[FieldPath]:
    """The rules for everybody at every port."""
    rules = policy.of(direction)
    return [rule.path for rule in rules if rule.peers is None and rule.ports is None]


def _problem(
    target: Target, namespace: str, policies: list[Policy], lacking: list[Direction]
) -> Problem:
    words = " and ".join(way.field for way in lacking)
    for policy in policies:
        for direction in lacking:
            for path in _opens_all(policy, direction):
                message = f"lets all pods have {direction.field} from anywhere"
                if direction is Direction.EGRESS:
                    message = "lets all pods connect to anywhere"
                return Problem(path, message, policy.resource, "Delete the rule.")
    for policy in (policy for policy in policies if not policy.rules):
        path = ("spec", "policyTypes")
        remedy = "Write policyTypes: [Ingress, Egress]."
        return Problem(path, f"selects all pods, but denies no {words}", policy.resource, remedy)
    where, path = _namespace(target, namespace)
    here = f"namespace {namespace!r}" if namespace else "the namespace"
    return Problem(path, f"no NetworkPolicy denies all pods of {here} {words}", where)


def _namespace(target: Target, name: str) -> tuple[Resource, FieldPath]:
    """The object that says which namespace there is: itself, else the first one with pods."""
    found = target.resources.find("Namespace", name, "") if name else None
    if found is not None:
        return found, ("metadata", "name")
    pod = next(pod for pod in target.pods if pod.namespace == name)
    return pod.workload, ("metadata", "namespace") if name else ("metadata", "name")
