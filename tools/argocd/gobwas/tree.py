"""The tree of a pattern (`syntax/ast` of gobwas/glob), and what its alternatives have in common."""

from collections.abc import Sequence
from typing import NamedTuple

from tools.argocd.gobwas.lexer import END, BadPattern, Lexer


class Node(NamedTuple):
    """`kind` is that of a token, `pattern` or `any of` with `children`, or `nothing`."""

    kind: str
    text: str = ""
    children: "tuple[Node, ...]" = ()


NOTHING = Node("nothing")


def parse(pattern: str) -> Node:
    """The tree of a pattern. Raises BadPattern. A brace that stays open ends with the pattern."""
    lexer = Lexer(pattern)
    opened: list[list[list[Node]]] = [[[]]]
    while (token := lexer.next()) is not END:
        if token.kind == "{":
            opened.append([[]])
        elif token.kind == ",":
            opened[-1].append([])
        elif token.kind == "}":
            _close(opened)
        else:
            opened[-1][-1].append(_leaf(token.kind, token.text))
    while len(opened) > 1:
        _close(opened)
    return Node("pattern", children=tuple(opened[0][0]))


def _close(opened: list[list[list[Node]]]) -> None:
    alternatives = tuple(Node("pattern", children=tuple(each)) for each in opened.pop())
    opened[-1][-1].append(Node("any of", children=alternatives))


def _leaf(kind: str, text: str) -> Node:
    if kind.endswith("range") and text[1] < text[0]:
        raise BadPattern(f"the range {text[0]}-{text[1]} is the wrong way round")
    return Node(kind, text)


def joined(node: Node) -> Node | None:
    """Alternatives with what all of them begin or end with in front of and behind them.

    None if that is nothing.
    """
    left, right = _common([child.children for child in node.children])
    if not left and not right:
        return None
    rests: list[Node] = []
    for child in node.children:
        rest = child.children[len(left) : len(child.children) - len(right)]
        other = Node("pattern", children=rest) if rest else NOTHING
        if other not in rests:
            rests.append(other)
    if len(rests) > 1:
        middle = [Node("any of", children=tuple(rests))]
    else:
        middle = [rest for rest in rests if rest != NOTHING]
    around = [Node("pattern", children=tuple(part)) if part else None for part in (left, right)]
    parts = (around[0], *middle, around[1])
    return Node("pattern", children=tuple(part for part in parts if part))


def _common(each: Sequence[Sequence[Node]]) -> tuple[list[Node], list[Node]]:
    """What all begin with, and what they end with as far as that is something else."""
    if len(each) <= 1:
        return [], []
    shortest = min(each, key=len)
    others = [item for item in each if item is not shortest]
    left: list[Node] = []
    right: list[Node] = []
    ends_left = ends_right = False
    for i in range(len(shortest)):
        j = len(shortest) - 1 - i
        if len(left) + len(right) >= len(shortest) or (ends_left and ends_right):
            break
        for other in others:
            ends_left = ends_left or shortest[i] != other[i]
            ends_right = (
                ends_right or (not ends_left and j <= i) or shortest[j] != other[j - len(shortest)]
            )
            if ends_left and ends_right:
                break
        if not ends_left:
            left.append(shortest[i])
        if not ends_right:
            right.insert(0, shortest[j])
    return left, right
