"""How far we and the server agree, and where we do not."""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple

from tests.cluster.server_words import Named, depends_on_state, named, shape
from tests.cluster.verdicts import Finding, Judged, ours

AGREEMENT, WRONGLY_REFUSED, FIELDS = 0.995, 0.002, 0.97
"""The goals: objects with the same verdict; good objects that we refuse, at most; and refusals that
name a field which is among ours."""


class Outcome(Enum):
    """What came of one object."""

    AGREED = "agreed"
    WRONGLY_ACCEPTED = "wrongly accepted"
    WRONGLY_REFUSED = "wrongly refused"
    OTHER_FIELD = "refused at another field"
    STATE = "depends on the cluster"


class Compared(NamedTuple):
    """Both verdicts on one object."""

    judged: Judged
    findings: list[Finding]
    named: list[Named]
    outcome: Outcome

    @property
    def group(self) -> tuple[Any, ...]:
        """What it has in common with others that have the same cause."""
        changed = tuple(
            tuple(part for part in change.path if isinstance(part, str))
            for _, change in self.judged.mutant.changes
        )
        # Of two changes the server's words tell which one it is; of one of ours, our own words.
        if self.outcome is Outcome.WRONGLY_REFUSED:
            cause = tuple(shape(finding.sentence) for finding in self.findings[:1])
            return (self.outcome.value, self.judged.mutant.kind, cause)
        if self.named:
            field = tuple(part for part in self.named[0].path if not part.isdecimal())
            changed = (field,)
        return (
            self.outcome.value,
            self.judged.mutant.kind,
            changed,
            shape(self.judged.answer.message),
        )


class Sums(NamedTuple):
    """Counts over some objects."""

    total: int
    good: int
    wrongly_accepted: int
    wrongly_refused: int
    with_fields: int
    other_field: int
    state: int

    @property
    def judged(self) -> int:
        return self.total - self.state

    @property
    def agreement(self) -> float:
        return 1 - _share(self.wrongly_accepted + self.wrongly_refused, self.judged)

    @property
    def refused_share(self) -> float:
        """Wrongly refused ones among the good ones."""
        return _share(self.wrongly_refused, self.good)

    @property
    def field_share(self) -> float:
        """Among the refusals in which the server names a field, those where we name it too."""
        return 1 - _share(self.other_field, self.with_fields)

    @property
    def is_good(self) -> bool:
        return (
            self.agreement >= AGREEMENT
            and self.refused_share <= WRONGLY_REFUSED
            and self.field_share >= FIELDS
        )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def compare(judged: Judged) -> Compared:
    """Our verdict of now beside the server's."""
    findings = ours(judged.mutant.data)
    fields = [] if judged.answer.accepted else named(judged.answer)
    return Compared(judged, findings, fields, _outcome(judged, findings, fields))


def _outcome(judged: Judged, findings: Sequence[Finding], fields: Sequence[Named]) -> Outcome:
    if depends_on_state(judged.answer):
        return Outcome.STATE
    if judged.answer.accepted:
        return Outcome.WRONGLY_REFUSED if findings else Outcome.AGREED
    if not findings:
        return Outcome.WRONGLY_ACCEPTED
    ours_too = any(field.is_ours(finding.path) for field in fields for finding in findings)
    return Outcome.AGREED if ours_too or not fields else Outcome.OTHER_FIELD


class Agreement:
    """The verdicts on many objects."""

    def __init__(self, compared: Iterable[Compared]) -> None:
        self.compared = list(compared)

    @cached_property
    def sums(self) -> Sums:
        """Over all objects."""
        return _sums(self.compared)

    @cached_property
    def by_kind(self) -> dict[str, Sums]:
        """Per kind, the worst first."""
        kinds = sorted({one.judged.mutant.kind for one in self.compared})
        found = {
            kind: _sums([one for one in self.compared if one.judged.mutant.kind == kind])
            for kind in kinds
        }
        return dict(sorted(found.items(), key=lambda item: item[1].agreement))

    @cached_property
    def groups(self) -> list[list[Compared]]:
        """Disagreements by cause, the most frequent first; other fields come after verdicts."""
        found: dict[tuple[Any, ...], list[Compared]] = {}
        for one in self.compared:
            if one.outcome not in (Outcome.AGREED, Outcome.STATE):
                found.setdefault(one.group, []).append(one)
        last = Outcome.OTHER_FIELD
        return sorted(found.values(), key=lambda group: (group[0].outcome is last, -len(group)))

    @cached_property
    def undecided(self) -> list[Compared]:
        """Those that depend on the cluster's state."""
        return [one for one in self.compared if one.outcome is Outcome.STATE]


