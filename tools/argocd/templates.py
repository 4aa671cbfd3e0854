"""Templates of ApplicationSets, filled in as Argo CD does: the plain kind, and a part of Go's.

Of Go's templates: fields, `index`, text, numbers, pipelines, `if`, `else`, `with` and the functions
in FUNCTIONS, which behave like those of sprig. Whatever else stands in a template makes it
Unrenderable, so nothing is guessed.
https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/GoTemplate/
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tools.kubernetes.resource import lookup

_PLAIN = r"\{\{(.*?)\}\}"
_ACTION = r"(\s*)\{\{(- )?(.*?)( -)?\}\}(\s*)"
_TOKEN = (
    r'\s*(?:(?P<text>"(?:\\.|[^"\\])*"|`[^`]*`)|(?P<number>-?\d+)|(?P<field>(?:\.\w+)+|\.)'
    r"|(?P<word>\w+)|(?P<mark>[|()]))"
)


class Unrenderable(Exception):
    """What a template needs and cannot be had here; the text names it."""


def fill(value: Any, parameters: Mapping[str, Any], go: bool, strict: bool = False) -> Any:
    """A value with every text in it rendered, keys of maps included.

    `strict` is the option `missingkey=error`. Raises Unrenderable.
    """
    if isinstance(value, str):
        if "{{" not in value:
            return value
        return _Go(value, parameters, strict).render() if go else _plain(value, parameters)
    if isinstance(value, list):
        return [fill(item, parameters, go, strict) for item in value]
    if isinstance(value, dict):
        return {
            fill(key, parameters, go, strict): fill(item, parameters, go, strict)
            for key, item in value.items()
        }
    return value


def _plain(text: str, parameters: Mapping[str, Any]) -> str:
    """Unknown names stay as they are, which Argo CD then takes literally."""

    def replaced(match: re.Match[str]) -> str:
        found = parameters.get(match[1].strip())
        return found if isinstance(found, str) else match[0]

    return re.sub(_PLAIN, replaced, text, flags=re.DOTALL)


def sanitized(name: object) -> str:
    """`normalize`: what makes a text fit for the name of an object."""
    return re.sub(r"[^-a-z0-9.]", "-", str(name).lower())[:253].strip("-.")


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "normalize": sanitized,
    "lower": lambda text: str(text).lower(),
    "upper": lambda text: str(text).upper(),
    "trim": lambda text: str(text).strip(),
    "trimPrefix": lambda prefix, text: str(text).removeprefix(prefix),
    "trimSuffix": lambda suffix, text: str(text).removesuffix(suffix),
    "replace": lambda old, new, text: str(text).replace(old, new),
    "quote": lambda text: f'"{text}"',
    "default": lambda other, value=None: value if value else other,
    "trunc": lambda length, text: str(text)[:length] if length >= 0 else str(text)[length:],
    "eq": lambda left, *right: left in right,
    "ne": lambda left, right: left != right,
    "not": lambda value: not value,
    "and": lambda *values: next((v for v in values if not v), values[-1]),
    "or": lambda *values: next((v for v in values if v), values[-1]),
    "contains": lambda part, text: part in str(text),
    "hasPrefix": lambda prefix, text: str(text).startswith(prefix),
    "hasSuffix": lambda suffix, text: str(text).endswith(suffix),
    "index": lambda value, *path: lookup(value, path),
    "print": lambda *values: "".join(map(str, values)),
}


class _Go:
    """One text with actions between doubled braces."""

    def __init__(self, text: str, parameters: Mapping[str, Any], strict: bool) -> None:
        self._pieces = list(_pieces(text))
        self._parameters = parameters
        self._strict = strict

    def render(self) -> str:
        text, left = self._block(self._parameters, live=True)
        if left:
            raise Unrenderable(f"{{{{{left}}}}} without a beginning")
        return text

    def _block(self, dot: Any, live: bool) -> tuple[str, str]:
        """Text up to `else` or `end`, which comes second; "" at the end of the template."""
        written: list[str] = []
        while self._pieces:
            is_action, text = self._pieces.pop(0)
            if not is_action:
                if "{{" in text:
                    raise Unrenderable("an action is not closed")
                written.append(text)
                continue
            word, _, rest = text.partition(" ")
            if word in ("end", "else"):
                return "".join(written), text
            if word in ("if", "with"):
                written.append(self._choice(word, rest, dot, live))
            elif word in ("range", "define", "template", "block") or text.startswith("$"):
                raise Unrenderable(f"the template action {word!r} is not rendered here")
            elif live and not text.startswith("/*"):
                written.append(_printed(self._value(text, dot)))
        return "".join(written), ""

    def _choice(self, word: str, condition: str, dot: Any, live: bool) -> str:
        value = self._value(condition, dot) if live else None
        chosen = live and bool(value)
        text, ending = self._block(value if word == "with" else dot, chosen)
        written = text if chosen else ""
        if ending.startswith("else"):
            if ending.startswith("else if "):
                written += self._choice(
                    "if", ending.removeprefix("else if "), dot, live and not chosen
                )
                return written
            text, ending = self._block(dot, live and not chosen)
            written += text if live and not chosen else ""
        if ending != "end":
            raise Unrenderable(f"{{{{{word}}}}} without an end")
        return written

    def _value(self, text: str, dot: Any) -> Any:
        tokens = list(_tokens(text))
        value = self._pipeline(tokens, dot)
        if tokens:
            raise Unrenderable(f"{text!r} is not rendered here")
        return value

    def _pipeline(self, tokens: list[tuple[str, str]], dot: Any) -> Any:
        value = self._command(tokens, dot, ())
        while tokens and tokens[0] == ("mark", "|"):
            tokens.pop(0)
            value = self._command(tokens, dot, (value,))
        return value

    def _command(self, tokens: list[tuple[str, str]], dot: Any, piped: tuple[Any, ...]) -> Any:
        kind, text = tokens[0] if tokens else ("", "")
        if kind != "word" or text in ("true", "false", "nil"):
            return self._operand(tokens, dot)
        tokens.pop(0)
        function = FUNCTIONS.get(text)
        if function is None:
            raise Unrenderable(f"the template function {text!r} is not rendered here")
        arguments = []
        while tokens and tokens[0] not in (("mark", "|"), ("mark", ")")):
            arguments.append(self._operand(tokens, dot))
        try:
            return function(*arguments, *piped)
        except (TypeError, IndexError) as error:
            raise Unrenderable(f"{text!r} is called with what it does not take") from error

    def _operand(self, tokens: list[tuple[str, str]], dot: Any) -> Any:
        kind, text = tokens.pop(0) if tokens else ("", "")
        if kind == "text":
            return text[1:-1] if text[0] == "`" else re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "number":
            return int(text)
        if kind == "field":
            return self._field(text, dot)
        if (kind, text) == ("mark", "("):
            value = self._pipeline(tokens, dot)
            if tokens and tokens.pop(0) == ("mark", ")"):
                return value
        if kind == "word" and text in ("true", "false", "nil"):
            return {"true": True, "false": False}.get(text)
        raise Unrenderable(f"{text!r} is not rendered here")

    def _field(self, text: str, dot: Any) -> Any:
        value = dot
        for part in text.split(".")[1:] if text != "." else ():
            if not isinstance(value, dict) or part not in value:
                if self._strict or not isinstance(value, dict):
                    raise Unrenderable(f"no generator sets {text}")
                return None
            value = value[part]
        return value


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Texts and actions in turn, with `{{-` and `-}}` taking the blanks beside them."""
    position = 0
    for match in re.finditer(_ACTION, text, re.DOTALL):
        before, trims_left, action, trims_right, after = match.groups()
        yield False, text[position : match.start()] + ("" if trims_left else before)
        yield True, action.strip()
        position = match.end() if trims_right else match.end() - len(after)
    yield False, text[position:]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    text = text.strip()
    while position < len(text):
        match = re.compile(_TOKEN).match(text, position)
        if match is None:
            raise Unrenderable(f"{text!r} is not rendered here")
        position = match.end()
        yield str(match.lastgroup), match[str(match.lastgroup)]


def _printed(value: Any) -> str:
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        raise Unrenderable("a map or list is printed")
    return str(value)
