"""Every document that a kustomization lists is an object with apiVersion, kind and a name.

Kustomize finds objects by these: patches, images and references depend on them. Without a kind or a
name it stops, and its message shows what it has read of the object and not where it stands. Without
an apiVersion it goes on, and the API server refuses what it renders. A file that is no manifest at
all (values for Helm, a list, a piece of text) got into `resources` by mistake.

Looks at every document of the files under `resources`, and at the members of Lists in them; also
where nobody uses the kustomization. `generateName` is no name: Kustomize needs one. Empty documents
are skipped, as Kustomize skips them. Whether kind and apiVersion exist is judged by schema-valid.
https://kubernetes.io/docs/concepts/overview/working-with-objects/#required-fields
"""

from collections.abc import Iterator

from tools.rules.entries import mistakes
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Write apiVersion, kind and metadata.name, or take the file out of `resources`.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    for problem in mistakes(target, "document"):
        yield problem._replace(stops=True)  # what has no apiVersion is rendered, and not judged
