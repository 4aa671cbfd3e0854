"""Every entry of `replicas` names a workload.

Kustomize stops at an entry that names none, which happens when a Deployment is renamed, or moves to
a component that the overlay does not use. Its message lists the kinds that it has looked at, and
names neither the file nor the line.

Looks at each entry of `replicas`, and at each ReplicaCountTransformer among the `transformers`, at
the moment when Kustomize applies it: names of the manifest and those after prefixes and suffixes
count, of Deployments, StatefulSets, ReplicaSets, ReplicationControllers, and of the kinds that
`configurations` add. Kustomize stops at the first entry without a match, so this is the one that
is named.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replicas/
"""

from collections.abc import Iterator

from tools.rules.entries import mistakes
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Write the name of a Deployment, StatefulSet, ReplicaSet or ReplicationController.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    yield from mistakes(target, "replicas")
