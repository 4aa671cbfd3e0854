"""Whether jq reads an expression of `ignoreDifferences`.

Argo CD compiles `del(EXPRESSION)`: https://github.com/itchyny/gojq/tree/v0.12.17, `parser.go.y` and
`compiler.go`. Grammar and names are those; whether the expression is a path shows when it runs.
"""

from collections.abc import Sequence

from tools.argocd.jq.cursor import CLOSES, ENDS
from tools.argocd.jq.queries import Queries
from tools.argocd.jq.tokens import Token, Unread, tokens


def jq_fault(expression: str) -> str | None:
    """Why jq cannot read an expression as a path, None if nothing is wrong with it."""
    try:
        written = tokens(expression)
        if not written:
            return "is empty"
        Queries(tokens(f"del({expression})")).whole()
    except Unread as error:
        opened = _opened(written) if ENDS in str(error) else ""
        return f"leaves {opened!r} open" if opened else str(error)
    except RecursionError:
        return "is nested more deeply than is read here"
    return None


def _opened(written: Sequence[Token]) -> str:
    """The bracket that tokens leave open, "" if they leave none."""
    opened: list[str] = []
    for token in written:
        if token.kind == "mark" and token.text in CLOSES:
            opened.append(token.text)
        elif token.kind == "mark" and opened and token.text == CLOSES[opened[-1]]:
            opened.pop()
    return opened[-1] if opened else ""
