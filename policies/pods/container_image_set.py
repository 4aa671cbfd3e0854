"""Every container names an image.

The API server refuses a pod with a container that does not, and the template of one: nothing of
the workload is deployed, not even its other containers. Seldom was a container forgotten to be
given one; more often a patch names a container that does not exist, and so adds it.

Looks at main, init and ephemeral containers of every workload. Whatever else such a container
lacks is not reported: it never runs. Where a patch of a kustomization has added the container,
patch-merges-element says so.

https://kubernetes.io/docs/concepts/containers/images/
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.rules.rule import Consequences, Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Write `image:`, or the name of the container that this is meant for.",
    defers_to=("patch-merges-element",),
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for container in pod.containers:
        if container.get("image") in (None, ""):
            yield Problem(
                container.at("image"),
                f"container {container.name!r} has no image",
                explains=(Consequences(pod.workload, (container.path,)),),
            )
