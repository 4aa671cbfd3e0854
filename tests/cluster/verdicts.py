"""Both verdicts on one object: the server's as it was given, ours as it is now."""

import json
import traceback
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from tests.cluster.answer import Answer
from tests.cluster.changes import Change
from tests.cluster.mutants import Mutant
from tests.cluster.sites import VERSION, installed
from tools.kubernetes.resource import Resource
from tools.kubernetes.schema import Schemas
from tools.kubernetes.served import is_builtin, objection
from tools.kubernetes.validation.custom_objects import custom_object
from tools.kubernetes.validation.kinds import refusals
from tools.source.place import FieldPath


class Finding(NamedTuple):
    """Something that we have against an object."""

    path: FieldPath
    sentence: str


class Judged(NamedTuple):
    """A mutant and what the server said to it."""

    mutant: Mutant
    answer: Answer


def ours(data: Mapping[str, Any]) -> list[Finding]:
    """What we have against an object. A crash of ours is a finding too, without a field."""
    try:
        return list(dict.fromkeys(_findings(Resource(data))))
    except Exception:
        return [Finding((), f"CRASH: {traceback.format_exc()}")]


def _findings(resource: Resource) -> Iterator[Finding]:
    ref = resource.ref
    if is_builtin(ref.api_version, ref.kind):
        against = objection(ref.api_version, ref.kind, [VERSION])
        if against is not None and not against.served:
            yield Finding(against.path, against.sentence)
    else:
        schema = _schemas().custom_schema(resource)
        for refusal in custom_object(resource.data, schema).refusals:
            yield Finding(refusal.path, refusal.sentence)
    for violation in _schemas().violations(resource):
        yield Finding(violation.path, violation.sentence)
    for refusal, _ in refusals(ref.api_version, ref.kind, resource.data, [VERSION]):
        yield Finding(refusal.path, refusal.sentence)


@cache
def _schemas() -> Schemas:
    return Schemas([VERSION], installed())


def recorded(file: Path, judged: Iterable[Judged], seed: int) -> Iterator[Judged]:
    """The same verdicts; once the last was taken, they are in a file to be had again."""
    new = file.with_name(file.name + ".new")
    with new.open("w", encoding="utf-8") as stream:
        print(json.dumps({"seed": seed}), file=stream)
        for one in judged:
            print(json.dumps(_entry(one)), file=stream)
            yield one
    new.rename(file)


def read(file: Path) -> tuple[int, Iterator[Judged]]:
    """The seed and the verdicts of a file that `recorded` made."""
    stream = file.open(encoding="utf-8")
    seed: int = json.loads(next(stream))["seed"]
    return seed, _entries(stream)


def _entries(stream: TextIO) -> Iterator[Judged]:
    with stream:
        for line in stream:
            yield _judged(json.loads(line))


def _entry(one: Judged) -> dict[str, Any]:
    return {
        "number": one.mutant.number,
        "kind": one.mutant.kind,
        "original": one.mutant.original,
        "changes": [[name, *change] for name, change in one.mutant.changes],
        "object": one.mutant.data,
        "code": one.answer.code,
        "reason": one.answer.reason,
        "message": one.answer.message,
        "fields": one.answer.fields,
    }


def _judged(entry: Mapping[str, Any]) -> Judged:
    changes = tuple(
        (name, Change(tuple(path), before, after)) for name, path, before, after in entry["changes"]
    )
    mutant = Mutant(entry["number"], entry["kind"], entry["original"], changes, entry["object"])
    fields = tuple(entry["fields"])
    return Judged(mutant, Answer(entry["code"], entry["reason"], entry["message"], fields))
