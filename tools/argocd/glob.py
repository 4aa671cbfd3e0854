"""The two pattern languages of Argo CD, matched as Go matches them.

Kinds and groups of a project's lists go through Go's `path/filepath.Match`; destinations, source
repositories and namespaces through https://github.com/gobwas/glob v0.2.3 (`util/glob/glob.go` of
Argo CD 3.2 to 3.5). They differ: braces and `**` are special in the second only, a class is negated
by `^` in the first and by `!` in the second.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.argocd.gobwas.matchers import Matcher

_SPECIAL = "*?[{\\"


class TooDeep(Exception):
    """A pattern that cannot be read here, though Go reads it."""


def path_match(pattern: str, text: str) -> bool:
    """`filepath.Match` on Unix: a malformed pattern matches nothing."""
    if pattern == "*":
        return "/" not in text
    if not any(char in pattern for char in _SPECIAL):
        return pattern == text
    from tools.argocd.path_pattern import matches

    return matches(pattern, text)


def glob_match(pattern: str, text: str, separator: str = "") -> bool:
    """`glob.Match(pattern, text, separator)` of Argo CD: a malformed pattern matches nothing.

    So does one at which the library panics, such as `a{}`. Raises TooDeep for hundreds of braces in
    one another.
    """
    return glob_answer(pattern, text, separator) is True


def glob_answer(pattern: str, text: str, separator: str = "") -> bool | None:
    """The same, but None where the library panics."""
    if pattern == "*":
        return not separator or separator not in text
    if pattern.isascii() and pattern.isprintable() and not any(c in pattern for c in _SPECIAL):
        return pattern == text
    from tools.argocd.gobwas.lexer import BadPattern, Panics

    try:
        return _matcher(pattern, separator).match(text.encode("utf-8", "surrogatepass"))
    except Panics:
        return None
    except BadPattern:
        return False
    except RecursionError:
        raise TooDeep(f"the pattern {pattern[:20]!r}… is nested too deeply to be read") from None


def glob_fault(pattern: str) -> str | None:
    """Why Argo CD refuses a glob, as a clause; None if it takes it, or is not read here."""
    from tools.argocd.gobwas.compiler import compiled
    from tools.argocd.gobwas.lexer import BadPattern

    try:
        compiled(pattern)
    except BadPattern as error:
        return str(error)
    except RecursionError:
        return None
    return None


@lru_cache(maxsize=1024)
def _matcher(pattern: str, separator: str) -> "Matcher":
    from tools.argocd.gobwas.compiler import compiled

    return compiled(pattern, separator)
