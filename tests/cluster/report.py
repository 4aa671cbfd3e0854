"""What `prove-server` says, for a person and for a program."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.cluster.agreement import (
    AGREEMENT,
    SAME_FIELD,
    STATE,
    WRONGLY_REFUSED,
    Agreement,
    Compared,
    Disagreement,
)
from tests.cluster.verdicts import Finding

_LONG = 1500


def lines(agreement: Agreement, at_most: int) -> Iterator[str]:
    """The sums, the kinds, and so many causes of disagreement."""
    sums = agreement.sums
    yield f"{sums.total} mutants, {sums.good} of them good"
    yield f"agreement         {sums.agreement:8.3%}  goal {AGREEMENT:.1%}"
    yield f"wrongly accepted  {sums.wrongly_accepted}"
    share = f"{sums.wrongly_refused_share:.3%} of the good ones, goal {WRONGLY_REFUSED:.1%}"
    yield f"wrongly refused   {sums.wrongly_refused}  {share}"
    yield f"same field        {sums.same_field:8.3%}  goal {SAME_FIELD:.1%}"
    yield f"state             {sums.state}  {sums.state_share:.3%}, at most {STATE:.1%}"
    yield ""
    yield f"{'kind':34} {'mutants':>7} {'agreed':>8} {'+accept':>7} {'+refuse':>7} {'field':>8}"
    for kind, one in agreement.by_kind.items():
        yield (
            f"{kind:34} {one.total:7} {one.agreement:8.2%} {one.wrongly_accepted:7} "
            f"{one.wrongly_refused:7} {one.same_field:8.2%}"
        )
    causes = agreement.disagreements
    for cause in causes[:at_most]:
        yield ""
        yield from explained(cause)
    if len(causes) > at_most:
        yield ""
        yield f"… and {len(causes) - at_most} more causes (--groups shows more)"


def explained(cause: Disagreement) -> Iterator[str]:
    """One cause by its smallest example."""
    one = min(cause.examples, key=lambda each: len(str(each.judged.mutant.data)))
    mutant, answer = one.judged.mutant, one.judged.answer
    numbers = " ".join(str(each.judged.mutant.number) for each in cause.examples)
    yield f"== {cause.number} x {one.outcome.value}: {mutant.kind}  (numbers {numbers})"
    for name, change in mutant.changes:
        before, after = _shortened(change.before), _shortened(change.after)
        yield f"   {name}: {_path(change.path)}: {before} -> {after}"
    said = "accepted" if answer.accepted else answer.message.replace("\n", " ")
    yield f"   server {answer.code}: {said[:_LONG]}"
    yield f"   server's fields: {', '.join(field.path for field in one.named) or '-'}"
    for finding in one.findings or [Finding((), "accepted")]:
        yield f"   ours: {_path(finding.path)}: {finding.sentence}"
    yield f"   object: {json.dumps(mutant.data)}"


def as_data(agreement: Agreement, seed: int) -> dict[str, Any]:
    """The same for a program."""
    return {
        "seed": seed,
        **_figures(agreement),
        "disagreements": [
            {
                "count": cause.number,
                "outcome": cause.examples[0].outcome.value,
                "kind": cause.examples[0].judged.mutant.kind,
                "examples": [_example(one) for one in cause.examples],
            }
            for cause in agreement.disagreements
        ],
    }


def _figures(agreement: Agreement) -> dict[str, Any]:
    sums = agreement.sums
    return {
        **sums._asdict(),
        "agreement": sums.agreement,
        "wrongly_refused_share": sums.wrongly_refused_share,
        "same_field": sums.same_field,
        "kinds": {
            kind: {**one._asdict(), "agreement": one.agreement, "same_field": one.same_field}
            for kind, one in agreement.by_kind.items()
        },
    }


def _example(one: Compared) -> dict[str, Any]:
    mutant, answer = one.judged.mutant, one.judged.answer
    return {
        "number": mutant.number,
        "changes": [{"mutation": name, **change._asdict()} for name, change in mutant.changes],
        "object": mutant.data,
        "server": {
            "code": answer.code,
            "message": answer.message,
            "fields": [field.path for field in one.named],
        },
        "ours": [finding._asdict() for finding in one.findings],
    }


def _path(path: Sequence[str | int]) -> str:
    return ".".join(f"[{part}]" if "." in str(part) else str(part) for part in path) or "-"


def _shortened(value: Any, at_most: int = 200) -> str:
    text = json.dumps(value)
    return text if len(text) <= at_most else text[:at_most] + "…"
