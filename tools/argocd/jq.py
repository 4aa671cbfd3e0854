"""Whether jq reads an expression, as far as that can be told without jq.

Argo CD compiles `del(EXPRESSION)` with https://github.com/itchyny/gojq. Seen here are quotes,
brackets, foreign characters, and what a path cannot begin or end with; not the names of functions.
"""

import re

_TOKEN = (
    r'\s+|"(?:\\.|[^"\\])*"|\.\.|\.[A-Za-z_]\w*|\?//|[A-Za-z_][\w:]*|\$\w+|@\w+|\d+(?:\.\d+)?'
    r"|==|!=|<=|>=|//=?|\|=|[+\-*/%]=?|[.\[\](){}|,:;<>=?]|#.*"
)
_CLOSES = {")": "(", "]": "[", "}": "{"}
_NO_END = frozenset(["|", ",", "==", "!=", "//", "+", "-", "*", ":", ";", "<", ">", "and", "or"])
_NO_BEGINNING = frozenset(["|", ",", "/", "//", "*", "=", "==", "]", ")", "}", ":", ";"])


def jq_fault(expression: str) -> str | None:
    """Why jq cannot read an expression as a path, None if nothing is wrong with it."""
    tokens, rest = _tokens(expression)
    if rest:
        return f"has {rest[:12]!r}, which jq does not understand"
    if not tokens:
        return "is empty"
    if tokens[0] in _NO_BEGINNING or tokens[-1] in _NO_END:
        return "is not a whole expression"
    if len(tokens) == 1 and re.fullmatch(r"\w+", tokens[0]):
        return "is no path, which begins with a dot"
    return _brackets(tokens)


def _tokens(expression: str) -> tuple[list[str], str]:
    """The tokens of an expression, and what is left where no token fits."""
    tokens: list[str] = []
    position = 0
    while position < len(expression):
        match = re.compile(_TOKEN).match(expression, position)
        if match is None:
            return tokens, expression[position:]
        position = match.end()
        if not match[0].isspace():
            tokens.append(match[0])
    return tokens, ""


def _brackets(tokens: list[str]) -> str | None:
    opened: list[str] = []
    for token in tokens:
        if token in _CLOSES.values():
            opened.append(token)
        elif token in _CLOSES and (not opened or opened.pop() != _CLOSES[token]):
            return f"has a {token!r} that closes nothing"
    return f"leaves {opened[-1]!r} open" if opened else None
