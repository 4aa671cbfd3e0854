"""One scalar of a text changed, and nothing else."""

import re
from functools import lru_cache
from itertools import pairwise

import yaml

_BOOLEANS = {"true": "false", "false": "true"}
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_PLAIN_IN_FLOW = re.compile(r"[^,\[\]{}\n]*?(?=\s*(?:: |:$|,|\]|\}|\s#|$))", re.MULTILINE)
_PLAIN = re.compile(r"[^\n]*?(?=\s*(?:: |:$|\s#|$))", re.MULTILINE)


class NothingThere(Exception):
    """A place at which no scalar begins."""


def perturbed(text: str, line: int, column: int, *, is_yaml: bool = True, mark: str = "-x") -> str:
    """The text with the one scalar changed that begins at a position, counted from 1.

    Booleans are negated, integers raised by one, anything else gets an end that it had not: `mark`.
    In a block scalar the first line of its content is changed, in a file that is no YAML the line.
    """
    begin, end = extent(text, line, column, is_yaml=is_yaml)
    return text[:begin] + _other(text[begin:end], mark) + text[end:]


def extent(text: str, line: int, column: int, *, is_yaml: bool = True) -> tuple[int, int]:
    """Begin and end of the scalar at a position. Raises NothingThere."""
    lines = text.split("\n")
    start = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
    return _extent(text, start) if is_yaml else _extent_by_eye(text, start)


def takes_mark(scalar: str) -> bool:
    """Whether a scalar that is perturbed gets the mark."""
    return "\0" in _other(scalar, "\0")


def _extent(text: str, start: int) -> tuple[int, int]:
    token = _token_at(text, start)
    if token is not None and text[token[0]] not in "|>":
        return token
    begin = token[0] if token else start
    if text[begin : begin + 1] in ("|", ">"):
        content = re.compile(r"\n\s*(\S[^\n]*)").search(text, begin)
        if content is None:
            raise NothingThere(begin)
        return content.span(1)
    return _extent_by_eye(text, begin)


def _extent_by_eye(text: str, start: int) -> tuple[int, int]:
    """Of a scalar in a text that YAML cannot tell: an inline patch, an environment file."""
    if quoted := _QUOTED.match(text, start):
        return quoted.span()
    if text[start : start + 2] in ("{}", "[]"):
        return start, start + 2
    before = text[text.rfind("\n", 0, start) + 1 : start]
    in_flow = before.count("{") + before.count("[") > before.count("}") + before.count("]")
    plain = (_PLAIN_IN_FLOW if in_flow else _PLAIN).match(text, start)
    if plain is None:
        raise NothingThere(start)
    return plain.span()


def _token_at(text: str, start: int) -> tuple[int, int] | None:
    """Begin and end of the scalar or empty collection that YAML sees at an offset."""
    return _tokens(text).get(start)


@lru_cache(maxsize=64)
def _tokens(text: str) -> dict[int, tuple[int, int]]:
    """Begin and end of every scalar and flow collection of a text, by where it begins.

    An anchor or a tag belongs to what follows it.
    """
    found: dict[int, tuple[int, int]] = {}
    begins: list[int] = []
    try:
        for token, following in pairwise(yaml.scan(text, Loader=yaml.CSafeLoader)):
            begins.append(token.start_mark.index)
            if isinstance(token, yaml.AnchorToken | yaml.TagToken):
                continue
            if isinstance(token, yaml.ScalarToken):
                span = (token.start_mark.index, token.end_mark.index)
                found |= dict.fromkeys(begins, span)
            elif isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken):
                span = (token.start_mark.index, following.end_mark.index)
                found |= dict.fromkeys(begins, span)
            begins = []
    except (yaml.YAMLError, UnicodeEncodeError):  # it only looks like YAML, or is binary
        return {}
    return found


def _other(scalar: str, mark: str) -> str:
    if scalar in _BOOLEANS:
        return _BOOLEANS[scalar]
    if re.fullmatch(r"-?(?:0|[1-9]\d*)", scalar):
        return str(int(scalar) + 1)
    if scalar == "{}":
        return "{perturbed: true}"
    if scalar == "[]":
        return "[perturbed]"
    if _QUOTED.fullmatch(scalar):
        return f"{scalar[:-1]}{mark}{scalar[-1]}"
    return f"{scalar}{mark}" if scalar.strip() else f"{scalar} perturbed"
