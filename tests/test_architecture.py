"""Data flows one way, and the picture in the documentation shows the way it flows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| `(?P<stage>[a-z]+)` \|", re.MULTILINE)
STAGES = ROW.findall((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
RULES_MAY_IMPORT = (
    "tools.rules.",
    "tools.kubernetes.",
    "tools.source.",
    "tools.images.",
    "tools.trace.",
    "tools.argocd.",
)


def imports(file: Path) -> Iterator[str]:
    """The modules of ours that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_the_table_names_every_stage() -> None:
    folders = {p.parent.name for p in (ROOT / "tools").glob("*/__init__.py")} - {"installed"}
    assert set(STAGES) == folders


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_only_the_ones_before_it(stage: str) -> None:
    allowed = STAGES[: STAGES.index(stage) + 1]
    upward = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sorted((ROOT / "tools" / stage).rglob("*.py"))
        if file.name != "__main__.py"  # a command, which stands on top like the other ones
        for module in imports(file)
        if module.startswith("tools.") and module.split(".")[1] not in allowed
    ]
    assert upward == []


def test_rules_do_not_know_rendering_or_reporting() -> None:
    foreign = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sorted((ROOT / "policies").rglob("*.py"))
        for module in imports(file)
        if module.startswith("tools.") and not module.startswith(RULES_MAY_IMPORT)
    ]
    assert foreign == []


def test_there_is_no_import_cycle() -> None:
    """Among all modules, imports inside functions included."""
    graph = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): [
            module for module in imports(file) if module.startswith(("tools.", "policies."))
        ]
        for file in [*(ROOT / "tools").rglob("*.py"), *(ROOT / "policies").rglob("*.py")]
    }
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " imports ".join((*above[above.index(module) :], module))
        if module not in done:
            for imported in graph.get(module, ()):
                visit(imported, (*above, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("folder", ["tools", "policies"])
def test_nothing_of_this_repository_is_in_the_code(folder: str) -> None:
    """What is particular to one system stands in policies.yaml."""
    told = [
        str(file.relative_to(ROOT))
        for file in (ROOT / folder).rglob("*.py")
        if re.search(r"todo-(?:frontend|backend|mcp|chatbot)", file.read_text(encoding="utf-8"))
    ]
    assert told == []
