"""Mutations that know the API: which fields there are, of which types, and what others write."""

from copy import deepcopy
from random import Random
from typing import Any, NamedTuple

from tests.cluster import words
from tests.cluster.changes import Change, Nothing, Subject
from tests.cluster.plausible import made_up, near, plausible, seen, spoilt
from tests.cluster.sites import Site
from tools.kubernetes.corrections import QUANTITY_FORMAT
from tools.kubernetes.openapi import Schema
from tools.kubernetes.resource import as_map
from tools.source.place import FieldPath


class _Insertion(NamedTuple):
    path: FieldPath
    schema: Schema
    owner: str


def insert_field(random: Random, subject: Subject) -> Change:
    """A field that the API knows and the object lacks, with a value that could stand there."""
    place = _insertion(random, subject)
    return subject.put(
        place.path, plausible(random, subject, place.schema, place.owner, place.path)
    )


def insert_wrong_field(random: Random, subject: Subject) -> Change:
    """The same with a value that is nearly right."""
    place = _insertion(random, subject)
    value = plausible(random, subject, place.schema, place.owner, place.path)
    field = str(place.path[-1])
    if not isinstance(value, dict | list) or not value:
        return subject.put(place.path, deepcopy(random.choice(near(value, field, place.schema))))
    return subject.put(place.path, spoilt(random, value, field))


def insert_empty_field(random: Random, subject: Subject) -> Change:
    """The same with the value that Go takes for no value, or null."""
    place = _insertion(random, subject)
    inner, _ = subject.api.resolved(place.schema)
    kinds = inner.get("type", "object")
    empty: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": []}
    pool = [empty.get(kind, {}) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return subject.put(place.path, deepcopy(random.choice([*pool, *pool, *pool, None])))


def graft_field(random: Random, subject: Subject) -> Change:
    """A field that another object of the same type has: often one that excludes those here."""
    candidates = [
        (site, donor)
        for site in subject.sites
        if isinstance(site.value, dict) and site.type
        for donor in seen().by_type.get(site.type, ())
        if isinstance(donor, dict) and donor.keys() - site.value.keys()
    ]
    if not candidates:
        raise Nothing
    types = sorted({site.type for site, _ in candidates})
    wanted = random.choice(types)
    site, donor = random.choice([pair for pair in candidates if pair[0].type == wanted])
    key = random.choice(sorted(donor.keys() - site.value.keys()))
    return subject.put((*site.path, key), deepcopy(donor[key]))


def transplant(random: Random, subject: Subject) -> Change:
    """The value that the field has in another object."""
    site = subject.pick(random, lambda site: len(_others(site)) > 0)
    return subject.put(site.path, deepcopy(random.choice(_others(site))))


def _others(site: Site) -> list[Any]:
    pool = seen().by_type.get(site.type, []) if site.is_entry or site.type else []
    pool = pool or seen().by_owner.get((site.owner, site.field), [])
    return [
        other for other in pool if other != site.value and not (site.is_entry and not site.type)
    ]


def append_entry(random: Random, subject: Subject) -> Change:
    """An entry of another object's list of the same type."""
    site = subject.pick(random, lambda site: isinstance(site.value, list))
    inner, name = subject.api.resolved(as_map(site.schema.get("items")))
    pool = list(seen().by_type.get(name, ()))
    if not pool:
        lists = seen().by_owner.get((site.owner, site.field), ())
        pool = [entry for entries in lists if isinstance(entries, list) for entry in entries]
    if not pool:
        pool = [made_up(random, subject, inner, site.field, 0)]
    entry = deepcopy(random.choice(pool))
    site.value.append(entry)
    return Change((*site.path, len(site.value) - 1), "", entry)


def change_quantity(random: Random, subject: Subject) -> Change:
    """A bad unit, a negative amount, half a byte."""
    site = subject.pick(random, lambda site: site.schema.get("format") == QUANTITY_FORMAT)
    return subject.put(site.path, deepcopy(random.choice(words.QUANTITIES)))


def change_by_name(random: Random, subject: Subject) -> Change:
    """A value that is right or wrong in the way that fits the field."""
    site = subject.pick(
        random,
        lambda site: site.field in words.BY_FIELD and not isinstance(site.value, dict | list),
    )
    return subject.put(site.path, deepcopy(random.choice(words.BY_FIELD[site.field])))


def strip_optional(random: Random, subject: Subject) -> Change:
    """A map with the fields alone that the schema requires."""
    site = subject.pick(random, lambda s: isinstance(s.value, dict) and "properties" in s.schema)
    required = site.schema.get("required", ())
    kept = {key: value for key, value in site.value.items() if key in required}
    if kept == site.value:
        raise Nothing
    return subject.put(site.path, kept)


def _insertion(random: Random, subject: Subject) -> _Insertion:
    """A field of a map here that is not set."""
    maps = [site for site in subject.sites if isinstance(site.value, dict)]
    by_type: dict[str, list[tuple[FieldPath, Any, Schema]]] = {
        "root": [((), subject.data, subject.api.root)]
    }
    for site in maps:
        by_type.setdefault(site.type or site.owner, []).append((site.path, site.value, site.schema))
    owner = random.choice(list(by_type))
    path, value, schema = random.choice(by_type[owner])
    fields = as_map(schema.get("properties"))
    missing = [name for name in fields if name not in value and name not in _NEVER]
    if not missing:
        raise Nothing
    name = random.choice(missing)
    return _Insertion((*path, name), fields[name], owner)


_NEVER = frozenset({"apiVersion", "kind", "namespace"})
