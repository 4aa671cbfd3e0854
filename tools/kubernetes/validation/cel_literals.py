"""Values in the text of an expression that the API server looks at when it compiles it.

The validators of k8s.io/apiserver/pkg/cel/environment: regular expressions, durations and times
that are written out, and lists whose values have different types.
https://kubernetes.io/docs/reference/using-api/cel/
"""

import re
from collections.abc import Iterator

from tools.kubernetes.decoding import is_time
from tools.kubernetes.validation.structural import may_compile

_TEXT = r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
_CALL = re.compile(
    rf"(?:\.(matches|find|findAll)|(?<![\w.])(duration|timestamp))\(\s*([rR]?){_TEXT}\s*[,)]"
)
_DURATION = re.compile(r"[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:h|m|s|ms|us|µs|μs|ns))+)", re.ASCII)
_ATOM = rf"(?:{_TEXT}|true\b|false\b|-?\d+(?:\.\d+)?(?![\w.]))"
_LIST = re.compile(rf"(\.format\(\s*)?\[\s*{_ATOM}(?:\s*,\s*{_ATOM})+\s*\]")
_ESCAPES = re.compile(r"\\(.)", re.DOTALL)
_PLAIN = frozenset("\\?\"'`")


def wrong_literals(text: str) -> Iterator[str]:
    """What is wrong with the values written out in an expression, in a few words each."""
    for found in _CALL.finditer(text):
        value = _value(found[4], bool(found[3]))
        if value is not None:
            yield from _objection(found[1] or found[2], value)
    for values in _LIST.finditer(text):
        kinds = {_kind(atom[0]) for atom in re.finditer(_ATOM, values[0])}
        if len(kinds) > 1 and not values[1]:
            yield f"a list holds values of different types: {' and '.join(sorted(kinds))}"


def _value(text: str, is_raw: bool) -> str | None:
    """What a text stands for; None for one with escapes that take more than a look."""
    inner = text[1:-1]
    if is_raw:
        return inner
    if any(found[1] not in _PLAIN for found in _ESCAPES.finditer(inner)):
        return None
    return _ESCAPES.sub(r"\1", inner)


def _objection(function: str, value: str) -> Iterator[str]:
    if function == "duration":
        if not _DURATION.fullmatch(value):
            yield f"{value!r} is no duration such as '1h30m'"
    elif function == "timestamp":
        if not is_time(value):
            yield f"{value!r} is no time such as '2026-01-02T03:04:05Z'"
    elif not may_compile(value):
        yield f"{value!r} is no regular expression"


def _kind(atom: str) -> str:
    if atom[0] in "\"'":
        return "string"
    if atom in ("true", "false"):
        return "bool"
    return "double" if "." in atom else "int"
