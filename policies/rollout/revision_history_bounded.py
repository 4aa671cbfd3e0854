"""A workload keeps some old revisions, and not more than anybody goes back to.

Every change of the pod template leaves an old ReplicaSet (of a StatefulSet or DaemonSet, a
ControllerRevision) behind. `kubectl rollout undo` needs the last one: with
`revisionHistoryLimit: 0` there is nothing to go back to when Git is out of reach. Many of them
fill etcd and every list of objects, and keep ConfigMaps and Secrets of old revisions in use.

Judged are Deployments, StatefulSets, DaemonSets and Argo Rollouts. Unset, the limit is 10, which
is the default of the option `max` too, so that only larger numbers and 0 are found.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#clean-up-policy
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

FIELD = ("spec", "revisionHistoryLimit")
DEFAULT = 10
USUAL = 5


class Options(RuleOptions):
    min: int = 1
    """The fewest old revisions that must be kept."""
    max: int = 10
    """The most old revisions that may be kept."""


@rule(
    judges=Judges.OBJECT,
    kinds=("Deployment", "StatefulSet", "DaemonSet", "Rollout"),
    severity=Severity.INFO,
    remedy="Set spec.revisionHistoryLimit to a small number such as 5.",
    options=Options,
)
def check(workload: Resource, target: Target, options: Options) -> Iterator[Problem]:
    given = workload.get(*FIELD)
    limit = DEFAULT if given is None else given
    if not isinstance(limit, int):
        return
    value = f"not set and defaults to {DEFAULT}" if given is None else f"{limit}"
    good = max(options.min, min(options.max, USUAL))
    if limit < options.min:
        lost = "there is nothing to go back to" if limit == 0 else f"{options.min} are demanded"
        message = f"revisionHistoryLimit is {value}: {lost}"
        yield Problem(FIELD, message, remedy=f"Write `revisionHistoryLimit: {good}`.")
    elif limit > options.max:
        message = f"revisionHistoryLimit is {value}, more than {options.max}"
        yield Problem(FIELD, message, remedy=f"Write `revisionHistoryLimit: {good}`.")
