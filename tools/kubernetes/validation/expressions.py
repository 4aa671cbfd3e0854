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
    TYPED,
    UNKNOWN_HERE,
)
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
_OVERLOAD = re.compile(r"found no matching overload for '(_[^']*_|!_|-_|@in)' applied to '(.*)'")
_COMPARISON = re.compile(r"_(?:[<>]=?|==|!=)_")
_NUMBERS = re.compile(r"\((?:int|uint|double), (?:int|uint|double)\)")
_FIELD = re.compile(
    r"(?<![\w.])(request|namespaceObject|variables)((?:\.\??[A-Za-z_]\w*)+)(?![\w(])", re.ASCII
)
_PRESENCE = re.compile(r"\bhas\(\s*(?:request|namespaceObject)\b")
_OTHER_MACROS = re.compile(
    r"\.(?:sortBy|transform\w*)\(|\.(?:all|exists|exists_one|existsOne)\(\s*\w+\s*,\s*\w+\s*,"
)
"""Macros of the server that are not declared here; what they bind looks like unknown names."""
_TYPES = {"BOOL": "bool", "STRING": "string", "NULL": "null_type", "DYN": "dyn"}


class Scope(NamedTuple):
    """What an expression of a policy can name; `variables` are those before it, if there are."""

    has_params: bool = False
    has_authorizer: bool = True
    variables: tuple[str, ...] | None = None


def is_identifier(name: str) -> bool:
    return bool(_IDENTIFIER.fullmatch(name)) and name not in _RESERVED


def compiled(expression: Field, scope: Scope, results: Sequence[str] = ()) -> Refusals:
    """What is wrong with an expression; `results` are the types that it may come to, or any."""
    names = ["object", "oldObject", "request", "namespaceObject"]
    names += ["params"] * scope.has_params + ["authorizer"] * scope.has_authorizer
    names += ["variables"] * (scope.variables is not None)
    text = expression.text
    for objection in (*_undefined(text, scope.variables), *objections(text, tuple(names))):
        yield expression.refused(f"{expression} does not compile: {objection}")
        return
    kind = result_of(text, tuple(names))
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
    return (), _TYPES.get(kind, kind.lower())


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
        if overload and not (_COMPARISON.match(overload[1]) and _NUMBERS.match(overload[2])):
            return (f"operator {overload[1].strip('_@')} does not take {overload[2]}",)
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
        "strings": cel.Type.List(text), "labels": cel.Type.Map(text, text),
    }  # fmt: skip
    variables = {name: cel.Type.DYN for name in names}
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
