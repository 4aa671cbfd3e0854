"""What somebody probably meant to write."""

from collections.abc import Iterable


def closest(name: str, known: Iterable[str], cutoff: float = 0.7) -> str | None:
    """The known name that is most like a misspelt one, None if none is.

    A name in another case is closer than any other; `cutoff` is difflib's, 0 takes whatever is
    nearest.
    """
    # Only a mistake needs it, and importing it takes milliseconds.
    from difflib import get_close_matches

    names = sorted(known)
    folded = name.casefold()
    for candidate in names:
        if candidate.casefold() == folded:
            return candidate
    return next(iter(get_close_matches(name, names, 1, cutoff)), None)
