"""Going through the tokens of an expression of jq."""

from collections.abc import Sequence

from tools.argocd.jq.tokens import END, KEYWORDS, Token, Unread

CLOSES = {"(": ")", "[": "]", "{": "}"}
"""What closes a bracket."""
ENDS = "is not a whole expression"


class Cursor:
    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens = list(found)
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else END

    def _is(self, *texts: str) -> bool:
        return self._next.kind != "string" and self._next.text in texts

    def _take(self, *texts: str) -> str:
        """The text of the next token if it is one of these, which is gone then; else ""."""
        if not self._is(*texts):
            return ""
        self._at += 1
        return self._tokens[self._at - 1].text

    def _need(self, text: str, opened: str = "") -> None:
        if not self._take(text):
            if opened and self._next is END:
                raise Unread(f"leaves {opened!r} open")
            raise self._unexpected()

    def _unexpected(self) -> Unread:
        # The last parenthesis is Argo CD's own.
        if self._next is END or self._at == len(self._tokens) - 1:
            return Unread(ENDS)
        return Unread(f"has {self._next.text!r} where jq expects something else")

    def _word(self) -> str:
        token = self._next
        if token.kind != "word" or token.text in KEYWORDS:
            raise self._unexpected()
        self._at += 1
        return token.text

    def _variable(self) -> str:
        token = self._next
        if token.kind != "variable":
            raise self._unexpected()
        self._at += 1
        return token.text
