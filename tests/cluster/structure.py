"""Mutations of keys, types, lists and maps that know nothing of the API."""

import string
from copy import deepcopy
from random import Random
from typing import Any

from tests.cluster import words
from tests.cluster.changes import Change, Nothing, Subject
from tests.cluster.sites import Site
from tools.kubernetes.resource import lookup


def _has_key(site: Site) -> bool:
    return not site.is_entry


def _is_list(site: Site) -> bool:
    return isinstance(site.value, list)


def _is_map(site: Site) -> bool:
    return isinstance(site.value, dict)


def misspell_key(random: Random, subject: Subject) -> Change:
    """A letter too many, too few, another one, or two in the wrong order."""
    site = subject.pick(random, _has_key)
    key = str(site.path[-1])
    at = random.randrange(len(key) + 1)
    letter = random.choice(string.ascii_letters)
    forms = [
        key[:at] + letter + key[at:],
        key[:at] + key[at + 1 :],
        key[:at] + letter + key[at + 1 :],
    ]
    forms += [key[:at] + key[at : at + 2][::-1] + key[at + 2 :], key + "s", key.removesuffix("s")]
    return subject.rename(site.path, random.choice(forms))


def recase_key(random: Random, subject: Subject) -> Change:
    """`image_pull_policy`, `ImagePullPolicy`, `imagepullpolicy`."""
    site = subject.pick(random, _has_key)
    key = str(site.path[-1])
    snake = "".join("_" + letter.lower() if letter.isupper() else letter for letter in key)
    forms = [key[:1].upper() + key[1:], key.lower(), key.upper(), snake, snake.replace("_", "-")]
    return subject.rename(site.path, random.choice(forms))


def add_unknown_key(random: Random, subject: Subject) -> Change:
    """A field that nothing specifies, or one from another place of the object."""
    maps = [(), *(site.path for site in subject.sites if _is_map(site))]
    path = random.choice(maps)
    key = random.choice(
        ["extra", "x", "", "a b", "spec", "name", "$patch", "value", "0", "metadata"]
    )
    if key in subject.parent((*path, key)):
        raise Nothing
    return subject.put((*path, key), random.choice(["a", 1, None, {}, [], True]))


def nullify(random: Random, subject: Subject) -> Change:
    """Null in the place of a value."""
    return subject.put(subject.pick(random, lambda site: True).path, None)


def change_type(random: Random, subject: Subject) -> Change:
    """A value of any other type."""
    site = subject.pick(random, lambda site: True)
    others = [other for other in words.OTHER_TYPES if type(other) is not type(site.value)]
    return subject.put(site.path, deepcopy(random.choice(others)))


def wrap_in_list(random: Random, subject: Subject) -> Change:
    """`[value]` for `value`."""
    site = subject.pick(random, lambda site: True)
    return subject.put(site.path, [site.value])


def wrap_in_map(random: Random, subject: Subject) -> Change:
    """`{name: value}` for `value`."""
    site = subject.pick(random, lambda site: True)
    return subject.put(site.path, {random.choice(["name", "value", site.field]): site.value})


def unwrap_list(random: Random, subject: Subject) -> Change:
    """The first entry for the list."""
    site = subject.pick(random, lambda site: _is_list(site) and bool(site.value))
    return subject.put(site.path, site.value[0])


def map_as_list(random: Random, subject: Subject) -> Change:
    """`[{a: b}]`, `[{name: a, value: b}]` or `[a]` for `{a: b}`, or a map for a list."""
    site = subject.pick(
        random, lambda site: isinstance(site.value, dict | list) and bool(site.value)
    )
    if isinstance(site.value, list):
        return subject.put(site.path, {str(index): item for index, item in enumerate(site.value)})
    forms: list[Any] = [
        [{key: value} for key, value in site.value.items()],
        [{"name": key, "value": value} for key, value in site.value.items()],
        list(site.value),
    ]
    return subject.put(site.path, random.choice(forms))


def drop_field(random: Random, subject: Subject) -> Change:
    """A field away."""
    return subject.drop(subject.pick(random, _has_key).path)


def drop_entry(random: Random, subject: Subject) -> Change:
    """An entry of a list away."""
    return subject.drop(subject.pick(random, lambda site: site.is_entry).path)


