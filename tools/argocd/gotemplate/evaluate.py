"""A template run on parameters (`text/template/exec.go` of Go 1.25)."""

from collections.abc import Iterator, Sequence
from typing import Any

from tools.argocd.gotemplate.fault import Unrenderable, stop
from tools.argocd.gotemplate.functions import KNOWN, Signature, signature_of
from tools.argocd.gotemplate.nodes import (
    MISSING,
    Branch,
    Call,
    Constant,
    Dot,
    Function,
    Jump,
    Missing,
    Node,
    Operand,
    Pipe,
)
from tools.argocd.gotemplate.parser import Template
from tools.argocd.gotemplate.values import (
    Int64,
    TextMap,
    Unordered,
    by_bytes,
    is_true,
    kind_of,
    printed,
)

_OPTIONS = ("default", "invalid", "zero", "error")
_MOST = 1 << 20
"""Characters that one template may give."""
_DEEP = 50
"""Templates that may call each other."""


def render(text: str, data: Any, options: Sequence[Any] = ()) -> str:
    """The text that a template gives with `data` as its dot. Raises Unrenderable."""
    missing = "default"
    for option in options:
        key, equals, value = str(option).partition("=")
        if key != "missingkey" or value not in _OPTIONS or not equals:
            raise stop(f"goTemplateOptions has {option!r}, which Go does not know")
        missing = value
    try:
        return _Run(Template(text, KNOWN), data, missing).text()
    except RecursionError as error:
        raise Unrenderable("it is nested more deeply than is rendered here") from error


class _Variable:
    """A variable with the value that it has now."""

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value


