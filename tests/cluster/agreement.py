"""How far we and the server agree, and where we do not."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

from tests.cluster.server_words import Named, depends_on_state, named, shape
from tests.cluster.verdicts import Finding, Judged, ours

AGREEMENT, WRONGLY_REFUSED, SAME_FIELD, STATE = 0.995, 0.002, 0.97, 0.01
"""The goals: the share of objects with the same verdict; of the good ones, those that we refuse, at
most; of the refusals in which the server names a field, those where we name it too; and how many
may depend on the cluster."""
EXAMPLES = 10
"""Disagreements of one cause that are kept whole."""
_INDEX = re.compile(r"\.\d+(?=\.|$)")


Verdict = Callable[[Mapping[str, Any]], Sequence[Finding]]
"""What finds something against an object."""


class Outcome(Enum):
    """What came of one object."""

    AGREED = "agreed"
    WRONGLY_ACCEPTED = "wrongly accepted"
    WRONGLY_REFUSED = "wrongly refused"
    OTHER_FIELD = "refused at another field"
    STATE = "depends on the cluster"


class Compared(NamedTuple):
    """Both verdicts on one object: what we find, and the fields that the server names."""

    judged: Judged
    findings: Sequence[Finding]
    named: Sequence[Named]
    outcome: Outcome

    @property
    def cause(self) -> tuple[Any, ...]:
        """What it shares with others that disagree for the same reason."""
        if self.outcome is Outcome.WRONGLY_REFUSED:
            at = ".".join(map(str, self.findings[0].path))
            words = self.findings[0].sentence
        else:
            at = self.named[0].path if self.named else ""
            words = self.judged.answer.message
        return self.outcome, self.judged.mutant.kind, _INDEX.sub("", at), shape(words)


class Sums(NamedTuple):
    """Counts over some objects. `fields` are refusals in which the server names a field."""

    total: int
    good: int
    wrongly_accepted: int
    wrongly_refused: int
    fields: int
    other_field: int
    state: int

    @property
    def agreement(self) -> float:
        wrong = self.wrongly_accepted + self.wrongly_refused
        return 1 - _share(wrong, self.total - self.state)

    @property
    def wrongly_refused_share(self) -> float:
        return _share(self.wrongly_refused, self.good)

    @property
    def same_field(self) -> float:
        return 1 - _share(self.other_field, self.fields)

    @property
    def state_share(self) -> float:
        return _share(self.state, self.total)

    @property
    def is_good(self) -> bool:
        """Whether all goals are reached."""
        return (
            self.agreement >= AGREEMENT
            and self.wrongly_refused_share <= WRONGLY_REFUSED
            and self.same_field >= SAME_FIELD
            and self.state_share <= STATE
        )


class Disagreement(NamedTuple):
    """Disagreements of one cause: how many, and the first of them."""

    number: int
    examples: Sequence[Compared]


def compare(judged: Judged, verdict: Verdict = ours) -> Compared:
    """Our verdict of now beside the server's."""
    findings = verdict(judged.mutant.data)
    fields = [] if judged.answer.accepted else named(judged.answer)
    return Compared(judged, findings, fields, _outcome(judged, findings, fields))


def _outcome(judged: Judged, findings: Sequence[Finding], fields: Sequence[Named]) -> Outcome:
    if depends_on_state(judged.answer):
        return Outcome.STATE
    if judged.answer.accepted:
        return Outcome.WRONGLY_REFUSED if findings else Outcome.AGREED
    if not findings:
        return Outcome.WRONGLY_ACCEPTED
    meets = any(field.is_ours(finding.path) for field in fields for finding in findings)
    return Outcome.AGREED if meets or not fields else Outcome.OTHER_FIELD


class Agreement:
    """The verdicts on many objects. Of those on which both agree only the number is kept."""

    def __init__(self, all_judged: Iterable[Judged], verdict: Verdict = ours) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._causes: dict[tuple[Any, ...], Disagreement] = {}
        for judged in all_judged:
            self._add(compare(judged, verdict))

    @property
    def sums(self) -> Sums:
        """Over all objects."""
        return _sums(sum(self._counts.values(), Counter()))

    @property
    def by_kind(self) -> dict[str, Sums]:
        """Per kind, the worst first."""
        found = [(kind, _sums(counts)) for kind, counts in sorted(self._counts.items())]
        return dict(sorted(found, key=lambda item: item[1].agreement))

    @property
    def disagreements(self) -> list[Disagreement]:
        """By cause, the most frequent first; other fields come after other verdicts."""

        def rank(item: Disagreement) -> tuple[bool, int]:
            return item.examples[0].outcome is Outcome.OTHER_FIELD, -item.number

        return sorted(self._causes.values(), key=rank)

    def _add(self, one: Compared) -> None:
        counts = self._counts.setdefault(one.judged.mutant.kind, Counter())
        counts.update(("total", one.outcome.name))
        if one.outcome is Outcome.STATE:
            return
        counts["good"] += one.judged.answer.accepted
        counts["fields"] += bool(one.named)
        if one.named and one.outcome is Outcome.WRONGLY_ACCEPTED:
            # Where we accept an object, we name no field of the server's either.
            counts[Outcome.OTHER_FIELD.name] += 1
        if one.outcome is not Outcome.AGREED:
            known = self._causes.get(one.cause, Disagreement(0, ()))
            kept = [*known.examples, one] if known.number < EXAMPLES else known.examples
            self._causes[one.cause] = Disagreement(known.number + 1, kept)


def _sums(counts: Counter[str]) -> Sums:
    return Sums(
        total=counts["total"],
        good=counts["good"],
        wrongly_accepted=counts[Outcome.WRONGLY_ACCEPTED.name],
        wrongly_refused=counts[Outcome.WRONGLY_REFUSED.name],
        fields=counts["fields"],
        other_field=counts[Outcome.OTHER_FIELD.name],
        state=counts[Outcome.STATE.name],
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
