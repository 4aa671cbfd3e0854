"""Verdicts side by side, on objects whose answers are written here."""

from pathlib import Path
from typing import Any

from tests.cluster.agreement import Agreement, Disagreement, Outcome, Sums, compare
from tests.cluster.answer import Answer
from tests.cluster.changes import Change
from tests.cluster.mutants import Mutant
from tests.cluster.report import lines
from tests.cluster.verdicts import Judged, read, recorded

ACCEPTED = Answer(201)
GOOD: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
MISSPELT = {**GOOD, "dat": {}}
UNKNOWN_FIELD = Answer(400, "BadRequest", 'strict decoding error: unknown field "dat"')
OTHER_FIELD = Answer(400, "BadRequest", 'strict decoding error: unknown field "data"')
NO_FIELD = Answer(400, "BadRequest", "illegal base64 data at input byte 0")
IN_THE_WAY = Answer(409, "AlreadyExists", 'configmaps "a" already exists')


def judged(data: dict[str, Any], answer: Answer, number: int = 0) -> Judged:
    changes = (("key misspelt", Change(("data",), "data", "dat")),)
    return Judged(Mutant(number, "ConfigMap", 0, changes, data), answer)


def test_outcomes() -> None:
    cases = [
        (GOOD, ACCEPTED, Outcome.AGREED),
        (GOOD, UNKNOWN_FIELD, Outcome.WRONGLY_ACCEPTED),
        (MISSPELT, ACCEPTED, Outcome.WRONGLY_REFUSED),
        (MISSPELT, UNKNOWN_FIELD, Outcome.AGREED),
        (MISSPELT, OTHER_FIELD, Outcome.OTHER_FIELD),
        (MISSPELT, NO_FIELD, Outcome.AGREED),
        (GOOD, IN_THE_WAY, Outcome.STATE),
    ]
    assert [compare(judged(data, answer)).outcome for data, answer, _ in cases] == [
        outcome for _, _, outcome in cases
    ]


def test_shares() -> None:
    agreement = Agreement(
        [
            *[judged(GOOD, ACCEPTED)] * 7,
            judged(MISSPELT, ACCEPTED),
            *[judged(MISSPELT, UNKNOWN_FIELD)] * 8,
            judged(MISSPELT, OTHER_FIELD),
            judged(GOOD, UNKNOWN_FIELD),
            *[judged(MISSPELT, NO_FIELD)] * 2,
            *[judged(GOOD, IN_THE_WAY)] * 5,
        ]
    )
    sums = agreement.sums
    assert sums == Sums(
        total=25, good=8, wrongly_accepted=1, wrongly_refused=1, fields=10, other_field=2, state=5
    )
    assert (sums.agreement, sums.wrongly_refused_share, sums.same_field) == (0.9, 0.125, 0.8)
    assert sums.state_share == 0.2
    assert agreement.by_kind == {"ConfigMap": sums}


def test_goals() -> None:
    def reached(**counts: int) -> bool:
        zero = dict.fromkeys(Sums._fields, 0)
        return Sums(**{**zero, "total": 1000, "good": 500, "fields": 100, **counts}).is_good

    assert reached(wrongly_accepted=4, other_field=3, state=10)
    assert not reached(wrongly_accepted=6)
    assert not reached(wrongly_refused=2)
    assert not reached(other_field=4)
    assert not reached(state=11)


def test_disagreements_of_one_cause_are_one() -> None:
    first = judged({**GOOD, "x": 1}, ACCEPTED, 1)
    again = judged({**GOOD, "x": 2}, ACCEPTED, 2)
    another = judged(GOOD, UNKNOWN_FIELD, 3)
    assert Agreement([another, first, again]).disagreements == [
        Disagreement(2, [compare(first), compare(again)]),
        Disagreement(1, [compare(another)]),
    ]


def test_a_disagreement_is_told_whole() -> None:
    text = list(lines(Agreement([judged(GOOD, UNKNOWN_FIELD, 3)]), at_most=5))
    assert text[-7:] == [
        "",
        "== 1 x wrongly accepted: ConfigMap  (numbers 3)",
        '   key misspelt: data: "data" -> "dat"',
        '   server 400: strict decoding error: unknown field "dat"',
        "   server's fields: dat",
        "   ours: -: accepted",
        '   object: {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}',
    ]


def test_verdicts_can_be_had_again(tmp_path: Path) -> None:
    file = tmp_path / "verdicts.jsonl"
    both = [judged(GOOD, ACCEPTED, 1), judged(MISSPELT, UNKNOWN_FIELD, 2)]
    assert list(recorded(file, both, seed=5)) == both
    seed, again = read(file)
    assert (seed, list(again)) == (5, both)


def test_a_file_of_verdicts_is_whole_or_not_there(tmp_path: Path) -> None:
    file = tmp_path / "verdicts.jsonl"
    verdicts = recorded(file, [judged(GOOD, ACCEPTED), judged(GOOD, ACCEPTED)], seed=5)
    next(verdicts)
    assert not file.exists()
