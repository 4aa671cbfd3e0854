"""Find the rules: every module below `policies/` is one, and nothing registers it."""

import os
from collections.abc import Mapping
from importlib import import_module

from tools.rules.rule import Rule


class BrokenRule(Exception):
    """A module below `policies/` is not one rule: a defect of the toolkit, not of a manifest."""


def discover() -> Mapping[str, Rule]:
    """Every rule by id, groups and rules in alphabetical order.

    Raises BrokenRule if a module cannot be imported, declares none or several, or repeats an id.
    """
    import policies

    rules: dict[str, Rule] = {}
    for folder in policies.__path__:
        for group in _names(folder):
            for stem in _names(os.path.join(folder, group)):
                found = _load(f"policies.{group}.{stem}")
                if found.id in rules:
                    raise BrokenRule(f"two rules are called {found.id}; rename one module")
                rules[found.id] = found
    return rules


def _names(folder: str) -> list[str]:
    """Sub-packages or modules of a folder, without `__init__` and private ones."""
    if not os.path.isdir(folder):
        return []
    names = (name.removesuffix(".py") for name in os.listdir(folder) if "." not in name[:-3])
    return sorted(name for name in names if not name.startswith("_"))


def _load(module_name: str) -> Rule:
    try:
        module = import_module(module_name)
    except Exception as error:
        raise BrokenRule(f"{module_name} cannot be imported: {error!r}") from error
    declared = [value for value in vars(module).values() if isinstance(value, Rule)]
    if len(declared) != 1:
        raise BrokenRule(f"{module_name} declares {len(declared)} rules; a module is one rule")
    return declared[0]
