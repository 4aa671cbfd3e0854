"""What a rule says about itself, for `--list`, `--explain` and the documentation."""

import ast
import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from tools.rules.rule import Rule
from tools.rules.typed import camel

_YAML_TYPES = {"bool": "boolean", "int": "whole number", "float": "number", "str": "text"}


class OptionPage(NamedTuple):
    """One option of a rule: its YAML name, type, default and meaning."""

    name: str
    type: str
    default: str
    meaning: str


def list_rules(rules: Mapping[str, Rule]) -> str:
    """One line a rule: id, severity, where it is on, summary; grouped."""
    lines: list[str] = []
    width = max(map(len, rules), default=0)
    group = ""
    for rule in rules.values():
        if rule.group != group:
            group = rule.group
            lines.append(f"{chr(10) if lines else ''}{group}")
        lines.append(f"  {rule.id:<{width}}  {rule.severity.word:<7}  {rule.summary}")
    return "\n".join(lines)


def explain(rule: Rule) -> str:
    """The page of a rule as text."""
    parts = [f"{rule.id} ({rule.group}, {rule.severity.word}, {on_by_default(rule)})", rule.doc]
    parts.append(f"Remedy: {rule.remedy}")
    if rule.options is not None:
        lines = [
            f"  {option.name} ({option.type}, default {option.default}): {option.meaning}"
            for option in options_of(rule)
        ]
        parts.append("\n".join(["Options, set in policies.yaml under rules:", *lines]))
    return "\n\n".join(parts)


def on_by_default(rule: Rule) -> str:
    """Where the rule runs without a setting: `on everywhere`, or the environments."""
    if not rule.environments:
        return "on everywhere"
    return f"on in {', '.join(sorted(rule.environments))}"


def options_of(rule: Rule) -> list[OptionPage]:
    """The options of a rule, with what their docstrings say."""
    if rule.options is None:
        return []
    meanings = _meanings(type(rule.options))
    return [
        OptionPage(
            camel(field.name),
            _type(str(field.type)),
            f"`{_default(getattr(rule.options, field.name))}`",
            meanings.get(field.name, ""),
        )
        for field in fields(rule.options)
    ]


def _meanings(options: type[Any]) -> Mapping[str, str]:
    """The string below each field of a dataclass, which Python itself does not keep."""
    file = sys.modules[options.__module__].__file__
    assert file is not None
    with open(file, encoding="utf-8") as stream:
        tree = ast.parse(stream.read())
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == options.__name__:
            for field, text in zip(node.body, node.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                    assert isinstance(field.target, ast.Name)
                    found[field.target.id] = " ".join(str(ast.literal_eval(text.value)).split())
    return found


def _type(annotation: str) -> str:
    name = annotation.removeprefix("<class '").removesuffix("'>")
    if name.startswith("tuple[str"):
        return "list of text"
    if name.startswith("tuple["):
        return "list"
    if name.startswith("typing.Literal["):
        words = name.removeprefix("typing.Literal[").removesuffix("]").replace("'", "")
        return f"one of {words}"
    if name.startswith("dict["):
        return "map"
    base, _, rest = name.partition(" | ")
    return _YAML_TYPES.get(base, base.rpartition(".")[2]) + (" or null" if rest == "None" else "")


def _default(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_default(v)}" for k, v in value.items()) + "}"
    return str(value) or '""'
