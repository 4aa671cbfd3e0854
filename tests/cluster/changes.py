"""What a mutation works on and what it did."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from tests.cluster.sites import Api, Site
from tools.kubernetes.resource import lookup
from tools.source.place import FieldPath

ABSENT = "(absent)"
"""What stands for a value that is not there, in reports only."""
_KEPT = frozenset({("apiVersion",), ("kind",), ("metadata", "namespace")})


class Nothing(Exception):
    """A mutation finds nothing to change in this object."""


class Change(NamedTuple):
    """A field and what it was before and is now."""

    path: FieldPath
    before: Any
    after: Any


class Subject:
    """An object that is about to be changed."""

    def __init__(self, data: dict[str, Any], api: Api) -> None:
        self.data = data
        self.api = api

    @cached_property
    def sites(self) -> list[Site]:
        """Every place that may be changed."""
        return [site for site in self.api.sites(self.data) if site.path not in _KEPT]

    def pick(self, random: Random, fits: Callable[[Site], bool]) -> Site:
        """One of the places that fit. Rare fields are drawn as often as frequent ones.

        Raises Nothing if none fits.
        """
        return pick(random, (site for site in self.sites if fits(site)))

    def parent(self, path: FieldPath) -> Any:
        """The map or list that holds the value at a path."""
        return lookup(self.data, path[:-1])

    def put(self, path: FieldPath, value: Any) -> Change:
        """Set a value; the map or list for it is there."""
        parent = self.parent(path)
        is_there = isinstance(parent, list) or path[-1] in parent
        before = parent[path[-1]] if is_there else ABSENT
        parent[path[-1]] = value
        return Change(path, before, value)

    def drop(self, path: FieldPath) -> Change:
        """Take a field or an entry away."""
        return Change(path, self.parent(path).pop(path[-1]), ABSENT)

    def rename(self, path: FieldPath, key: str) -> Change:
        """Give a field another name at the same place of its map."""
        parent = self.parent(path)
        if key in parent:
            raise Nothing
        items = [(key if name == path[-1] else name, value) for name, value in parent.items()]
        parent.clear()
        parent.update(items)
        return Change(path, path[-1], key)


def pick(random: Random, sites: Iterable[Site]) -> Site:
    """One of some places, by the field first and then by where it is. Raises Nothing for none."""
    by_field: dict[tuple[str, str], list[Site]] = {}
    for site in sites:
        by_field.setdefault((site.owner, site.field), []).append(site)
    if not by_field:
        raise Nothing
    fields: Sequence[tuple[str, str]] = list(by_field)
    return random.choice(by_field[random.choice(fields)])