def _sums(compared: Sequence[Compared]) -> Sums:
    def count(outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in compared)

    decided = [one for one in compared if one.outcome is not Outcome.STATE]
    with_fields = [one for one in decided if one.named]
    # An object that we accept names no field of the server's either.
    other = [
        one for one in with_fields if one.outcome in (Outcome.OTHER_FIELD, Outcome.WRONGLY_ACCEPTED)
    ]
    return Sums(
        total=len(compared),
        good=sum(one.judged.answer.accepted for one in decided),
        wrongly_accepted=count(Outcome.WRONGLY_ACCEPTED),
        wrongly_refused=count(Outcome.WRONGLY_REFUSED),
        with_fields=len(with_fields),
        other_field=len(other),
        state=count(Outcome.STATE),
    )


def lines(agreement: Agreement, groups: int) -> Iterator[str]:
    """A report for a person, with so many groups of disagreements."""
    sums = agreement.sums
    yield f"{sums.total} mutants, {sums.good} of them good, {sums.state} depend on the cluster"
    yield f"agreement         {sums.agreement:8.3%}  (goal {AGREEMENT:.1%})"
    yield f"wrongly accepted  {sums.wrongly_accepted}"
    refused = f"{sums.refused_share:.3%} of the good ones, goal {WRONGLY_REFUSED:.1%}"
    yield f"wrongly refused   {sums.wrongly_refused}  ({refused})"
    yield f"same field        {sums.field_share:8.3%}  (goal {FIELDS:.0%})"
    yield ""
    yield f"{'kind':34} {'mutants':>7} {'agreed':>8} {'+accept':>7} {'+refuse':>7} {'field':>8}"
    for kind, one in agreement.by_kind.items():
        yield (
            f"{kind:34} {one.total:7} {one.agreement:8.2%} {one.wrongly_accepted:7} "
            f"{one.wrongly_refused:7} {one.field_share:8.2%}"
        )
    for group in agreement.groups[:groups]:
        yield ""
        yield from explained(group)
    left = len(agreement.groups) - groups
    if left > 0:
        yield f"\n… and {left} more groups"


def explained(group: Sequence[Compared]) -> Iterator[str]:
    """What has one cause, by its smallest example."""
    import json

    one = min(group, key=lambda each: len(str(each.judged.mutant.data)))
    mutant, answer = one.judged.mutant, one.judged.answer
    numbers = " ".join(str(each.judged.mutant.number) for each in group[:10])
    yield f"== {len(group)} x {one.outcome.value}: {mutant.kind}  (numbers {numbers})"
    for name, change in mutant.changes:
        yield f"   {name}: {_path(change.path)}: {_json(change.before)} -> {_json(change.after)}"
    said = "accepted" if answer.accepted else answer.message.replace("\n", " ")
    yield f"   server {answer.code}: {said[:1500]}"
    yield f"   server's fields: {', '.join(_path(field.path) for field in one.named) or '-'}"
    for finding in one.findings[:6] or [Finding((), "accepted")]:
        yield f"   ours: {_path(finding.path)}: {finding.sentence}"
    yield f"   object: {json.dumps(mutant.data)}"


def _path(path: Sequence[str | int]) -> str:
    return ".".join(f"[{part}]" if "." in str(part) else str(part) for part in path) or "-"


def _json(value: Any) -> str:
    import json

    text = json.dumps(value)
    return text if len(text) < 200 else text[:200] + "…"


def report(agreement: Agreement, seed: int) -> dict[str, Any]:
    """The same for a program."""
    sums = agreement.sums
    return {
        "seed": seed,
        "mutants": sums.total,
        "good": sums.good,
        "state": sums.state,
        "agreement": sums.agreement,
        "wronglyAccepted": sums.wrongly_accepted,
        "wronglyRefused": sums.wrongly_refused,
        "wronglyRefusedShare": sums.refused_share,
        "fields": sums.field_share,
        "kinds": {
            kind: {**one._asdict(), "agreement": one.agreement, "fields": one.field_share}
            for kind, one in agreement.by_kind.items()
        },
        "disagreements": [
            {
                "count": len(group),
                "outcome": group[0].outcome.value,
                "kind": group[0].judged.mutant.kind,
                "examples": [_example(one) for one in group[:5]],
            }
            for group in agreement.groups
        ],
    }


def _example(one: Compared) -> dict[str, Any]:
    mutant, answer = one.judged.mutant, one.judged.answer
    return {
        "number": mutant.number,
        "changes": [
            {"mutation": name, "path": change.path, "before": change.before, "after": change.after}
            for name, change in mutant.changes
        ],
        "object": mutant.data,
        "server": {"code": answer.code, "message": answer.message},
        "serverFields": [field.path for field in one.named],
        "ours": [{"path": finding.path, "sentence": finding.sentence} for finding in one.findings],
    }
