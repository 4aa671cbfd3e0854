"""Expressions in CEL as the API server compiles them, as far as that can be told from here.

CompileCELExpression of k8s.io/apiserver/pkg/admission/plugin/cel. Syntax, names that nothing
declares, operators for types that they do not take, and the type of the result are judged; calls of
the server's own functions are declared without the types of what they take, and whatever only the
server's type checker can say is left to it.

https://kubernetes.io/docs/reference/using-api/cel/
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from tools.kubernetes.sentences import either
from tools.kubernetes.validation.cel_library import (
    FIELDS,
    FUNCTIONS,
    STANDARD,
    TYPED,
    UNKNOWN_HERE,
)
from tools.kubernetes.validation.cel_literals import wrong_literals
from tools.kubernetes.validation.field import Field, Refusals

_IDENTIFIER = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*", re.ASCII)
_RESERVED = frozenset({
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function",
    "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
})  # fmt: skip
_TEXT = re.compile(
    r"""[rR]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|//[^\n]*""",
    re.DOTALL,
)
_ERROR = re.compile(r"^(?:INVALID_ARGUMENT: )?ERROR: [^:]*:(\d+):(\d+): (.*)$", re.MULTILINE)
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(
    r"found no matching overload for "
    rf"'(_[^']*_|!_|-_|@in|{'|'.join(STANDARD)})' applied to '(.*)'"
)
_ORDER = re.compile(r"_[<>]=?_")
_NUMBERS = re.compile(r"\((?:int|uint|double), (?:int|uint|double)\)")
_FIELD = re.compile(
    r"(?<![\w.])(request|namespaceObject|variables)((?:\.\??[A-Za-z_]\w*)+)(?![\w(])", re.ASCII
)
_PRESENCE = re.compile(r"\bhas\(\s*(?:request|namespaceObject)\b")
_OTHER_MACROS = re.compile(
    r"\.(?:sortBy|transform\w*)\(|\.(?:all|exists|exists_one|existsOne)\(\s*\w+\s*,\s*\w+\s*,"
)
"""Macros of the server that are not declared here; what they bind looks like unknown names."""
_LIST = re.compile(r"list<.*", re.DOTALL)
_TYPES = {"BOOL": "bool", "STRING": "string", "NULL": "null_type", "DYN": "dyn"}


