"""Mutations of numbers, texts and free maps that know nothing of the API."""

from copy import deepcopy
from random import Random
from typing import Any

from tests.cluster import words
from tests.cluster.changes import Change, Subject
from tests.cluster.sites import Site


def _is_text(site: Site) -> bool:
    return isinstance(site.value, str)


def _is_number(site: Site) -> bool:
    return isinstance(site.value, int | float) and not isinstance(site.value, bool)


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
