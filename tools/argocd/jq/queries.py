"""A whole expression of jq: its operators, pipes and definitions."""

from tools.argocd.jq.cursor import CLOSES
from tools.argocd.jq.scope import Scope
from tools.argocd.jq.terms import Terms
from tools.argocd.jq.tokens import END

_LEVELS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"//"}), "right"),
    (frozenset({"=", "|=", "+=", "-=", "*=", "/=", "%=", "//="}), "once"),
    (frozenset({"or"}), "left"),
    (frozenset({"and"}), "left"),
    (frozenset({"==", "!=", "<", "<=", ">", ">="}), "once"),
    (frozenset({"+", "-"}), "left"),
    (frozenset({"*", "/", "%"}), "left"),
)
"""The operators of an expression, those that bind least first."""


class Queries(Terms):
    def whole(self) -> None:
        self.query(Scope())
        if self._next is not END:
            raise self._unexpected()

    def query(self, scope: Scope) -> None:
        while not self._operand(scope) and self._take(",", "|"):
            pass

    def _operand(self, scope: Scope) -> bool:
        """What stands between commas and pipes; True if it took the rest of the query too."""
        if self._is("def"):
            self.query(self._definition(scope))
            return True
        if self._take("label"):
            name = self._variable()
            self._need("|")
            self.query(scope.with_variables([f"label {name}"]))
            return True
        start = self._at
        if self._starts_a_term():
            self._term(scope)
            if self._take("as"):
                names = self._patterns(scope)
                self._need("|")
                self.query(scope.with_variables(names))
                return True
            self._at = start
        self._expression(scope)
        return False

    def _starts_a_term(self) -> bool:
        """Only a look ahead for `as`, which cannot come behind an operator."""
        depth = 0
        for token in self._tokens[self._at :]:
            text = token.text if token.kind != "string" else ""
            if token.kind == "word" and text == "as" and not depth:
                return True
            depth += (text in CLOSES) - (text in CLOSES.values())
            if depth < 0 or (not depth and text in ("|", ",", ";")):
                return False
        return False

    def _definition(self, scope: Scope) -> Scope:
        self._need("def")
        name = self._word()
        parameters: list[str] = []
        if self._take("("):
            parameters.append(self._parameter())
            while self._take(";"):
                parameters.append(self._parameter())
            self._need(")")
        self._need(":")
        known = scope.with_function(name, len(parameters))
        inside = known
        for parameter in parameters:
            inside = inside.with_function(parameter.removeprefix("$"), 0)
        self.query(inside.with_variables(p for p in parameters if p[0] == "$"))
        self._need(";")
        return known

    def _parameter(self) -> str:
        return self._variable() if self._next.kind == "variable" else self._word()

    def _expression(self, scope: Scope, level: int = 0) -> None:
        if level == len(_LEVELS):
            self._term(scope)
            return
        operators, how = _LEVELS[level]
        self._expression(scope, level + 1)
        while self._take(*operators):
            self._expression(scope, level + (how != "right"))
            if how == "once" and self._is(*operators):
                raise self._unexpected()
