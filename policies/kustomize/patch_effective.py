"""Every patch of a kustomization changes something.

A patch that leaves every object as it was says what the base says already. It misleads: whoever
reads the overlay takes the value for its own, and when the base changes, the overlay holds on to
the old one without anybody having decided that.

Looks at each patch that selects objects, and compares them field by field before and after it; a
later patch may well change the result again. One document of a patch file with several is one
patch. In a component that several kustomizations use, a patch may have its effect in others, so
nothing is said about it there. A patch that selects nothing is judged by patch-matches.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
"""

from collections.abc import Iterator

from tools.rules.entries import entries
from tools.rules.rule import Judges, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target

_FEW = 3
"""So many objects are named one by one."""


@rule(
    judges=Judges.SOURCE,
    severity=Severity.WARNING,
    remedy="Delete the patch, or the lines of it that the base says already.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem | Unjudged]:
    for entry in entries(target, "patch"):
        application = entry.application
        if application.unknown:
            yield Unjudged(application.unknown, place=application.place)
        elif application.matched and not application.changed and application.patch:
            if entry.is_shared:
                continue
            names = [f"{obj.kind} {obj.original.name}" for obj in application.objects]
            selected = ", ".join(names) if len(names) <= _FEW else f"{len(names)} objects"
            selected = selected or "the objects that it selects"
            message = f"this patch changes nothing: it says what stands in {selected} already"
            related = ((application.place, "applied here"),)
            yield SourceProblem(application.patch.place, message, related=related)
