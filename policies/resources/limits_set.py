"""Every container is limited in CPU and memory.

Without a memory limit one leak takes the whole node: the kernel then kills whatever it likes,
other pods included. Without a CPU limit a busy loop takes every idle core of the node.

Looks at main, sidecar and init containers of every pod. A LimitRange in the same namespace of the
target satisfies it with `default`, or with `max`, which is the default where no other is stated;
so do limits for the whole pod (`spec.resources`, since Kubernetes 1.34). A limit of 0 is none. A
LimitRange that is not among the judged objects is not seen; with `limitRanges: false` none counts,
and whoever reads a manifest sees the limit in it. Where CPU is deliberately left
without a limit, so that idle cores can be used, set `resources: [memory]`.

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
    """What has to be limited."""
    limit_ranges: bool = True
    """Whether what a LimitRange fills in counts; false demands it in every manifest."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Write resources.limits with what is missing, as much as the container may ever take.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    resources = PodResources(pod, target.resources)
    for own in resources.containers:
        missing = resources.unstated(
            own, "limits", options.resources, defaults=options.limit_ranges
        )
        if missing:
            names = " and ".join(missing)
            why = why_unstated(own.container, "limits", missing)
            yield Problem(
                own.container.at("resources", "limits", *missing[: len(missing) == 1]),
                f"container {own.container.name!r} has no limit for {names}{why}",
                remedy=f"Write resources.limits with {names}, as much as the container may ever "
                "take.",
            )
