"""Whether jq reads an expression of `ignoreDifferences`.

Argo CD compiles `del(EXPRESSION)`: https://github.com/itchyny/gojq/tree/v0.12.17, `parser.go.y` and
`compiler.go`. Grammar and names are those; whether the expression is a path shows when it runs.
"""

from collections.abc import Iterable, Sequence

from tools.argocd.jq.names import FUNCTIONS
from tools.argocd.jq.tokens import END, KEYWORDS, Token, Unread, tokens

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
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_ENDS = "is not a whole expression"
_CLAUSES = 3


def jq_fault(expression: str) -> str | None:
    """Why jq cannot read an expression as a path, None if nothing is wrong with it."""
    try:
        written = tokens(expression)
        if not written:
            return "is empty"
        _Reading(tokens(f"del({expression})")).whole()
    except Unread as error:
        opened = _opened(written) if _ENDS in str(error) else ""
        return f"leaves {opened!r} open" if opened else str(error)
    except RecursionError:
        return "is nested more deeply than is read here"
    return None


def _opened(written: Sequence[Token]) -> str:
    """The bracket that tokens leave open, "" if they leave none."""
    opened: list[str] = []
    for token in written:
        if token.kind == "mark" and token.text in _CLOSES:
            opened.append(token.text)
        elif token.kind == "mark" and opened and token.text == _CLOSES[opened[-1]]:
            opened.pop()
    return opened[-1] if opened else ""


class _Scope:
    """The names that are known at one point."""

    def __init__(
        self, functions: Iterable[tuple[str, int]] = (), variables: Iterable[str] = ("$ENV",)
    ) -> None:
        self.functions = frozenset(functions)
        self.variables = frozenset(variables)

    def with_function(self, name: str, count: int) -> "_Scope":
        return _Scope(self.functions | {(name, count)}, self.variables)

    def with_variables(self, names: Iterable[str]) -> "_Scope":
        return _Scope(self.functions, self.variables | frozenset(names))


class _Reading:
    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens = list(found)
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else END

    def _is(self, *texts: str) -> bool:
        return self._next.kind != "string" and self._next.text in texts

    def _take(self, *texts: str) -> bool:
        found = self._is(*texts)
        self._at += found
        return found

    def _need(self, text: str, opened: str = "") -> None:
        if not self._take(text):
            if opened and self._next is END:
                raise Unread(f"leaves {opened!r} open")
            raise self._unexpected()

    def _unexpected(self) -> Unread:
        # The last parenthesis is Argo CD's own.
        if self._next is END or self._at == len(self._tokens) - 1:
            return Unread(_ENDS)
        return Unread(f"has {self._next.text!r} where jq expects something else")

    def whole(self) -> None:
        self.query(_Scope())
        if self._next is not END:
            raise self._unexpected()

    def query(self, scope: _Scope) -> None:
        while not self._operand(scope) and self._take(",", "|"):
            pass

    def _operand(self, scope: _Scope) -> bool:
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
            depth += (text in _CLOSES) - (text in _CLOSES.values())
            if depth < 0 or (not depth and text in ("|", ",", ";")):
                return False
        return False

    def _definition(self, scope: _Scope) -> _Scope:
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

    def _expression(self, scope: _Scope, level: int = 0) -> None:
        if level == len(_LEVELS):
            self._term(scope)
            return
        operators, how = _LEVELS[level]
        self._expression(scope, level + 1)
        while self._take(*operators):
            self._expression(scope, level + (how != "right"))
            if how == "once" and self._is(*operators):
                raise self._unexpected()

    def _term(self, scope: _Scope) -> None:
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

    def _known(self, name: str, scope: _Scope) -> None:
        if name not in scope.variables:
            raise Unread(f"uses the variable {name}, which nothing sets")

    def _string(self, token: Token, scope: _Scope) -> None:
        for part in token.parts:
            inner = _Reading(part)
            inner.query(scope)
            if inner._next is not END:
                raise inner._unexpected()

    def _format(self, scope: _Scope) -> None:
        # Whether it is a format that jq knows shows when it runs.
        if self._next.kind == "string":
            self._string(self._next, scope)
            self._at += 1

    def _marked(self, token: Token, scope: _Scope) -> None:
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

    def _named(self, token: Token, scope: _Scope) -> None:
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

    def _call(self, name: str, scope: _Scope) -> None:
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

    def _condition(self, scope: _Scope) -> None:
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

    def _attempt(self, scope: _Scope) -> None:
        self._term(scope)
        if self._take("catch"):
            self._term(scope)

    def _reduction(self, scope: _Scope) -> None:
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

    def _suffixes(self, scope: _Scope) -> None:
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

    def _brackets(self, scope: _Scope) -> None:
        if self._take("]"):
            return
        if self._take(":"):
            self.query(scope)
        else:
            self.query(scope)
            if self._take(":") and not self._is("]"):
                self.query(scope)
        self._need("]", "[")

    def _object(self, scope: _Scope) -> None:
        while not self._take("}"):
            has_value_only = self._key(scope)
            if self._take(":"):
                self._value(scope)
            elif has_value_only:
                raise self._unexpected()
            if not self._take(","):
                self._need("}", "{")
                return

    def _key(self, scope: _Scope) -> bool:
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

    def _value(self, scope: _Scope) -> None:
        self._expression(scope)
        while self._take("|"):
            self._expression(scope)

    def _patterns(self, scope: _Scope) -> list[str]:
        names = self._pattern(scope)
        while self._next.kind == "other":
            self._at += 1
            names += self._pattern(scope)
        return names

    def _pattern(self, scope: _Scope) -> list[str]:
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

    def _field(self, scope: _Scope) -> list[str]:
        token = self._next
        if token.kind == "variable":
            self._at += 1
            return [token.text, *(self._pattern(scope) if self._take(":") else ())]
        self._key(scope)
        self._need(":")
        return self._pattern(scope)
