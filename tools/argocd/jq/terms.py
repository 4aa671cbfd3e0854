"""What stands between the operators of an expression of jq."""

from tools.argocd.jq.names import FUNCTIONS
from tools.argocd.jq.patterns import Patterns
from tools.argocd.jq.scope import Scope
from tools.argocd.jq.tokens import END, KEYWORDS, Token, Unread

_CLAUSES = 3


class Terms(Patterns):
    def _term(self, scope: Scope) -> None:
        while self._take("-", "+"):
            pass
        token = self._next
        self._at += 1
        if token.kind == "string":
            self._string(token, scope)
        elif token.kind == "format":
            self._format(scope)
        elif token.kind == "variable":
            self._known(token.text, scope)
        elif token.kind == "word":
            self._named(token, scope)
        elif token.kind == "mark":
            self._marked(token, scope)
        elif token.kind not in ("index", "recurse", "number"):
            self._at -= 1
            raise self._unexpected()
        self._suffixes(scope)

    def _known(self, name: str, scope: Scope) -> None:
        if name not in scope.variables:
            raise Unread(f"uses the variable {name}, which nothing sets")

    def _string(self, token: Token, scope: Scope) -> None:
        for part in token.parts:
            inner = type(self)(part)
            inner.query(scope)
            if inner._next is not END:
                raise inner._unexpected()

    def _format(self, scope: Scope) -> None:
        # Whether it is a format that jq knows shows when it runs.
        if self._next.kind == "string":
            self._string(self._next, scope)
            self._at += 1

    def _marked(self, token: Token, scope: Scope) -> None:
        if token.text == ".":
            if self._next.kind == "string":
                self._string(self._next, scope)
                self._at += 1
        elif token.text == "(":
            self.query(scope)
            self._need(")", "(")
        elif token.text == "[":
            if not self._take("]"):
                self.query(scope)
                self._need("]", "[")
        elif token.text == "{":
            self._object(scope)
        else:
            self._at -= 1
            raise self._unexpected()

    def _named(self, token: Token, scope: Scope) -> None:
        word = token.text
        compound = {
            "if": self._condition,
            "try": self._attempt,
            "reduce": self._reduction,
            "foreach": self._reduction,
        }
        if word in compound:
            compound[word](scope)
        elif word == "break":
            label = self._variable()
            if f"label {label}" not in scope.variables:
                raise Unread(f"breaks to {label}, which no label is")
        elif word in KEYWORDS and word not in ("null", "true", "false"):
            self._at -= 1
            raise self._unexpected()
        elif word not in KEYWORDS:
            self._call(word, scope)

    def _call(self, name: str, scope: Scope) -> None:
        count = 0
        if self._take("("):
            self.query(scope)
            count = 1
            while self._take(";"):
                self.query(scope)
                count += 1
            self._need(")", "(")
        known = (name, count) in FUNCTIONS or (name, count) in scope.functions
        if not known and not name.startswith("_"):
            raise Unread(f"calls {name}/{count}, which jq does not know")

    def _condition(self, scope: Scope) -> None:
        self.query(scope)
        self._need("then")
        self.query(scope)
        while self._take("elif"):
            self.query(scope)
            self._need("then")
            self.query(scope)
        if self._take("else"):
            self.query(scope)
        self._need("end", "if")

    def _attempt(self, scope: Scope) -> None:
        self._term(scope)
        if self._take("catch"):
            self._term(scope)

    def _reduction(self, scope: Scope) -> None:
        is_reduce = self._tokens[self._at - 1].text == "reduce"
        self._expression(scope)
        self._need("as")
        inside = scope.with_variables(self._pattern(scope))
        self._need("(")
        self.query(scope)
        clauses = 1
        while clauses < (_CLAUSES - is_reduce) and self._take(";"):
            self.query(inside)
            clauses += 1
        if clauses == 1:
            raise self._unexpected()
        self._need(")", "(")

    def _suffixes(self, scope: Scope) -> None:
        while True:
            token = self._next
            if token.kind == "index" or (token.kind == "mark" and token.text == "?"):
                self._at += 1
            elif token.kind == "mark" and token.text == "[":
                self._at += 1
                self._brackets(scope)
            elif token.kind == "mark" and token.text == ".":
                self._at += 1
                if self._next.kind == "string":
                    self._string(self._next, scope)
                    self._at += 1
                elif self._take("["):
                    self._brackets(scope)
                else:
                    raise self._unexpected()
            else:
                return

    def _brackets(self, scope: Scope) -> None:
        if self._take("]"):
            return
        if self._take(":"):
            self.query(scope)
        else:
            self.query(scope)
            if self._take(":") and not self._is("]"):
                self.query(scope)
        self._need("]", "[")
