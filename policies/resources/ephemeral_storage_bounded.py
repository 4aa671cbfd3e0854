"""Every container is limited in the local storage that it writes.

The writable layer of a container, its logs and its `emptyDir` volumes share the node's disk. A
container that writes without an end fills it, the node reports disk pressure and evicts pods, also
those that have done nothing. With a limit only the pod that wrote too much is evicted.

Looks at main, sidecar and init containers for a limit of `ephemeral-storage`, their own or from a
LimitRange in the same namespace of the target. The request needs no rule: unless stated, it equals
the limit. A limit of 0 is none. Amounts for the whole pod (`spec.resources`) cannot name this
resource. A LimitRange that is not among the judged objects is not seen.

https://kubernetes.io/docs/concepts/storage/ephemeral-storage/
"""

from collections.abc import Iterator

from tools.kubernetes.effective_resources import PodResources
from tools.kubernetes.pod import Pod
from tools.kubernetes.wrong_amounts import why_unstated
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    remedy="Write resources.limits.ephemeral-storage, for example 256Mi.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    resources = PodResources(pod, target.resources)
    for own in resources.containers:
        if missing := resources.unstated(own, "limits", ["ephemeral-storage"]):
            why = why_unstated(own.container, "limits", missing)
            yield Problem(
                own.container.at("resources", "limits", "ephemeral-storage"),
                f"container {own.container.name!r} has no limit for ephemeral-storage{why}",
            )
