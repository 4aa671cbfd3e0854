"""Every target of a replacement selects at least one object.

A target that selects nothing is skipped by Kustomize without a word, and the field keeps what the
manifest says: often a placeholder, or the host name of another environment. It happens when the
object is renamed, or when it comes from a component that the overlay does not use.

Looks at each of the `targets` of `replacements`, in the kustomization or in a file of its own, at
the moment when Kustomize applies it; not at a ReplacementTransformer among the `transformers`. An
object that is selected without having the field is an error of Kustomize, and so is a source that
is not exactly one object. In a component that several kustomizations use, a target may be meant
for others: there it is enough that its kind and name fit some object that the repository's
kustomizations list.
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
    defers_to=("kustomization-strict",),
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
