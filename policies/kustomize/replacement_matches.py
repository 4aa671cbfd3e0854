"""Every replacement has one source, and each of its targets selects objects that have the field.

A target that selects nothing is skipped by Kustomize without a word, and the field keeps what the
manifest says: often a placeholder, or the host name of another environment. It happens when the
object is renamed, or when it comes from a component that the overlay does not use. At everything
else that does not fit, Kustomize stops, and its message names neither the file nor the line.

Looks at each of the `targets` of `replacements`, in the kustomization or in a file of its own, at
the moment when Kustomize applies it. The source must be exactly one object that has the field at
`fieldPath`; every object that a target selects must have the fields at `fieldPaths`, unless
`options.create` is set. Of these, Kustomize stops at the first, so this is the one that is named;
what a replacement lacks altogether is always named. Of a ReplacementTransformer among the
`transformers` only that at which Kustomize stops is judged. In a component that several
kustomizations use, a target may be meant for others: there it is enough that its kind and name fit
some object that the repository's kustomizations list.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/
"""

from collections.abc import Iterator

from tools.kubernetes.resource import as_map, lookup
from tools.rules.entries import entries, mistakes, why_nothing
from tools.rules.rule import Judges, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target
from tools.trace.application import Target as Selection

_PARTS = ("group", "version", "kind", "name")


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Select an object that is there when the replacement is applied, or delete the target.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem | Unjudged]:
    yield from mistakes(target, "replacement")
    for entry in entries(target, "replacement"):
        application = entry.application
        if application.unknown:
            yield Unjudged(application.unknown, place=application.place)
        elif application.matched == 0:
            select = as_map(lookup(application.entry, ("select",)))
            parts = {part: str(select[part]) for part in _PARTS if select.get(part)}
            found = why_nothing(entry, Selection(application.place, **parts), "select")
            if found:
                place, why = found
                yield SourceProblem(place, f"this target of a replacement selects nothing: {why}")
