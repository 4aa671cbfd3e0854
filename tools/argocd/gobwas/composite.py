"""What takes several parts of a pattern (`match` of gobwas/glob)."""

from collections.abc import Sequence

from tools.argocd.gobwas.lexer import Panics
from tools.argocd.gobwas.matchers import Found, Matcher
from tools.argocd.gobwas.runes import first, runes


class Row(Matcher):
    """Matchers of a known size, one behind the other."""

    def __init__(self, parts: Sequence[Matcher], size: int) -> None:
        self._parts = parts
        self._length = size
        self.size = size

    def match(self, text: bytes) -> bool:
        return sum(1 for _ in runes(text)) == self._length and self._takes(text)

    def _takes(self, text: bytes) -> bool:
        """Whether a text begins with it. A character that is not ASCII is cut in two.

        Raises Panics where the original does: at empty braces behind the last character.
        """
        at = 0
        for part in self._parts:
            size = part.size or 0
            begins = [place for place, _ in runes(text[at:])]
            last = begins[: size or None][-1] if begins else 0
            end = at + last + 1
            if len(begins) < size:
                return False
            if end > len(text):
                raise Panics("empty braces stand beside a fixed text")
            if not part.match(text[at:end]):
                return False
            at = end
        return True

    def index(self, text: bytes) -> Found:
        for at, _ in runes(text):
            if len(text) - at < self._length:
                break
            if self._takes(text[at:]):
                return at, [self._length]
        return None


class EveryOf(Matcher):
    """Matchers that must take the same text."""

    def __init__(self, parts: Sequence[Matcher]) -> None:
        self._parts = parts

    def match(self, text: bytes) -> bool:
        return all(part.match(text) for part in self._parts)

    def index(self, text: bytes) -> Found:
        # Each of the parts begins at 0 or finds nothing.
        common: list[int] | None = None
        for part in self._parts:
            found = part.index(text)
            if found is None:
                return None
            lengths = found[1]
            common = lengths if common is None else [each for each in common if each in lengths]
            if not common:
                return None
        return 0, common or []


class AnyOf(Matcher):
    def __init__(self, parts: Sequence[Matcher]) -> None:
        self.parts = parts
        sizes = [part.size for part in parts]
        # As there, a size that is not known is forgotten if the first ones have it.
        while sizes and sizes[0] is None:
            del sizes[0]
        self.size = sizes[0] if len(set(sizes)) == 1 else None

    def match(self, text: bytes) -> bool:
        return any(part.match(text) for part in self.parts)

    def index(self, text: bytes) -> Found:
        found = [each for each in (part.index(text) for part in self.parts) if each]
        if not found:
            return None
        start = min(at for at, _ in found)
        return start, sorted({each for at, lengths in found if at == start for each in lengths})


class Tree(Matcher):
    """A part that is looked for, and what must take all in front of it and behind it."""

    def __init__(self, value: Matcher, left: Matcher | None, right: Matcher | None) -> None:
        self.value, self.left, self.right = value, left, right
        self._before = 0 if left is None else left.size or 0
        self._behind = 0 if right is None else right.size or 0
        sizes = [part.size for part in (left, value, right) if part]
        self.size = None if None in sizes else sum(size or 0 for size in sizes)
        self._known: dict[bytes, bool] = {}

    def index(self, text: bytes) -> Found:
        """Nothing: the original does not look for it."""
        return None

    def match(self, text: bytes) -> bool:
        found = self._known.get(text)
        if found is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            found = self._known[text] = self._match(text)
        return found

    def _match(self, text: bytes) -> bool:
        if self.size is not None and self.size > len(text):
            return False
        at, limit = self._before, len(text) - self._behind
        while at < limit:
            found = self.value.index(text[at:limit])
            if found is None:
                return False
            at += found[0]
            if _takes(self.left, text[:at]) and any(
                _takes(self.right, text[at + length :]) for length in reversed(found[1])
            ):
                return True
            at += first(text, at)[1]
        return False


_REMEMBERED = 100_000


def _takes(part: Matcher | None, text: bytes) -> bool:
    return not text if part is None else part.match(text)