class _Jumped(Exception):
    """`break` or `continue`."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class _Run:
    def __init__(self, template: Template, data: Any, missing: str) -> None:
        self._template = template
        self._data = data
        self._missing = missing
        self._variables: list[_Variable] = [_Variable("$", data)]
        self._written: list[str] = []
        self._size = 0
        self._depth = 0

    def text(self) -> str:
        self._walk(self._template.nodes, self._data)
        return "".join(self._written)

    def _write(self, text: str) -> None:
        self._size += len(text)
        if self._size > _MOST:
            raise Unrenderable(f"it gives more than {_MOST} characters")
        self._written.append(text)

    def _walk(self, nodes: Sequence[Node], dot: Any) -> None:
        for node in nodes:
            if isinstance(node, str):
                self._write(node)
            elif isinstance(node, Pipe):
                value = self._pipe(node, dot)
                if not node.variables:
                    self._write(printed(value))
            elif isinstance(node, Branch):
                self._branch(node, dot)
            elif isinstance(node, Jump):
                raise _Jumped(node.word)
            else:
                self._call(node, dot)

    def _branch(self, node: Branch, dot: Any) -> None:
        mark = len(self._variables)
        if node.word == "range":
            self._range(node, dot)
        else:
            value = self._pipe(node.pipe, dot)
            if is_true(value):
                self._walk(node.body, value if node.word == "with" else dot)
            else:
                self._walk(node.otherwise, dot)
        del self._variables[mark:]

    def _range(self, node: Branch, dot: Any) -> None:
        value = self._pipe(node.pipe, dot)
        mark = len(self._variables)
        names = node.pipe.variables
        ran = False
        for index, element in self._elements(value, len(names)):
            ran = True
            for name, item in zip(
                names, (index, element) if len(names) > 1 else (element,), strict=False
            ):
                self._set(name, item)
            try:
                self._walk(node.body, element)
            except _Jumped as jumped:
                if jumped.word == "break":
                    break
            finally:
                del self._variables[mark:]
        if not ran:
            self._walk(node.otherwise, dot)

    def _elements(self, value: Any, names: int) -> Iterator[tuple[Any, Any]]:
        if isinstance(value, list):
            if len(value) > 1 and isinstance(value, Unordered):
                raise Unrenderable("the order of the keys of a map is open")
            yield from enumerate(value)
        elif isinstance(value, dict):
            yield from ((key, value[key]) for key in by_bytes(value))
        elif isinstance(value, int) and not isinstance(value, bool) and names <= 1:
            self._size += value
            self._write("")
            kind = Int64 if isinstance(value, Int64) else int
            yield from ((None, kind(number)) for number in range(value))
        elif value is not None and value is not MISSING:
            raise stop(f"a range goes over a {kind_of(value)}")

    def _call(self, node: Call, dot: Any) -> None:
        nodes = self._template.defined.get(node.name)
        if nodes is None:
            raise stop(f"no template {node.name!r} is defined")
        if self._depth >= _DEEP:
            raise Unrenderable("templates call each other without an end")
        value = self._pipe(node.pipe, dot) if node.pipe else MISSING
        outside, self._variables = self._variables, [_Variable("$", value)]
        self._depth += 1
        self._walk(nodes, value)
        self._depth -= 1
        self._variables = outside

    def _set(self, name: str, value: Any) -> None:
        """Give a variable that was declared a value, the innermost of its name."""
        self._variable(name).value = value

    def _variable(self, name: str) -> "_Variable":
        for variable in reversed(self._variables):
            if variable.name == name:
                return variable
        raise stop(f"the variable {name} is not known")

    def _pipe(self, pipe: Pipe, dot: Any) -> Any:
        value: Any = None
        piped: tuple[Any, ...] = ()
        for command in pipe.commands:
            value = self._command(command, dot, piped)
            piped = (value,)
        for name in pipe.variables:
            if pipe.assigns:
                self._set(name, value)
            else:
                self._variables.append(_Variable(name, value))
        return value

    def _command(self, command: Sequence[Operand], dot: Any, piped: tuple[Any, ...]) -> Any:
        first, *rest = command
        if isinstance(first, Function):
            return self._function(first.name, rest, dot, piped)
        if rest or piped:
            raise stop("arguments are given to what is no function")
        if isinstance(first, Constant) and first.value is None:
            raise stop("nil is no command")
        return self._operand(first, dot)

    def _operand(self, operand: Operand, dot: Any) -> Any:
        if isinstance(operand, Constant):
            return operand.value
        if isinstance(operand, Dot):
            return dot
        if isinstance(operand, Function):
            return self._function(operand.name, (), dot, ())
        value = dot
        if operand.pipe is not None:
            value = self._pipe(operand.pipe, dot)
        elif operand.variable is not None:
            value = self._variable(operand.variable).value
        for name in operand.names:
            value = self._field(value, name)
        return value

    def _field(self, value: Any, name: str) -> Any:
        if isinstance(value, Missing):
            if self._missing == "error":
                raise stop(f"no generator sets .{name}")
            return MISSING
        if not isinstance(value, dict):
            what = "nil" if value is None else f"a {kind_of(value)}"
            raise stop(f".{name} is asked of {what}")
        if name in value:
            return value[name]
        if self._missing == "error":
            raise stop(f"no generator sets .{name}")
        if isinstance(value, TextMap) and self._missing == "zero":
            return ""
        return None if self._missing == "zero" else MISSING

    def _function(
        self, name: str, operands: Sequence[Operand], dot: Any, piped: tuple[Any, ...]
    ) -> Any:
        if name in ("and", "or"):
            return self._logic(name, operands, dot, piped)
        signature = signature_of(name)
        signature.check_count(len(operands) + len(piped))
        arguments = [self._argument(o, dot, signature, i) for i, o in enumerate(operands)]
        for value in piped:
            arguments.append(signature.taken(len(arguments), value, False))
        return signature.call(arguments)

    def _argument(self, operand: Operand, dot: Any, signature: Signature, index: int) -> Any:
        value = self._operand(operand, dot)
        return signature.taken(index, value, isinstance(operand, Constant))

    def _logic(
        self, name: str, operands: Sequence[Operand], dot: Any, piped: tuple[Any, ...]
    ) -> Any:
        value: Any = None
        for index in range(len(operands) + len(piped)):
            inside = index < len(operands)
            value = self._operand(operands[index], dot) if inside else piped[0]
            value = None if value is MISSING else value
            if is_true(value) is (name == "or"):
                return value
        if not operands and not piped:
            raise stop(f"{name!r} is called with nothing")
        return value
