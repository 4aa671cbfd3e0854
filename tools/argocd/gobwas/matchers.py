"""What takes one part of a pattern (`match` of gobwas/glob).

A matcher answers two questions: whether it takes a whole text (`match`), and where the first part
of a text is that it takes (`index`), with the lengths that this part can have. The second answer
sometimes leaves out what the first would take, and that is what makes the library special. `size`
is the number of characters that a matcher takes, None where it can be any.
"""

from collections.abc import Callable

from tools.argocd.gobwas.runes import any_of, ends, first, length, runes, starts

Found = tuple[int, list[int]] | None
"""Where a part begins, and how long it can be, in bytes; None if there is none."""


class Matcher:
    size: int | None = None

    def match(self, text: bytes) -> bool:
        raise NotImplementedError

    def index(self, text: bytes) -> Found:
        raise NotImplementedError


class Nothing(Matcher):
    size = 0

    def match(self, text: bytes) -> bool:
        return not text

    def index(self, text: bytes) -> Found:
        return 0, [0]


class Text(Matcher):
    def __init__(self, text: bytes) -> None:
        self.text = text
        self.size = sum(1 for _ in runes(text))

    def match(self, text: bytes) -> bool:
        return text == self.text

    def index(self, text: bytes) -> Found:
        at = text.find(self.text)
        return None if at < 0 else (at, [len(self.text)])


class One(Matcher):
    """One character. `without` are those that `?` or a negated list leaves out, None for others."""

    size = 1

    def __init__(self, takes: Callable[[int], bool], without: str | None = None) -> None:
        self._takes = takes
        self.without = without

    def match(self, text: bytes) -> bool:
        rune, width = first(text)
        return len(text) <= width and self._takes(rune)

    def index(self, text: bytes) -> Found:
        found = ((at, [length(rune)]) for at, rune in runes(text) if self._takes(rune))
        return next(found, None)


class Super(Matcher):
    """`**`, or `*` where nothing separates."""

    def match(self, text: bytes) -> bool:
        return True

    def index(self, text: bytes) -> Found:
        return 0, starts(text, 0)


class Any(Matcher):
    """`*` between separators."""

    def __init__(self, without: str) -> None:
        self.without = without

    def match(self, text: bytes) -> bool:
        return any_of(text, self.without) < 0

    def index(self, text: bytes) -> Found:
        at = any_of(text, self.without)
        return 0, starts(text[:at] if at >= 0 else text, 0)


class Contains(Matcher):
    def __init__(self, text: bytes) -> None:
        self._text = text

    def match(self, text: bytes) -> bool:
        return self._text in text

    def index(self, text: bytes) -> Found:
        at = text.find(self._text)
        if at < 0:
            return None
        behind = at + len(self._text)
        return 0, starts(text[behind:], behind)


class Lacks(Matcher):
    def __init__(self, text: bytes) -> None:
        self._text = text

    def match(self, text: bytes) -> bool:
        return self._text not in text

    def index(self, text: bytes) -> Found:
        at = text.find(self._text)
        return 0, starts(text[:at] if at >= 0 else text, 0)


class Prefix(Matcher):
    """A text and anything behind it, or anything but what is in `without`."""

    def __init__(self, text: bytes, without: str = "") -> None:
        self.text = text
        self.without = without

    def match(self, text: bytes) -> bool:
        rest = text[len(self.text) :]
        return text.startswith(self.text) and any_of(rest, self.without) < 0

    def index(self, text: bytes) -> Found:
        at = text.find(self.text)
        if at < 0:
            return None
        rest = text[at + len(self.text) :]
        end = any_of(rest, self.without)
        return at, ends(rest[:end] if end >= 0 else rest, len(self.text))


class Suffix(Matcher):
    """Anything and a text behind it, or anything but what is in `without`."""

    def __init__(self, text: bytes, without: str = "") -> None:
        self.text = text
        self.without = without

    def match(self, text: bytes) -> bool:
        rest = text[: len(text) - len(self.text)]
        return text.endswith(self.text) and any_of(rest, self.without) < 0

    def index(self, text: bytes) -> Found:
        at = text.find(self.text)
        if at < 0:
            return None
        last = (text.rfind(char.encode(), 0, at) for char in self.without)
        start = next((found for found in last if found >= 0), -1) + 1
        return start, [at + len(self.text) - start]


class PrefixSuffix(Matcher):
    """Two texts, looked for each by itself."""

    def __init__(self, prefix: bytes, suffix: bytes) -> None:
        self._prefix = prefix
        self._suffix = suffix

    def match(self, text: bytes) -> bool:
        return text.startswith(self._prefix) and text.endswith(self._suffix)

    def index(self, text: bytes) -> Found:
        start = text.find(self._prefix)
        if start < 0:
            return None
        rest = text[start:]
        found: list[int] = []
        while (at := rest.rfind(self._suffix)) >= 0:
            found.insert(0, at + len(self._suffix))
            rest = rest[:at]
        return (start, found) if found else None


class Min(Matcher):
    def __init__(self, limit: int) -> None:
        self._limit = limit

    def match(self, text: bytes) -> bool:
        return sum(1 for _ in runes(text)) >= self._limit

    def index(self, text: bytes) -> Found:
        if len(text) < self._limit:
            return None
        found = ends(text, 0)[self._limit :]
        return (0, found) if found else None


class Max(Matcher):
    def __init__(self, limit: int) -> None:
        self._limit = limit

    def match(self, text: bytes) -> bool:
        return sum(1 for _ in runes(text)) <= self._limit

    def index(self, text: bytes) -> Found:
        return 0, ends(text, 0)[: self._limit + 1]
