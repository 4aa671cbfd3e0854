"""Every generator has a name, pairs with distinct keys, and a behavior that fits what is there.

Kustomize stops at a generator that breaks one of these, and its message names no file, no line and
often not even the entry. Nothing of the overlay is deployed until somebody has found it; and what
stops the build of a base stops every overlay on it.

Looks at each entry of `configMapGenerator` and `secretGenerator`, and at the generators that stand
in files of their own: its name; literals, which are `KEY=VALUE`; files, which are `FILE` or
`KEY=FILE`; keys that stand twice, whether from literals, files or lines of an env file; and
`behavior`: `merge` and `replace` need an object of this name and namespace from a resource or a
base, `create` (and none) needs that there is none. Whether the files exist is judged by
kustomization-refs-local. Kustomize accepts lines of an env file without `=`, and keys that no
ConfigMap may have; the latter are judged by schema-valid and name-valid.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/configmapgenerator/
"""

from collections.abc import Iterator

from tools.rules.entries import mistakes
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Write the generator as Kustomize documents it.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    yield from mistakes(target, "configMapGenerator", "secretGenerator")