class Scope(NamedTuple):
    """What an expression of a policy can name; `variables` are those before it, if there are.

    Each has the type of its expression, "" if that is not known here.
    """

    has_params: bool = False
    has_authorizer: bool = True
    variables: tuple[tuple[str, str], ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What is declared; the types of variables are in it too."""
        names = ["object", "oldObject", "request", "namespaceObject"]
        names += ["params"] * self.has_params + ["authorizer"] * self.has_authorizer
        names += ["variables"] * (self.variables is not None)
        names += [f"variables.{name}={kind}" for name, kind in self.variables or () if kind]
        return tuple(names)


def is_identifier(name: str) -> bool:
    return bool(_IDENTIFIER.fullmatch(name)) and name not in _RESERVED


def compiled(expression: Field, scope: Scope, results: Sequence[str] = ()) -> Refusals:
    """What is wrong with an expression; `results` are the types that it may come to, or any."""
    text, names = expression.text, scope.names
    known = None if scope.variables is None else tuple(name for name, _ in scope.variables)
    for objection in (*_undefined(text, known), *objections(text, names)):
        yield expression.refused(f"{expression} does not compile: {objection}")
        return
    kind = result_of(text, names)
    if results and kind and kind not in results and not _is_open(text, kind):
        yield expression.must(f"come to {either(results)}, and comes to {kind}")


def _is_open(text: str, kind: str) -> bool:
    """Whether the type depends on what only the server knows."""
    return kind == "dyn" and bool(re.search(r"\b(variables|authorizer)\b|\(", without_texts(text)))


def _undefined(text: str, variables: tuple[str, ...] | None) -> Iterator[str]:
    """Fields that `request`, `namespaceObject` and `variables` do not have."""
    known = {**FIELDS, **({} if variables is None else {"variables": variables})}
    for found in _FIELD.finditer(without_texts(text)):
        path = found[1]
        for name in found[2].replace("?", "").split(".")[1:]:
            if path in known and name not in known[path]:
                yield f"{path} has no field {name!r}"
            path = f"{path}.{name}"


def without_texts(text: str) -> str:
    """An expression without its texts and comments."""
    return _TEXT.sub('""', text)


@lru_cache(maxsize=4096)
def objections(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """What any server would say of an expression in which these names are declared."""
    return _compile(text, names)[0]


@lru_cache(maxsize=4096)
def result_of(text: str, names: tuple[str, ...]) -> str:
    """The type of the result: bool, string, null_type or dyn, "" for what cannot be told."""
    return _compile(text, names)[1]


def _compile(text: str, names: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    bare = without_texts(text)
    environment = _environment(names, not _PRESENCE.search(bare))
    if environment is None:
        return (), ""
    try:
        kind = environment.compile(text).return_type().name()
    except RuntimeError as error:
        return _certain(str(error), bool(_OTHER_MACROS.search(bare))), ""
    wrong = tuple(wrong_literals(text))
    return wrong[:1], "" if wrong else _TYPES.get(kind, kind.lower())


def _certain(report: str, binds_others: bool) -> tuple[str, ...]:
    """An error of the compiler that the server's has as well."""
    found = [match[3] for match in _ERROR.finditer(report)]
    syntax = [text for text in found if not text.startswith(("undeclared ", "found no "))]
    if syntax:
        return (_shortened(syntax[0]),)
    undeclared = {match[1] for text in found for match in _UNDECLARED.finditer(text)}
    if binds_others or undeclared & UNKNOWN_HERE:
        return ()
    for text in found:
        overload = _OVERLOAD.search(text)
        if overload and not (_ORDER.match(overload[1]) and _NUMBERS.match(overload[2])):
            name = overload[1].strip("_@")
            what = name if name in STANDARD else f"operator {name}"
            return (f"{what} does not take {overload[2]}",)
        if name := _UNDECLARED.search(text):
            return (f"nothing is called {name[1]!r}",)
    return ()


def _shortened(text: str) -> str:
    return text.partition(" expecting {")[0].replace("Syntax error", "syntax error")


class Unanswered(Exception):
    """A rule that cannot be evaluated here; the text says why."""


def holds(rule: str, value: Any) -> str | None:
    """None if a rule about `self` holds for a value; else the key that it misses, "" for none.

    Raises Unanswered.
    """
    environment = _environment(("self",), True)
    if environment is None:
        raise Unanswered("cel-expr-python is not installed")
    try:
        answer = environment.compile(rule).eval(data={"self": value})
        kind, result = answer.type().name(), answer.value()
    except (RuntimeError, TypeError, ValueError, OverflowError) as error:
        raise Unanswered(str(error).partition("\n")[0]) from error
    if kind == "ERROR":
        missing = _MISSING.search(str(result))
        if missing is None:
            raise Unanswered(str(result))
        return missing[1]
    if kind != "BOOL":
        raise Unanswered(f"it comes to {kind.lower()}")
    return None if result else ""


_MISSING = re.compile(r'Key not found in map : "([^"]*)"')


@cache
def can_compile() -> bool:
    """Whether the compiler is installed: there is none for some machines."""
    try:
        import_module("cel_expr_python.cel")
    except ImportError:
        return False
    return True


@cache
def _compiler() -> Any:
    return import_module("cel_expr_python.cel") if can_compile() else None


@lru_cache(maxsize=64)
def _environment(names: tuple[str, ...], typed: bool) -> Any:
    """The compiler with these names declared; None where there is no compiler."""
    cel = _compiler()
    if cel is None:
        return None
    text = cel.Type.STRING
    kinds = {
        "dyn": cel.Type.DYN, "string": text, "bool": cel.Type.BOOL, "int": cel.Type.INT,
        "uint": cel.Type.UINT, "double": cel.Type.DOUBLE, "bytes": cel.Type.BYTES,
        "duration": cel.Type.DURATION, "timestamp": cel.Type.TIMESTAMP,
        "list": cel.Type.List(cel.Type.DYN), "map": cel.Type.Map(text, cel.Type.DYN),
        "strings": cel.Type.List(text), "labels": cel.Type.Map(text, text),
    }  # fmt: skip
    variables = {}
    for name, _, kind in (name.partition("=") for name in names):
        variables[name] = kinds.get(_LIST.sub("list", kind), cel.Type.DYN)
    for path, kind in TYPED.items() if typed else ():
        if path.partition(".")[0] in names:
            variables[path] = kinds[kind]
    extensions = [
        import_module("cel_expr_python.ext.ext_strings").ExtStrings(),
        import_module("cel_expr_python.ext.ext_optional").ExtOptional(),
    ]
    functions = [_declared(cel, name, forms, kinds) for name, forms in FUNCTIONS.items()]
    return cel.NewEnv(variables=variables, extensions=extensions, functions=functions)


def _declared(cel: Any, name: str, forms: Sequence[str], kinds: Mapping[str, Any]) -> Any:
    """A function by its forms: `.1 bool` is called on something, with one argument."""
    overloads = []
    for form in forms:
        count, _, result = form.removeprefix(".").partition(" ")
        is_member = form.startswith(".")
        takes = [kinds["dyn"]] * (int(count) + is_member)
        overloads.append(cel.Overload(f"{name}_{form}", kinds[result], takes, is_member))
    return cel.FunctionDecl(name, overloads)
