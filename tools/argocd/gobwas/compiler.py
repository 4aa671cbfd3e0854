"""The matcher of a pattern (`compiler/compiler.go` of gobwas/glob)."""

from collections.abc import Sequence

from tools.argocd.gobwas.composite import AnyOf, EveryOf, Row, Tree
from tools.argocd.gobwas.matchers import (
    Any,
    Contains,
    Lacks,
    Matcher,
    Max,
    Min,
    Nothing,
    One,
    Prefix,
    PrefixSuffix,
    Suffix,
    Super,
    Text,
)
from tools.argocd.gobwas.tree import Node, joined, parse


def compiled(pattern: str, separator: str = "") -> Matcher:
    """What decides for a pattern. Raises BadPattern, and RecursionError for thousands of braces."""
    return _matcher(parse(pattern), separator)


def _matcher(node: Node, separator: str) -> Matcher:
    if node.kind == "any of":
        other = joined(node)
        if other:
            return _matcher(other, separator)
        parts = [_matcher(child, separator) for child in node.children]
        return parts[0] if len(parts) == 1 else AnyOf(parts)
    if node.kind == "pattern" and node.children:
        parts = [_matcher(child, separator) for child in node.children]
        return _shortened(_together(_glued(parts)))
    return _leaf(node, separator)


def _leaf(node: Node, separator: str) -> Matcher:
    text = node.text
    if node.kind == "*" and separator:
        return Any(separator)
    if node.kind in ("*", "**"):
        return Super()
    if node.kind == "?":
        return One(lambda rune: chr(rune) not in separator, separator)
    if node.kind == "text" or (node.kind == "list" and len(text) == 1):
        return Text(text.encode())
    if node.kind in ("list", "!list", "range", "!range"):
        return _class(node.kind, text)
    return Nothing()


def _class(kind: str, text: str) -> Matcher:
    if kind == "list":
        return One(lambda rune: chr(rune) in text)
    if kind == "!list":
        return One(lambda rune: chr(rune) not in text, text)
    low, high = ord(text[0]), ord(text[1])
    if kind == "range":
        return One(lambda rune: low <= rune <= high)
    return One(lambda rune: not low <= rune <= high)


def _together(parts: Sequence[Matcher]) -> Matcher:
    """One matcher of several: a tree around the last of the longest ones of a known size."""
    if len(parts) == 1:
        return parts[0]
    whole = _glue(parts)
    if whole:
        return whole
    sizes = [-1 if part.size is None else part.size for part in parts]
    longest = max(sizes)
    at = 0 if longest < 0 else len(sizes) - 1 - sizes[::-1].index(longest)
    left, right = parts[:at], parts[at + 1 :]
    return Tree(parts[at], _together(left) if left else None, _together(right) if right else None)


def _glued(parts: Sequence[Matcher]) -> Sequence[Matcher]:
    """The parts with neighbours put into one matcher where that can be, as many as possible."""
    while True:
        best: tuple[int, int, Matcher] | None = None
        for start in range(len(parts)):
            for end in range(len(parts), start, -1):
                whole = _glue(parts[start:end])
                if whole and (best is None or _is_better(whole, end - start, best)):
                    best = start, end, whole
        if best is None:
            return parts
        start, end, whole = best
        parts = [*parts[:start], whole, *parts[end:]]


def _is_better(whole: Matcher, count: int, best: tuple[int, int, Matcher]) -> bool:
    start, end, other = best
    longer = whole.size is not None and other.size is not None and whole.size > other.size
    return longer or count > end - start


def _glue(parts: Sequence[Matcher]) -> Matcher | None:
    if len(parts) <= 1:
        return None
    every = _every(parts)
    if every:
        return every
    sizes = [part.size for part in parts if part.size is not None]
    return Row(parts, sum(sizes)) if len(sizes) == len(parts) else None


def _every(parts: Sequence[Matcher]) -> Matcher | None:
    """One matcher for stars and single characters that leave out the same."""
    lefts = [_without(part) for part in parts]
    without = lefts[0]
    if without is None or any(left != without for left in lefts):
        return None
    ones = sum(isinstance(part, One) for part in parts)
    stars = len(parts) - ones
    if not ones:
        return Any(without) if without else Super()
    if stars and not without:
        return Min(ones)
    limits: list[Matcher] = [Min(ones)] if stars else [Min(ones), Max(ones)]
    # What is left out is looked for as one text, which is another thing for two characters.
    return EveryOf([*limits, Lacks(without.encode())] if without else limits)


def _without(part: Matcher) -> str | None:
    if isinstance(part, Super):
        return ""
    return part.without if isinstance(part, Any | One) else None


def _shortened(part: Matcher) -> Matcher:
    """A simpler matcher for a tree around a text."""
    if not isinstance(part, Tree):
        return part
    part.left = _shortened(part.left) if part.left else None
    part.right = _shortened(part.right) if part.right else None
    if isinstance(part.value, Text):
        return _around(part.value.text, part.left, part.right) or part
    return part


def _around(text: bytes, left: Matcher | None, right: Matcher | None) -> Matcher | None:
    if left is None and right is None:
        return Text(text)
    if left is None:
        return _before(text, right)
    if right is None:
        return _behind(text, left)
    return Contains(text) if isinstance(left, Super) and isinstance(right, Super) else None


def _before(text: bytes, right: Matcher | None) -> Matcher | None:
    """A text in front of something."""
    if isinstance(right, Suffix) and not right.without:
        return PrefixSuffix(text, right.text)
    if isinstance(right, Super):
        return Prefix(text)
    return Prefix(text, right.without) if isinstance(right, Any) else None


def _behind(text: bytes, left: Matcher) -> Matcher | None:
    """A text behind something."""
    if isinstance(left, Prefix) and not left.without:
        return PrefixSuffix(left.text, text)
    if isinstance(left, Super):
        return Suffix(text)
    return Suffix(text, left.without) if isinstance(left, Any) else None
