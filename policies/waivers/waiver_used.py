"""Every waiver accepts at least one finding.

A waiver that matches nothing hides the next violation of its rule before anyone has seen it. It
is left over from something that was mended, or its resource is misspelt and the finding it was
meant for still stands. The same holds for what the option `accepted` of a rule names, as that of
`image-scanned` does: a vulnerability that no scanner finds any more, or that is misspelt.

Judged only when a run covers the whole repository with every rule, and everything in the waiver's
environment could be judged, because otherwise the finding may simply not have been looked for.

How names match: https://docs.python.org/3/library/fnmatch.html.
"""

from collections.abc import Iterator

from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.waiver import WaiverBook


@rule(
    judges=Judges.CONFIGURATION,
    severity=Severity.WARNING,
    remedy="Delete the waiver, or correct its rule, resource or environment.",
)
def check(book: WaiverBook, options: None) -> Iterator[SourceProblem]:
    for waiver in book.unused():
        subject = f"the waiver of {waiver.rule} for {waiver.resource}"
        yield SourceProblem(waiver.place, f"{subject} accepts no finding")
    for one in book.idle():
        message = f"{one.rule} accepts {one.entry.id} here, which matches no finding"
        yield SourceProblem(one.place, message, "Delete the entry, or correct what it names.")
