"""Values that a field could have, and values beside them."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any, NamedTuple

from tests.cluster import words
from tests.cluster.changes import Subject
from tests.cluster.scalars import whole
from tests.cluster.sites import api, correct_objects
from tools.kubernetes.corrections import QUANTITY_FORMAT
from tools.kubernetes.openapi import Schema
from tools.kubernetes.resource import as_map
from tools.source.place import FieldPath

_DEPTH = 5
"""How deep values go that are made up."""


class _Seen(NamedTuple):
    """What the correct objects hold: by owner and field, by field, and by type."""

    by_owner: Mapping[tuple[str, str], list[Any]]
    by_field: Mapping[str, list[Any]]
    by_type: Mapping[str, list[Any]]


@cache
def seen() -> _Seen:
    """Every value of every correct object."""
    by_owner: dict[tuple[str, str], list[Any]] = {}
    by_field: dict[str, list[Any]] = {}
    by_type: dict[str, list[Any]] = {}
    for objects in correct_objects().values():
        for data in objects:
            for site in api(data["apiVersion"], data["kind"]).sites(data):
                if not site.is_entry:
                    by_owner.setdefault((site.owner, site.field), []).append(site.value)
                    by_field.setdefault(site.field, []).append(site.value)
                if site.type:
                    by_type.setdefault(site.type, []).append(site.value)
    return _Seen(by_owner, by_field, by_type)


def plausible(random: Random, subject: Subject, schema: Schema, owner: str, path: FieldPath) -> Any:
    """What others write there, or something of the right type."""
    field = str(path[-1])
    inner, name = subject.api.resolved(schema)
    for pool, chance in (
        (seen().by_owner.get((owner, field)), 0.6),
        (seen().by_type.get(name) if name else None, 0.5),
    ):
        if pool and random.random() < chance:
            return deepcopy(random.choice(pool))
    return made_up(random, subject, inner, field, 0)


def made_up(random: Random, subject: Subject, schema: Schema, field: str, depth: int) -> Any:
    """A value of the type that a schema asks for; `field` tells what it holds."""
    inner, name = subject.api.resolved(schema)
    if depth and name in seen().by_type and random.random() < 0.4:
        return deepcopy(random.choice(seen().by_type[name]))
    kind = inner.get("type", "object" if "properties" in inner else "string")
    kinds = kind if isinstance(kind, list) else [kind]
    if "object" in kinds:
        return _made_up_map(random, subject, inner, field, depth)
    if "array" in kinds:
        items = as_map(inner.get("items"))
        count = random.choice([0, 1, 1, 1, 2])
        return [made_up(random, subject, items, field, depth + 1) for _ in range(count)]
    return deepcopy(random.choice(_scalars(kinds, field, inner)))


def _made_up_map(
    random: Random, subject: Subject, schema: Schema, field: str, depth: int
) -> dict[str, Any]:
    fields = as_map(schema.get("properties"))
    if not fields:
        values = as_map(schema.get("additionalProperties"))
        keys = words.KEYS_BY_FIELD.get(field, ("a", "b"))
        if depth >= _DEPTH or random.random() < 0.2:
            return {}
        return {random.choice(keys): made_up(random, subject, values, field, depth + 1)}
    share = random.choice([0.0, 0.2, 0.5]) if depth < _DEPTH else 0.0
    required = schema.get("required", ())
    return {
        name: made_up(random, subject, inner, name, depth + 1)
        for name, inner in fields.items()
        if (name in required and depth < _DEPTH + 2) or random.random() < share / (depth + 1)
    }


def _scalars(kinds: list[str], field: str, schema: Schema) -> list[Any]:
    """Values of a type: what the field holds elsewhere, what its name suggests, the usual ones."""
    known = [
        value for value in seen().by_field.get(field, ()) if not isinstance(value, dict | list)
    ]
    if schema.get("format") == QUANTITY_FORMAT:
        return ["1", "100m", "1Gi", *known]
    pool = [*known, *words.BY_FIELD.get(field, ())[:6]] if "string" in kinds else known
    pool = [value for value in pool if _fits(value, kinds)]
    if "boolean" in kinds:
        return [True, False]
    if "integer" in kinds or "number" in kinds:
        return [*pool, *pool, 0, 1, 2, 30, 100, 8080, -1]
    return [*pool, *pool, "a", "web", "", "Always"]


def _fits(value: Any, kinds: list[str]) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    return ("string" if isinstance(value, str) else "integer") in kinds


def near(value: Any, field: str, schema: Schema) -> list[Any]:
    """Values beside a scalar or an empty map or list."""
    if schema.get("format") == QUANTITY_FORMAT:
        return list(words.QUANTITIES)
    if isinstance(value, bool):
        return ["true", "false", 1, 0, "", None, not value]
    if isinstance(value, int | float):
        return [*(whole(number) for number in words.NUMBERS), *words.BY_FIELD.get(field, ()), "1"]
    if isinstance(value, str):
        return [*words.BY_FIELD.get(field, words.NAMES), *words.WORDS, value.lower(), 1, None, []]
    return list(words.OTHER_TYPES)


def spoilt(random: Random, value: Any, field: str) -> Any:
    """A map or list with one value in it changed, dropped or added."""
    spots: list[tuple[Any, Any, str]] = []

    def collect(part: Any, name: str) -> None:
        pairs = part.items() if isinstance(part, dict) else enumerate(part)
        for key, item in pairs:
            inner = key if isinstance(key, str) else name
            spots.append((part, key, inner))
            if isinstance(item, dict | list):
                collect(item, inner)

    collect(value, field)
    holder, key, name = random.choice(spots)
    old = holder[key]
    if random.random() < 0.3:
        holder.pop(key)
    elif isinstance(old, dict | list):
        holder[key] = deepcopy(random.choice([{}, [], None, [old], {"extra": 1}]))
    else:
        holder[key] = deepcopy(random.choice(near(old, name, {})))
    return value
