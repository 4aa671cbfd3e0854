"""Mutations that know nothing of the API: any YAML could be changed like this."""

import string
from copy import deepcopy
from random import Random
from typing import Any

from tests.cluster import words
from tests.cluster.changes import Change, Nothing, Subject
from tests.cluster.sites import Site


def _has_key(site: Site) -> bool:
    return not site.is_entry


def _is_text(site: Site) -> bool:
    return isinstance(site.value, str)


def _is_number(site: Site) -> bool:
    return isinstance(site.value, int | float) and not isinstance(site.value, bool)


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


def number_as_text(random: Random, subject: Subject) -> Change:
    """`"8080"` for 8080, `"true"` for true."""
    site = subject.pick(random, lambda site: isinstance(site.value, int | float))
    text = str(site.value).lower() if isinstance(site.value, bool) else str(site.value)
    return subject.put(site.path, random.choice([text, text, text + " ", "0" + text]))


def text_as_number(random: Random, subject: Subject) -> Change:
    """8080 for `"8080"`, true for `"true"`, and numbers for any text."""
    site = subject.pick(random, _is_text)
    number: Any = random.choice([0, 1, 80, 1.5, True, False, 1_000_000, -1, 10**21])
    if site.value.isdecimal():
        number = int(site.value)
    elif site.value in ("true", "false"):
        number = site.value == "true"
    return subject.put(site.path, number)


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


def change_number(random: Random, subject: Subject) -> Change:
    """A number next to what it was, at a limit, negative, huge or a fraction."""
    site = subject.pick(random, _is_number)
    value = site.value
    near = [value + 1, value - 1, -value, value * 10, value * 1000, value + 0.5, value / 3]
    pool = near if random.random() < 0.35 else words.NUMBERS
    return subject.put(site.path, whole(random.choice(pool)))


def whole(number: Any) -> Any:
    """What YAML clients send: `3` for `3.0`."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def change_text(random: Random, subject: Subject) -> Change:
    """Text with something before, behind or inside it."""
    site = subject.pick(random, lambda site: _is_text(site) and len(site.value) < 200)
    text = site.value
    at = random.randrange(len(text) + 1)
    odd = random.choice(
        [" ", "-", ".", "_", "/", ":", "A", "é", "\n", "%", "0", "x", "*", ",", "\t"]
    )
    forms = [text[:at] + odd + text[at:], odd + text, text + odd, text.upper(), text.title()]
    forms += [text[:at], text[at:], text * 2, text.replace("-", "_"), text.replace(".", "")]
    return subject.put(site.path, random.choice(forms))


def _is_word(site: Site) -> bool:
    return _is_text(site) and site.value.isalpha() and site.value[:1].isupper()


def recase_word(random: Random, subject: Subject) -> Change:
    """`ifnotpresent` or `IFNOTPRESENT` for `IfNotPresent`."""
    site = subject.pick(random, _is_word)
    text = site.value
    forms = [text.lower(), text.upper(), text[:1].lower() + text[1:], text.capitalize()]
    return subject.put(site.path, random.choice(forms))


def change_word(random: Random, subject: Subject) -> Change:
    """Any other word."""
    site = subject.pick(random, _is_word)
    return subject.put(site.path, random.choice([*words.WORDS, site.value + "s", site.value[:-1]]))


def change_name(random: Random, subject: Subject) -> Change:
    """A bad name, or one that looks bad and is not."""
    site = subject.pick(random, lambda site: _is_text(site) and site.field.lower().endswith("name"))
    return subject.put(site.path, random.choice(words.NAMES))


def change_length(random: Random, subject: Subject) -> Change:
    """Text of exactly as many characters as are often the most, or of one more."""
    site = subject.pick(random, _is_text)
    length = random.choice(
        [15, 16, 52, 53, 63, 64, 128, 129, 253, 254, 256, 257, 316, 317, 512, 513]
    )
    text = site.value or "a"
    if "." in text and "/" not in text:
        return subject.put(site.path, (text + ".a" * length)[: length - 1] + "a")
    return subject.put(site.path, (text + "a" * length)[:length])


def change_free_key(random: Random, subject: Subject) -> Change:
    """Another key in a map whose keys the author chooses."""
    site = subject.pick(random, lambda site: site.is_free)
    keys = words.KEYS_BY_FIELD.get(site.field, words.LABEL_KEYS)
    if random.random() < 0.3:
        keys = [*words.LABEL_KEYS, *words.RESOURCE_NAMES, *words.DATA_KEYS]
    key = random.choice(keys)
    if site.value and random.random() < 0.6:
        return subject.rename((*site.path, random.choice(list(site.value))), key)
    value = random.choice(list(site.value.values())) if site.value else "a"
    return subject.put((*site.path, key), deepcopy(value))


def change_free_value(random: Random, subject: Subject) -> Change:
    """Another value in such a map."""
    site = subject.pick(random, lambda site: site.is_free and bool(site.value))
    path = (*site.path, random.choice(list(site.value)))
    pool = words.VALUES_BY_MAP.get(site.field, words.LABEL_VALUES)
    return subject.put(path, deepcopy(random.choice(pool)))


def break_selector(random: Random, subject: Subject) -> Change:
    """A label or a selector that no longer fits the other."""
    site = subject.pick(
        random,
        lambda site: "labels" in site.path or "selector" in site.path or "matchLabels" in site.path,
    )
    if isinstance(site.value, str) and random.random() < 0.6:
        return subject.put(site.path, "other")
    return subject.drop(site.path)


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
