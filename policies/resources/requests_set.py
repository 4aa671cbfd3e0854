"""Every container requests CPU and memory.

The scheduler adds up requests, and nothing else, to find a node. A container without them counts
as nothing: the node fills up until memory runs out, and the pods that asked for nothing are the
first to be killed. An autoscaler that works with utilisation has nothing to divide by.

Looks at main containers and sidecars of every pod. An init container has finished when the others
run, so it needs none. What the API server fills in counts: a limit is the request where none is
stated, then `defaultRequest`, `default`, `max` or `min` of a LimitRange in the same namespace of
the target. Amounts for the whole pod (`spec.resources`, since Kubernetes 1.34) count for each of
its containers. A request of 0 is none. A LimitRange that is not among the judged objects is not
seen; with `limitRanges: false` none counts. kube-linter, kube-score and polaris judge what the
container itself states, and the first two ask init containers too.

https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
"""

from collections.abc import Iterator

from tools.kubernetes.effective_resources import PodResources
from tools.kubernetes.pod import Pod
from tools.kubernetes.wrong_amounts import why_unstated
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    resources: tuple[str, ...] = ("cpu", "memory")
    """What has to be requested."""
    limit_ranges: bool = True
    """Whether what a LimitRange fills in counts; false demands it in every manifest."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Write resources.requests with what is missing, as much as the container usually needs.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    resources = PodResources(pod, target.resources)
    for own in resources.containers:
        missing = resources.unstated(
            own, "requests", options.resources, defaults=options.limit_ranges
        )
        if missing and own.container.stays:
            why = why_unstated(own.container, "requests", missing)
            yield Problem(
                own.container.at("resources", "requests", *missing[: len(missing) == 1]),
                f"container {own.container.name!r} requests no {' and no '.join(missing)}{why}",
                remedy=f"Write resources.requests with {' and '.join(missing)}, as much as the "
                "container usually needs.",
            )
