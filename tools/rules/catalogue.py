"""Find the rules: every module below `policies/` is one, and nothing registers it."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from tools.rules.index import Modules, modules_below, remember, remembered
from tools.rules.rule import BrokenRule, Definition, Rule


def discover() -> Mapping[str, Rule]:
    """Every rule by id, groups and rules in alphabetical order.

    A rule's module is imported when its definition is asked for, unless it has changed since the
    last run. Raises BrokenRule if a module cannot be imported, declares none or several, or repeats
    an id.
    """
    import policies

    modules = modules_below(policies.__path__)
    known = remembered(modules, _defined)
    if known is not None:
        return known
    rules: dict[str, Rule] = {}
    for found in _imported(modules):
        if found.id in rules:
            raise BrokenRule(f"two rules are called {found.id}; rename one module")
        rules[found.id] = found
    remember(rules, modules)
    return rules


def _imported(modules: Modules) -> Iterator[Rule]:
    for group, stems in modules.groups.items():
        for stem in stems:
            yield _load(f"policies.{group}.{stem}")


def _defined(module_name: str) -> Definition:
    """The definition of the rule in a module, which is imported now."""
    return _load(module_name).define()


def _load(module_name: str) -> Rule:
    try:
        module = import_module(module_name)
    except Exception as error:
        raise BrokenRule(f"{module_name} cannot be imported: {error!r}") from error
    declared = [value for value in vars(module).values() if isinstance(value, Rule)]
    if len(declared) != 1:
        raise BrokenRule(f"{module_name} declares {len(declared)} rules; a module is one rule")
    return declared[0]
