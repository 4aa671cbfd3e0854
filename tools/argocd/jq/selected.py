"""What a jq expression selects in an object, as gojq 0.12.17 does it."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from tools.argocd.jq.functions import (
    FUNCTIONS,
    KINDS,
    Failed,
    Unknown,
    compared,
    is_same,
    is_true,
    kind_of,
)
from tools.argocd.jq.steps import Path, Value, step
from tools.argocd.jq.tree import Call, Comma, Each, Everything, Node, Operation, Pipe, Tried


def selected(node: Node, data: Any, forgiving: bool = False) -> list[Path]:
    """The paths that an expression selects, whether something is there or not.

    `forgiving` goes on behind a mistake, as if a `?` stood at each step. Raises Failed and Unknown.
    """
    return [_placed(each) for each in _Run(forgiving).values(node, Value((), data))]


def _placed(value: Value) -> Path:
    if value.path is None:
        raise Unknown
    return value.path


class _Run:
    def __init__(self, forgiving: bool) -> None:
        self._forgiving = forgiving

    def values(self, node: Node, start: Value) -> Iterator[Value]:
        """All that a node makes of a value."""
        if isinstance(node, Pipe):
            for between in self.values(node.left, start):
                yield from self.values(node.right, between)
        elif isinstance(node, Comma):
            yield from self.values(node.left, start)
            yield from self.values(node.right, start)
        elif isinstance(node, Operation):
            yield from self._operation(node, start)
        elif isinstance(node, Call):
            yield from self._call(node, start)
        else:
            yield from self._tried(node, start)

    def _tried(self, node: Node, start: Value) -> Iterator[Value]:
        try:
            if isinstance(node, Tried):
                yield from self.values(node.node, start)
            else:
                yield from step(node, start)
        except Failed:
            if not (self._forgiving or isinstance(node, Tried)):
                raise

    def _operation(self, node: Operation, start: Value) -> Iterator[Value]:
        if node.sign in ("and", "or"):
            for left in self.values(node.left, start):
                if is_true(left.value) is (node.sign == "or"):
                    yield Value(None, node.sign == "or")
                else:
                    for right in self.values(node.right, start):
                        yield Value(None, is_true(right.value))
            return
        rights = list(self.values(node.right, start))
        for right, left in product(rights, list(self.values(node.left, start))):
            yield Value(None, compared(node.sign, left.value, right.value))

    def _call(self, node: Call, start: Value) -> Iterator[Value]:
        name, arguments = node.name, node.arguments
        if name in KINDS and not arguments:
            if kind_of(start.value) in KINDS[name]:
                yield start
        elif (name, len(arguments)) in FUNCTIONS:
            for given in product(*(list(self.values(each, start)) for each in arguments)):
                function = FUNCTIONS[name, len(arguments)]
                yield Value(None, function(start.value, *(each.value for each in given)))
        elif name == "recurse" and not arguments:
            yield from step(Everything(), start)
        elif len(arguments) == 1:
            yield from self._filtered(name, arguments[0], start)
        else:
            raise Unknown

    def _filtered(self, name: str, argument: Node, start: Value) -> Iterator[Value]:
        """A call whose argument is a condition, or values to compare with."""
        if name == "select":
            for verdict in self.values(argument, start):
                if is_true(verdict.value):
                    yield start
        elif name in ("any", "all"):
            verdicts = (
                is_true(verdict.value)
                for each in step(Each(), start)
                for verdict in self.values(argument, each)
            )
            yield Value(None, any(verdicts) if name == "any" else all(verdicts))
        elif name == "IN":
            others = [other.value for other in self.values(argument, start)]
            yield Value(None, any(is_same(start.value, other) for other in others))
        else:
            raise Unknown
