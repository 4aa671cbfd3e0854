"""From tokens to nodes (`text/template/parse/parse.go` of Go 1.25)."""

import ast
from collections.abc import Collection

from tools.argocd.gotemplate.fault import Unrenderable, stop
from tools.argocd.gotemplate.lexer import Piece, Token, pieces
from tools.argocd.gotemplate.nodes import (
    Branch,
    Call,
    Constant,
    Dot,
    Fields,
    Function,
    Jump,
    Node,
    Operand,
    Pipe,
)

_BRANCHES = ("if", "with", "range")
_WORDS = {"true": True, "false": False, "nil": None}
_TWO = 2
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
            "\\": "\\", '"': '"'}  # fmt: skip
_END = Token("mark", "", False)


class Template:
    """A template that was read: its nodes, and those of the templates that it defines.

    Raises Unrenderable; `functions` are the names that Argo CD knows.
    """

    def __init__(self, text: str, functions: Collection[str]) -> None:
        self._pieces: list[Piece] = pieces(text)
        self._functions = functions
        self._variables = ["$"]
        self._loops = 0
        self.defined: dict[str, list[Node]] = {}
        self.nodes, ending = self._block()
        if ending:
            raise stop(f"{{{{{ending[0].text}}}}} without a beginning")

    def _block(self) -> tuple[list[Node], list[Token]]:
        """Nodes up to `else` or `end`, whose tokens come second; [] at the end of the template."""
        nodes: list[Node] = []
        while self._pieces:
            piece = self._pieces.pop(0)
            if isinstance(piece, str):
                nodes.append(piece)
                continue
            if not piece:
                raise stop("an action is empty")
            if piece[0].kind == "word" and piece[0].text in ("end", "else"):
                return nodes, piece
            node = self._action(piece)
            if node is not None:
                nodes.append(node)
        return nodes, []

    def _action(self, tokens: list[Token]) -> Node | None:
        word = tokens[0].text if tokens[0].kind == "word" else ""
        if word in _BRANCHES:
            return self._branch(word, tokens[1:])
        if word in ("break", "continue"):
            if not self._loops or len(tokens) > 1:
                raise stop(f"{{{{{word}}}}} is not alone in a range")
            return Jump(word)
        if word == "define":
            self._define(tokens[1:])
            return None
        if word == "template":
            return self._call(tokens[1:])
        if word == "block":
            raise Unrenderable("the template action 'block' is not rendered here")
        return self._pipe(tokens, "action")

    def _branch(self, word: str, tokens: list[Token]) -> Branch:
        depth = len(self._variables)
        pipe = self._pipe(tokens, word)
        self._loops += word == "range"
        body, ending = self._block()
        self._loops -= word == "range"
        otherwise: list[Node] = []
        if ending and ending[0].text == "else":
            otherwise, ending = self._otherwise(word, ending[1:])
        if not ending or ending[0].text != "end" or len(ending) > 1:
            raise stop(f"{{{{{word}}}}} without an end")
        del self._variables[depth:]
        return Branch(word, pipe, body, otherwise)

    def _otherwise(self, word: str, tokens: list[Token]) -> tuple[list[Node], list[Token]]:
        """What comes behind `else`, which may begin another branch that shares its `end`."""
        if not tokens:
            return self._block()
        if tokens[0].text != word or word == "range":
            raise stop(f"{tokens[0].text!r} cannot follow else")
        return [self._branch(word, tokens[1:])], [Token("word", "end", False)]

    def _define(self, tokens: list[Token]) -> None:
        name = self._name(tokens)
        if len(tokens) != 1:
            raise stop("{{define}} takes a name alone")
        outside, self._variables = self._variables, ["$"]
        loops, self._loops = self._loops, 0
        self.defined[name], ending = self._block()
        self._variables, self._loops = outside, loops
        if not ending or ending[0].text != "end":
            raise stop("{{define}} without an end")

    def _call(self, tokens: list[Token]) -> Call:
        name = self._name(tokens)
        return Call(name, self._pipe(tokens[1:], "template") if tokens[1:] else None)

    def _name(self, tokens: list[Token]) -> str:
        if not tokens or tokens[0].kind != "text":
            raise stop("a template without a name")
        return _unquoted(tokens[0].text)

    def _pipe(self, tokens: list[Token], where: str) -> Pipe:
        reading = _Reading(tokens, self._functions, self._variables)
        names, assigns = reading.declared(where)
        self._variables += names  # also those of `=`: Go looks for them when it runs
        pipe = reading.pipe(where)
        if reading.tokens:
            raise stop(f"{reading.tokens[0].text!r} is not expected there")
        pipe.variables, pipe.assigns = names, assigns
        return pipe


