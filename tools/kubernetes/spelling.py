"""What somebody probably meant to write."""

from collections.abc import Iterable


def closest(name: str, known: Iterable[str], cutoff: float = 0.7) -> str | None:
    """The known name that is most like a misspelt one, None if none is.

    A name in another case is closer than any other; `cutoff` is difflib's, 0 takes whatever is
    nearest.
    """
    names = sorted(known)
    folded = name.casefold()
    for candidate in names:
        if candidate.casefold() == folded:
            return candidate
    near = [candidate for candidate in names if _shared(name, candidate) >= cutoff]
    if not near:
        return None
    # Only a mistake needs it, and importing it takes milliseconds.
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, near, 1, cutoff)), None)


def _shared(name: str, other: str) -> float:
    """At most so alike are two names, from 0 to 1: the share of letters that both have."""
    shared = sum(min(name.count(letter), other.count(letter)) for letter in set(name))
    return 2 * shared / (len(name) + len(other) or 1)


def slip(name: str, known: Iterable[str]) -> str | None:
    """The known name from which this one differs by a slip of the finger, None without one.

    That is one letter left out, added, changed or swapped with the next, inside a word of five
    letters or more. `DB_HOSTS` beside `DB_HOST`, or `port-1` beside `port-2`, are no slips: names
    that are meant to differ do so at the end of a word, in its first letter or in a number.
    """
    words, near = _words(name), (other for other in known if abs(len(other) - len(name)) <= 1)
    return min((other for other in near if _is_slip(words, _words(other))), default=None)


def _words(name: str) -> list[str]:
    return name.replace("-", " ").replace("_", " ").replace(".", " ").split()


def _is_slip(words: list[str], others: list[str]) -> bool:
    pairs = [pair for pair in zip(words, others, strict=False) if pair[0] != pair[1]]
    return len(words) == len(others) and len(pairs) == 1 and _differs_inside(*pairs[0])


def _differs_inside(word: str, other: str) -> bool:
    shorter = min(len(word), len(other))
    start = next((i for i in range(shorter) if word[i] != other[i]), shorter)
    end = next(
        (i for i in range(shorter - start) if word[-1 - i] != other[-1 - i]), shorter - start
    )
    parts = [text[start : len(text) - end] for text in (word, other)]
    swapped = len(parts[0]) == len(_SWAP) and parts[0] == parts[1][::-1]
    one_letter = max(map(len, parts)) == 1
    long_enough = max(len(word), len(other)) >= _WORD
    is_inside = start > 0 and end > 0 and (parts[0] + parts[1]).isalpha()
    return long_enough and is_inside and (one_letter or swapped)


_SWAP = "ab"
_WORD = 5