def duplicate_entry(random: Random, subject: Subject) -> Change:
    """An entry of a list once more, as it is or with one field changed."""
    site = subject.pick(random, lambda site: site.is_entry)
    entry = deepcopy(site.value)
    if isinstance(entry, dict) and entry and random.random() < 0.4:
        key = random.choice(list(entry))
        if isinstance(entry[key], str):
            entry[key] = random.choice(["other", entry[key].upper(), entry[key] + "2"])
        elif random.random() < 0.5:
            del entry[key]
    entries = subject.parent(site.path)
    entries.append(entry)
    return Change((*site.path[:-1], len(entries) - 1), "", entry)


def empty(random: Random, subject: Subject) -> Change:
    """`[]`, `{}` or `""`, of the right type or not."""
    site = subject.pick(random, lambda site: bool(site.value))
    right = type(site.value)()
    return subject.put(site.path, right if random.random() < 0.8 else random.choice([{}, [], ""]))


def break_selector(random: Random, subject: Subject) -> Change:
    """A selector and the labels of a template that no longer fit each other."""
    site = subject.pick(random, _selects)
    if isinstance(site.value, str):
        return subject.put(site.path, random.choice(["other", site.value + "-2", ""]))
    if isinstance(site.value, dict) and random.random() < 0.5:
        return subject.put((*site.path, "another"), "label")
    return subject.drop(site.path)


def _selects(site: Site) -> bool:
    selector = site.path[:2] == ("spec", "selector")
    template = "template" in site.path and "labels" in site.path
    return selector or template or "matchLabels" in site.path


def swap_values(random: Random, subject: Subject) -> Change:
    """The value of another field of the same type."""
    site = subject.pick(random, lambda site: site.value is not None)
    others = [
        other.value
        for other in subject.sites
        if type(other.value) is type(site.value) and other.value != site.value
    ]
    if not others:
        raise Nothing
    return subject.put(site.path, deepcopy(random.choice(others)))


def reorder(random: Random, subject: Subject) -> Change:
    """The entries of a list from behind."""
    site = subject.pick(random, lambda site: _is_list(site) and len(site.value) > 1)
    return subject.put(site.path, site.value[::-1])


def move_field(random: Random, subject: Subject) -> Change:
    """A field one level too far out or in, as wrong indentation makes it."""
    site = subject.pick(random, lambda site: _has_key(site) and len(site.path) > 1)
    holders = [other.path for other in subject.sites if _is_map(other) and other.value]
    near = [path for path in holders if path[:-1] == site.path[:-1] and path != site.path]
    outer = tuple(site.path[:-2])
    if isinstance(lookup(subject.data, outer), dict):
        near.append(outer)
    if not near:
        raise Nothing
    target = (*random.choice(near), site.path[-1])
    if site.path[-1] in subject.parent(target):
        raise Nothing
    subject.drop(site.path)
    return subject.put(target, site.value)


def swap_siblings(random: Random, subject: Subject) -> Change:
    """Two fields of one map that have each other's values: the least and the most."""
    site = subject.pick(random, _has_key)
    siblings = subject.parent(site.path)
    others = [
        key
        for key, value in siblings.items()
        if type(value) is type(site.value) and value != site.value
    ]
    if not others:
        raise Nothing
    other = random.choice(others)
    value = siblings[other]
    if random.random() < 0.7:
        siblings[other] = site.value
    return subject.put(site.path, deepcopy(value))


def lengthen_list(random: Random, subject: Subject) -> Change:
    """As many entries as are often the most, or one more; each with a name of its own."""
    site = subject.pick(random, lambda site: _is_list(site) and bool(site.value))
    count = random.choice(_COUNTS)
    entries = [deepcopy(site.value[index % len(site.value)]) for index in range(count)]
    distinct = random.random() < 0.8
    for index, entry in enumerate(entries):
        if isinstance(entry, str) and distinct:
            entries[index] = f"{entry}{index}"
        elif isinstance(entry, dict) and distinct:
            names = {key: entry[key] for key in _NAMES if isinstance(entry.get(key), str)}
            entry.update({key: f"{name}{index}" for key, name in names.items()})
    return subject.put(site.path, entries)


_COUNTS = (6, 7, 10, 11, 16, 17, 20, 21, 32, 33, 50, 51, 64, 65, 100, 101, 256, 257)
_NAMES = ("name", "mountPath", "key", "devicePath")
