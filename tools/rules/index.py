"""What is known of every rule before its module is imported, remembered from run to run.

Many a target has nothing for half of the rules, and importing them all takes longer than judging
it. So the cache holds what the rules declare, with a signature of the files that say so: the rules'
own, and those from which they take names of kinds or fields. Any change there has all imported.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from tools.rules.rule import Definition, Judges, Rule, Severity
from tools.source.cache import cache_folder
from tools.source.checksum import sha256

_TOOLS = Path(__file__).parent.parent
_TOOLKITS = 16
"""Different checkouts or environments of the toolkit that one cache serves."""
SOURCES = (_TOOLS / "argocd", _TOOLS / "kubernetes", _TOOLS / "rules")
"""Where a declaration may take constants from, beside its own module."""


class Modules(NamedTuple):
    """The modules that are rules, by group, and the folders in which they lie.

    `signature` changes when one of their files does.
    """

    groups: Mapping[str, list[str]]
    folders: tuple[str, ...]
    signature: str


def modules_below(folders: Iterable[str]) -> Modules:
    """The modules in the sub-packages of folders, without private ones, in alphabetical order."""
    seen: list[str] = []
    groups: dict[str, list[str]] = {}
    folders = tuple(map(os.path.abspath, folders))
    for folder in folders:
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in entries if "." not in e.name and e.name[0] != "_")
        for group in names:
            files = _files(os.path.join(folder, group), seen)
            stems = [name.removesuffix(".py") for name in files if not name.startswith("_")]
            groups.setdefault(group, []).extend(stems)
    for source in SOURCES:
        _files(str(source), seen)
    return Modules(groups, folders, sha256("\n".join(seen).encode()))


def _files(folder: str, seen: list[str]) -> list[str]:
    """The names of Python files; what tells whether they change is added to `seen`."""
    if not os.path.isdir(folder):
        return []
    with os.scandir(folder) as entries:
        found = sorted((e for e in entries if e.name.endswith(".py")), key=lambda e: e.name)
    for entry in found:
        status = entry.stat()
        seen.append(f"{entry.path} {status.st_mtime_ns} {status.st_size}")
    return [entry.name for entry in found]


def remembered(modules: Modules, define: Callable[[str], Definition]) -> Mapping[str, Rule] | None:
    """The rules as they were remembered, by id; None if they were not, or a file has changed.

    `define` gives the definition of the rule in a module.
    """
    try:
        file = _file(modules)
        signature, rows = json.loads(file.read_bytes()) if file else ("", [])
        rules = [_rule(define, *row) for row in rows if signature == modules.signature]
    except (OSError, ValueError, TypeError, KeyError):
        # There is no index yet, or what lies in its place is none: the rules are imported.
        return None
    wanted = [(g, stem.replace("_", "-")) for g, stems in modules.groups.items() for stem in stems]
    if [(rule.group, rule.id) for rule in rules] != wanted:
        return None
    return {rule.id: rule for rule in rules}


def _rule(
    define: Callable[[str], Definition], id: str, group: str, judges: str, severity: int, *more: Any
) -> Rule:
    *sets, confidential, looks_around = more
    kinds, fields, environments, defers_to = (frozenset(names) for names in sets)
    return Rule(
        id,
        group,
        Judges[judges],
        Severity(severity),
        cache(partial(define, f"policies.{group}.{id.replace('-', '_')}")),
        kinds,
        fields,
        environments,
        defers_to,
        confidential is True,
        looks_around is True,
    )


def remember(rules: Mapping[str, Rule], modules: Modules) -> None:
    """Keep what the rules declare. A cache that cannot be written is left as it is."""
    rows = [
        (
            rule.id,
            rule.group,
            rule.judges.name,
            rule.severity.value,
            *(sorted(s) for s in (rule.kinds, rule.fields, rule.environments, rule.defers_to)),
            rule.confidential,
            rule.looks_around,
        )
        for rule in rules.values()
    ]
    file = _file(modules)
    if file is None:
        return
    scratch = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(json.dumps((modules.signature, rows)), "utf-8")
        scratch.replace(file)
        _prune(file.parent)
    except OSError:
        # The next run imports the rules again, and nothing worse.
        return


def _prune(folder: Path) -> None:
    """Forget the toolkits that ran longest ago: checkouts and environments come and go."""
    ages = sorted((entry.stat().st_mtime_ns, entry.path) for entry in os.scandir(folder))
    for _, path in ages[:-_TOOLKITS]:
        os.unlink(path)


def _file(modules: Modules) -> Path | None:
    """Where the declarations of the rules in these folders are kept, None without a cache."""
    folder = cache_folder(os.environ)
    name = sha256("\n".join(modules.folders).encode())[:32]
    return folder / "rules" / f"{name}.json" if folder else None
