"""Objects with one or two mistakes, made from correct ones.

Which mistake, where, and with which value is drawn from a random.Random, so that a seed and a
number stand for a mutant. Not every mutant is wrong: what is nearly wrong has to be accepted.

Some things are left as they are, because no tool without a server could know the answer: apiVersion
and kind (they decide where an object is sent), and metadata.namespace.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any, NamedTuple

from tests.cluster import informed, scalars, structure
from tests.cluster.changes import Change, Nothing, Subject
from tests.cluster.sites import api, correct_objects

Mutation = Callable[[Random, Subject], Change]

MUTATIONS: Mapping[str, tuple[Mutation, int]] = {
    "key misspelt": (structure.misspell_key, 4),
    "key in another case": (structure.recase_key, 3),
    "key that nothing knows": (structure.add_unknown_key, 2),
    "null": (structure.nullify, 4),
    "value of another type": (structure.change_type, 5),
    "number as text": (scalars.number_as_text, 3),
    "text as number": (scalars.text_as_number, 3),
    "value in a list": (structure.wrap_in_list, 2),
    "value in a map": (structure.wrap_in_map, 1),
    "list unwrapped": (structure.unwrap_list, 2),
    "map as list": (structure.map_as_list, 2),
    "field dropped": (structure.drop_field, 7),
    "entry dropped": (structure.drop_entry, 2),
    "entry twice": (structure.duplicate_entry, 4),
    "emptied": (structure.empty, 4),
    "number elsewhere": (scalars.change_number, 7),
    "text elsewhere": (scalars.change_text, 8),
    "case of a word": (scalars.recase_word, 3),
    "word that nothing knows": (scalars.change_word, 3),
    "name": (scalars.change_name, 4),
    "length": (scalars.change_length, 3),
    "key of a free map": (scalars.change_free_key, 4),
    "value of a free map": (scalars.change_free_value, 5),
    "selector no longer matches": (structure.break_selector, 2),
    "values swapped": (structure.swap_values, 3),
    "siblings swapped": (structure.swap_siblings, 3),
    "field moved": (structure.move_field, 3),
    "list of many": (structure.lengthen_list, 2),
    "entries in another order": (structure.reorder, 1),
    "field inserted": (informed.insert_field, 16),
    "field inserted wrong": (informed.insert_wrong_field, 9),
    "field inserted empty": (informed.insert_empty_field, 5),
    "field grafted": (informed.graft_field, 12),
    "value of another object": (informed.transplant, 8),
    "entry appended": (informed.append_entry, 5),
    "quantity": (informed.change_quantity, 4),
    "by the name of the field": (informed.change_by_name, 12),
    "only what is required": (informed.strip_optional, 2),
}
"""Every mutation by name, with how often it is drawn."""
_TWICE = 0.22


class Mutant(NamedTuple):
    """A correct object after one or two mutations."""

    number: int
    kind: str
    original: int
    changes: tuple[tuple[str, Change], ...]
    data: Mapping[str, Any]

    @property
    def names(self) -> str:
        return " + ".join(name for name, _ in self.changes)


def mutants(seed: int, count: int, kinds: Sequence[str] = ()) -> Iterator[Mutant]:
    """As many mutants as asked for, of all kinds in turn or of some."""
    known = correct_objects()
    wanted = list(kinds) or list(known)
    for number in range(count):
        kind = wanted[number % len(wanted)]
        yield mutant(seed, number, kind)


def mutant(seed: int, number: int, kind: str) -> Mutant:
    """One mutant; the same for the same arguments."""
    random = Random(f"{seed} {number} {kind}")
    objects = correct_objects()[kind]
    while True:
        original = random.randrange(len(objects))
        data = deepcopy(dict(objects[original]))
        schema = api(data["apiVersion"], data["kind"])
        wanted = 2 if random.random() < _TWICE else 1
        changes = tuple(_mutated(random, Subject(data, schema)) for _ in range(wanted))
        if not same(data, objects[original]) and identified(data, objects[original]):
            return Mutant(number, kind, original, changes, data)


def same(one: Any, other: Any) -> bool:
    """Whether two objects are sent as the same JSON: for Python, 1 and true would be the same."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def identified(data: Mapping[str, Any], original: Mapping[str, Any]) -> bool:
    """Whether what decides where an object goes is as it was, or not there."""
    if any(data.get(field) != original.get(field) for field in ("apiVersion", "kind")):
        return False
    metadata = data.get("metadata")
    return not isinstance(metadata, dict) or metadata.get("namespace") in (None, "", "default")


def _mutated(random: Random, subject: Subject) -> tuple[str, Change]:
    names = list(MUTATIONS)
    weights = [weight for _, weight in MUTATIONS.values()]
    for _ in range(1000):
        name = random.choices(names, weights)[0]
        try:
            return name, MUTATIONS[name][0](random, subject)
        except Nothing:
            continue
    raise AssertionError("no mutation fits")
