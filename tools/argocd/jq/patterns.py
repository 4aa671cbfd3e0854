"""Objects that an expression of jq makes, and patterns that take values apart."""

from tools.argocd.jq.cursor import Cursor
from tools.argocd.jq.scope import Scope
from tools.argocd.jq.tokens import Token


class Patterns(Cursor):
    def query(self, scope: Scope) -> None:
        raise NotImplementedError

    def _expression(self, scope: Scope, level: int = 0) -> None:
        raise NotImplementedError

    def _known(self, name: str, scope: Scope) -> None:
        raise NotImplementedError

    def _string(self, token: Token, scope: Scope) -> None:
        raise NotImplementedError

    def _object(self, scope: Scope) -> None:
        while not self._take("}"):
            has_value_only = self._key(scope)
            if self._take(":"):
                self._value(scope)
            elif has_value_only:
                raise self._unexpected()
            if not self._take(","):
                self._need("}", "{")
                return

    def _key(self, scope: Scope) -> bool:
        """A key of an object; True if it cannot stand alone."""
        token = self._next
        self._at += 1
        if token.kind == "string":
            self._string(token, scope)
        elif token.kind == "variable":
            if not self._is(":"):
                self._known(token.text, scope)
        elif token.kind == "mark" and token.text == "(":
            self.query(scope)
            self._need(")", "(")
            return True
        elif token.kind != "word":
            self._at -= 1
            raise self._unexpected()
        return False

    def _value(self, scope: Scope) -> None:
        self._expression(scope)
        while self._take("|"):
            self._expression(scope)

    def _patterns(self, scope: Scope) -> list[str]:
        names = self._pattern(scope)
        while self._next.kind == "other":
            self._at += 1
            names += self._pattern(scope)
        return names

    def _pattern(self, scope: Scope) -> list[str]:
        if self._next.kind == "variable":
            return [self._variable()]
        if self._take("["):
            names = self._pattern(scope)
            while self._take(","):
                names += self._pattern(scope)
            self._need("]", "[")
            return names
        self._need("{")
        names = self._field(scope)
        while self._take(","):
            names += self._field(scope)
        self._need("}", "{")
        return names

    def _field(self, scope: Scope) -> list[str]:
        token = self._next
        if token.kind == "variable":
            self._at += 1
            return [token.text, *(self._pattern(scope) if self._take(":") else ())]
        self._key(scope)
        self._need(":")
        return self._pattern(scope)
