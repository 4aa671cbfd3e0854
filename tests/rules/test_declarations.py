"""What a rule declares comes from files that the index watches.

A change of what came from elsewhere would go unnoticed until the rule's own module changes.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tools.rules.catalogue import discover
from tools.rules.index import SOURCES

ROOT = Path(__file__).parent.parent.parent
REMEMBERED = ("judges", "severity", "kinds", "fields", "environments", "defers_to")
RULES = [
    ROOT / "policies" / rule.group / f"{rule.id.replace('-', '_')}.py"
    for rule in discover().values()
]


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imported(file: Path) -> dict[str, Path]:
    """The names that a module takes from others, with the files of those."""
    return {
        alias.asname or alias.name: ROOT / f"{node.module.replace('.', '/')}.py"
        for node in parsed(file).body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def assigned(file: Path) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in parsed(file).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def sources(value: ast.AST, file: Path) -> Iterator[Path]:
    """The files that decide about a value in a file, others than that one."""
    for name in {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}:
        if name in imported(file):
            home = imported(file)[name]
            yield home
            if name in assigned(home):
                yield from sources(assigned(home)[name], home)
        elif name in assigned(file):
            yield from sources(assigned(file)[name], file)


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.stem)
def test_the_index_watches_what_a_declaration_is_made_of(file: Path) -> None:
    [declaration] = [
        decorator
        for node in parsed(file).body
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "rule"
    ]
    values = [keyword.value for keyword in declaration.keywords if keyword.arg in REMEMBERED]
    assert values
    watched = {path for value in values for path in sources(value, file)}
    assert {path for path in watched if path.parent not in SOURCES} == set()


def test_such_a_source_is_seen() -> None:
    file = ROOT / "policies/argocd/sync_can_finish.py"
    value = ast.parse("ORDERING", mode="eval")
    assert {path.stem for path in sources(value, file)} == {"phases", "versions"}
