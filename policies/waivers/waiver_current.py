"""No waiver is past its date.

An expired waiver accepts nothing any more, so the findings it covered are back. Whoever agreed to
it agreed until that day: mend what it covers, or ask again and move the date.

Looks at `waivers:` of `policies.yaml`; the date is compared with today's in UTC. The format is
described in https://json-schema.org/understanding-json-schema/reference/string#dates-and-times.
"""

from collections.abc import Iterator

from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.waiver import WaiverBook


@rule(
    judges=Judges.CONFIGURATION,
    severity=Severity.WARNING,
    remedy="Mend what the waiver covers and delete it, or agree on a new date.",
)
def check(book: WaiverBook, options: None) -> Iterator[SourceProblem]:
    for waiver in book.expired():
        subject = f"the waiver of {waiver.rule} for {waiver.resource}"
        yield SourceProblem(waiver.place, f"{subject} expired on {waiver.until}")
