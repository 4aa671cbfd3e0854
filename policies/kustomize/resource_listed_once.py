"""No object is there twice: not listed twice, not written twice, not brought by two bases.

Kustomize takes each kind, name and namespace once and stops at the second. Its message names the
object and the way to one of the two, never both: who reads it has to search for the other. A base
that two of the listed bases share is brought twice, too; so is a component that stands twice under
`components`. And `namespace:` makes two objects of one name one, if they were in two namespaces.

Looks at objects at the moment when Kustomize adds them, under the names they have by then: what a
prefix or a namespace keeps apart is not the same object. Names both places; where the same file
comes in on two ways, the two entries that bring it. Kustomize stops at the first such object, so
this is the one that is named. What generators make is judged by generator-valid, and objects that
get one name by a patch are not looked at.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/
"""

from collections.abc import Iterator

from tools.rules.entries import mistakes
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Delete one of the two, or give it another name or namespace.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    yield from mistakes(target, "resource", "namespace")
