"""Every patch of a kustomization can be read, and each of its operations can be applied.

Some mistakes in a patch are silent. A JSON 6902 operation without a `value`, or with `vaule`, sets
the field to null; the API server then uses its default, or refuses the object at the sync. An
empty patch file, or one in which everything is commented out, changes nothing although the
kustomization still lists it. At the other mistakes Kustomize stops, and says neither the file nor
the line: `Unexpected kind: ad`.

Looks at each entry of `patches`, `patchesJson6902` and `patchesStrategicMerge`, and at each patch
among the `transformers`: whether it has one of `path` and `patch`, a target where it needs one, and
a text that Kustomize takes for a patch; at every operation's `op`, `path`, `from` and `value`; and
at the paths, as the objects are when the operation is applied. Kustomize stops at the first path
that does not exist, so this is the only one that is named; `add` and `replace` of a missing key of
a map that is there are no mistake. Whether a patch selects anything is judged by patch-matches.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/ and
https://datatracker.ietf.org/doc/html/rfc6902#section-4
"""

from collections.abc import Iterator

from tools.rules.entries import mistakes
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Write the patch as Kustomize documents it, for fields that are there.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    yield from mistakes(target, "patch")
