"""How readers of YAML understand one plain scalar, where they do not all understand the same.

Kubernetes' tools read YAML 1.1 through JSON (`sigs.k8s.io/yaml`), Kustomize reads a mixture of 1.1
and 1.2 (`go.yaml.in/yaml/v3`), and most other tools one of the two: https://yaml.org/type/ and
https://yaml.org/spec/1.2.2/#103-core-schema.
"""

import re
from datetime import date
from typing import NamedTuple

from yaml.nodes import ScalarNode

from tools.source.document import scalar
from tools.source.place import FieldPath

_TAG = "tag:yaml.org,2002:"
_WORD = re.compile(r"y|yes|on|n|no|off", re.IGNORECASE)
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
_SIXTIES = re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+")
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:(?:t| +)\d\d?:\d\d?:\d\d?(?:\.\d+)?Z?)?")
_TEXT_MAPS = frozenset({"labels", "annotations", "matchLabels", "nodeSelector"})


class Reading(NamedTuple):
    """What is ambiguous about a scalar, and what to write."""

    sentence: str
    remedy: str


def of_value(node: ScalarNode, path: FieldPath, kustomize: bool) -> Reading | None:
    """What is ambiguous about a plain value at a path, None if nothing is.

    `kustomize` says that Kustomize reads it.
    """
    if is_word(node):
        return _word(node.value)
    if _is_number(node):
        return _number(node, path)
    if node.tag == _TAG + "str" and node.value[:1].isdigit():
        return _like_a_number(node, kustomize)
    return None


def of_key(node: ScalarNode, kustomize: bool) -> Reading | None:
    """What is ambiguous about a plain key, None if nothing is."""
    text = node.value
    sentence = ""
    if is_word(node):
        sentence = f"the key {text} is {_truth(text)} to some YAML readers"
    elif _is_number(node) and _canonical(node) != text:
        sentence = f"the key {text} is {_canonical(node)} to some YAML readers"
    elif kustomize and node.tag != _TAG + "str":
        sentence = f"Kustomize stops at the key {text}, which is not text"
    return Reading(sentence, f'Put the key in quotes: "{text}".') if sentence else None


def is_word(node: ScalarNode) -> bool:
    """Whether a scalar is one of the words that mean true or false in YAML 1.1 only."""
    return not node.style and node.tag == _TAG + "bool" and bool(_WORD.fullmatch(node.value))


def _is_number(node: ScalarNode) -> bool:
    return node.tag in (_TAG + "int", _TAG + "float")


def _word(text: str) -> Reading:
    truth = _truth(text)
    sentence = f"{text} is {truth} to some YAML readers and text to others"
    return Reading(sentence, f'Write {truth}, or "{text}" in quotes if it is text.')


def _number(node: ScalarNode, path: FieldPath) -> Reading | None:
    """A number that is written in a way that not everybody reads."""
    text = node.value
    digits = text.lstrip("+-")
    remedy = f'Put it in quotes if it is text, "{text}", and write it plainly if it is a number.'
    if digits.lower() in (".inf", ".nan"):
        return Reading(f"{text} is no number that JSON has, so no API server takes it", remedy)
    if str(path[-1]).lower().endswith(("mode", "umask")):
        return None  # octal is how file modes are written, and every reader in Go knows it
    octal = _canonical(node)
    if _LEADING_ZERO.fullmatch(text):
        plain = str(int(text.replace("_", "")))
        readings = f"is {octal} to some YAML readers and {plain} to others"
        if octal == plain:
            readings = "begins with a zero, which some YAML readers drop and others keep as text"
        return Reading(f"{text} {readings}", remedy)
    if "_" in text or digits[:2] in ("0b", "0o"):
        return Reading(f"{text} is {octal} to some YAML readers and text to others", remedy)
    if len(path) > 1 and path[-2] in _TEXT_MAPS and octal != text:
        sentence = f"{text} is a number where text belongs, and becomes {octal}"
        return Reading(sentence, f'Put it in quotes: "{text}".')
    return None


def _like_a_number(node: ScalarNode, kustomize: bool) -> Reading | None:
    text = node.value
    if node.end_mark.index - node.start_mark.index != len(text):
        return None  # a tag says what it is
    if _SIXTIES.fullmatch(text):
        sentence = f"{text} is a number to base 60 to some YAML readers and text to others"
        return Reading(sentence, f'Put it in quotes: "{text}".')
    if kustomize and _is_date(text):
        sentence = f"{text} is a date to Kustomize, which renders it with a time of day"
        return Reading(sentence, f'Put it in quotes: "{text}".')
    return None


def _truth(word: str) -> str:
    return "true" if word.lower() in ("y", "yes", "on") else "false"


def _canonical(node: ScalarNode) -> str:
    """The number that a scalar is, as JSON writes it."""
    value = scalar(node)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _is_date(text: str) -> bool:
    """Whether Kustomize takes the text for a date and writes it otherwise than it stands."""
    match = _DATE.fullmatch(text)
    if not match:
        return False
    try:
        date(*(int(part) for part in match.groups()))
    except ValueError:
        return False
    return True