class _Reading:
    """The tokens of one action while they are read."""

    def __init__(
        self, tokens: list[Token], functions: Collection[str], variables: list[str]
    ) -> None:
        self.tokens = list(tokens)
        self._functions = functions
        self._variables = variables

    def _peek(self, index: int = 0) -> Token:
        return self.tokens[index] if index < len(self.tokens) else _END

    def declared(self, where: str) -> tuple[list[str], bool]:
        """Variables before `:=` or `=`, and whether those are known ones."""
        names: list[str] = []
        index = 0
        while self._peek(index).kind == "variable":
            names.append(self._peek(index).text)
            mark = self._peek(index + 1).text
            if mark in (":=", "="):
                del self.tokens[: index + 2]
                return names, mark == "="
            if not (mark == "," and where == "range" and len(names) < _TWO):
                break
            index += 2
        if len(names) > 1:
            raise stop("variables stand where a value belongs")
        return [], False

    def pipe(self, where: str) -> Pipe:
        commands: list[list[Operand]] = []
        while True:
            command = self._command()
            if commands and isinstance(command[0], (Constant, Dot)):
                raise stop("a value stands behind a | where a function belongs")
            commands.append(command)
            if self._peek().text != "|" or self._peek().kind != "mark":
                break
            self.tokens.pop(0)
        return Pipe(commands)

    def _command(self) -> list[Operand]:
        operands: list[Operand] = []
        while self.tokens and not (self._peek().kind == "mark" and self._peek().text in "|)"):
            if operands and not self._peek().spaced:
                raise stop(f"{self._peek().text!r} is not expected there")
            operands.append(self._operand())
        if not operands:
            raise stop("a value is missing")
        return operands

    def _operand(self) -> Operand:
        term = self._term()
        names = []
        while self._peek().kind == "field" and not self._peek().spaced:
            names.append(self.tokens.pop(0).text[1:])
        if not names:
            return term
        if not isinstance(term, Fields):
            if isinstance(term, Function):
                return Fields(names, pipe=Pipe([[term]]))
            raise stop(f".{names[0]} follows what has no fields")
        term.names += names
        return term

    def _term(self) -> Operand:
        token = self.tokens.pop(0)
        if token.kind == "text":
            return Constant(_unquoted(token.text))
        if token.kind == "number":
            return Constant(_number(token.text))
        if token.kind == "field":
            return Fields([token.text[1:]])
        if token.kind == "variable":
            if token.text not in self._variables:
                raise stop(f"the variable {token.text} is not known")
            return Fields([], variable=token.text)
        if token.kind == "dot":
            return Dot()
        return self._word(token)

    def _word(self, token: Token) -> Operand:
        if token.text == "(":
            pipe = self.pipe("parentheses")
            if self._peek().text != ")":
                raise stop("a parenthesis is not closed")
            self.tokens.pop(0)
            return Fields([], pipe=pipe)
        if token.kind != "word":
            raise stop(f"{token.text!r} is not expected there")
        if token.text in _WORDS:
            return Constant(_WORDS[token.text])
        if token.text not in self._functions:
            raise stop(f"Argo CD knows no function {token.text!r}")
        return Function(token.text)


def _number(text: str) -> int | float:
    digits = text.lstrip("+-")
    if digits[:1] == "0" and digits[1:2].isdigit():
        raise Unrenderable(f"the number {text} is not rendered here")
    if digits[:2].lower() == "0x":
        return int(text, 16)
    return float(text) if any(char in digits for char in ".eE") else int(text)


def _unquoted(text: str) -> str:
    """The text of a literal."""
    if text[0] == "`":
        return text[1:-1].replace("\r", "")
    if "\\" not in text:
        return text[1:-1]
    found, rest = "", text[1:-1]
    while rest:
        before, slash, rest = rest.partition("\\")
        found += before
        if not slash:
            break
        if rest[0] in _ESCAPES:
            found, rest = found + _ESCAPES[rest[0]], rest[1:]
        elif rest[0] in "uU":
            width = 5 if rest[0] == "u" else 9
            found, rest = found + _coded(rest[:width]), rest[width:]
        else:
            raise Unrenderable(f"the escape \\{rest[0]} is not rendered here")
    return found


def _coded(escape: str) -> str:
    try:
        return str(ast.literal_eval(f'"\\{escape}"'))
    except (ValueError, SyntaxError) as error:
        raise stop(f"\\{escape} is no character") from error
