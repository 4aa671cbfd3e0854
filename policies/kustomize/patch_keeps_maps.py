"""A JSON 6902 patch sets single labels and annotations, and replaces what it means to replace.

`add` and `replace` on a whole map put the new one in its place: `path: /metadata/annotations` with
one annotation deletes all others, among them those that another layer, a team or Kustomize itself
put there. Lost labels cut Services and NetworkPolicies off from their pods. On a list, `add` with
an index inserts in front of the element that stands there. Where both are evidently the same thing
(two containers of one name, the same flag twice), it was meant to be replaced; now there are two.

Looks at each operation and at what stood at its path when Kustomize applied it. Adding a map where
there was none, or one that keeps every key, loses nothing; `remove` of a map says what it does. An
element that is new in front of others is a legal wish; `namesInsertions` finds those too.
https://datatracker.ietf.org/doc/html/rfc6902#section-4.1
"""

from collections.abc import Iterator
from typing import Any

from tools.kubernetes.resource import as_map
from tools.rules.entries import entries
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import Place
from tools.trace.application import MISSING, Operation

_KEYS = (
    "name", "mountPath", "devicePath", "containerPort", "port", "topologyKey", "host", "path", "ip",
)  # fmt: skip
"""Fields that tell elements of Kubernetes' lists apart; the first one that both have decides."""


class Options(RuleOptions):
    """What the rule looks at."""

    names_insertions: bool = False
    """Also find each `add` that puts a new element in front of an existing one."""


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Write one operation for each key: `path: /metadata/labels/KEY`, with `~1` for `/`.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[SourceProblem | Unjudged]:
    applied: dict[Place, list[Operation]] = {}
    for entry in entries(target, "patch"):
        application = entry.application
        if application.unknown:
            yield Unjudged(application.unknown, place=application.place)
        for operation in application.patch.operations if application.patch else ():
            applied.setdefault(operation.place, []).append(operation)
    for operations in applied.values():  # one patch file may be applied by several entries
        before = [value for operation in operations for value in operation.before]
        if operations[0].op in ("add", "replace"):
            yield from _map(operations[0], before)
        if operations[0].op == "add":
            yield from _insertion(operations[0], before, options)


def _map(operation: Operation, before: list[Any]) -> Iterator[SourceProblem]:
    """An operation on all labels or annotations that loses some of them."""
    *_, holder, field = ("", *operation.tokens)
    if holder != "metadata" or field not in ("labels", "annotations"):
        return
    lost = {key for value in before for key in as_map(value)} - set(as_map(operation.value))
    if lost:
        names = ", ".join(map(repr, sorted(lost)))
        message = f"{operation.op} {operation.path} replaces the whole map and loses {names}"
        remedy = (
            f"Write one operation for each key: `path: {operation.path}/KEY`, with `~1` for `/`."
        )
        yield SourceProblem(operation.place, message, remedy)


def _insertion(
    operation: Operation, before: list[Any], options: Options
) -> Iterator[SourceProblem]:
    """An `add` in front of an element of a list that it repeats."""
    if not operation.tokens or not operation.tokens[-1].isdigit():
        return
    pushed = [value for value in before if value is not MISSING]
    same = any(_is_same(value, operation.value) for value in pushed)
    if same or (pushed and options.names_insertions):
        what = "the same element" if same else "an element"
        message = f"add {operation.path} inserts in front of {what} instead of replacing it"
        remedy = "Write `op: replace`, or `-` for the index to append."
        yield SourceProblem(operation.place, message, remedy)


def _is_same(before: Any, value: Any) -> bool:
    if isinstance(before, dict) and isinstance(value, dict):
        shared = next((key for key in _KEYS if key in before and key in value), None)
        return shared is not None and bool(before[shared] == value[shared])
    if isinstance(before, str) and isinstance(value, str):
        flag, equals, _ = value.partition("=")
        return before == value or (bool(equals) and before.startswith(f"{flag}="))
    return False
