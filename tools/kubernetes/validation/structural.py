"""Whether a schema of a CustomResourceDefinition is structural.

validateStructuralInvariants and validateStructuralCompleteness of
k8s.io/apiextensions-apiserver/pkg/apiserver/schema.
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
"""

import re
from enum import Enum
from typing import Any

from tools.kubernetes.validation.field import Field, Refusals

ALTERNATIVES = ("anyOf", "allOf", "oneOf")
EMBEDDED, INT_OR_STRING = "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"
PRESERVE = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_ONLY_OUTSIDE = (
    "type", "additionalProperties", "default", "title", "description", "nullable", PRESERVE,
    EMBEDDED, INT_OR_STRING, "x-kubernetes-list-map-keys", "x-kubernetes-list-type",
    "x-kubernetes-map-type", "x-kubernetes-validations",
)  # fmt: skip
_NOT_IN_RE2 = re.compile(r"(?<!\\)(?:\\\\)*(?:\(\?<?[=!]|\(\?>|\\[1-9Z])|[*+?]\+|\*\*")
_SURELY_WRONG = ("unterminated", "unbalanced", "missing )", "nothing to repeat", "bad character")


class Level(Enum):
    ROOT = "at the root"
    ITEM = "for the items of a list"
    FIELD = "for a field"


def structural(schema: Field, level: Level = Level.ROOT) -> Refusals:
    """What keeps a schema from being structural, here and in the places below."""
    yield from _places(schema)
    yield from _extensions(schema, level)
    yield from _values(schema, _skips_any_of(schema), _skips_all_of(schema))
    yield from _type(schema, level)
    yield from _identity(schema, level)
    if level is Level.ROOT:
        # The server does not look for it further below.
        yield from _complete(schema, schema)


def _places(schema: Field) -> Refusals:
    items, others = schema["items"], schema["additionalProperties"]
    if schema["type"].text == "array" and not isinstance(items.value, dict):
        yield items.required("a list says what it holds")
    if isinstance(items.value, dict):
        yield from structural(items, Level.ITEM)
    for _, field in schema["properties"].entries():
        if isinstance(field.value, dict):
            yield from structural(field, Level.FIELD)
    if isinstance(others.value, dict):
        yield from structural(others, Level.FIELD)


def _extensions(schema: Field, level: Level) -> Refusals:
    others = schema["additionalProperties"]
    if level is Level.ROOT and others.is_set:
        yield others.forbidden("at the root")
    if schema[EMBEDDED].is_true and others.is_set:
        yield others.forbidden("in an embedded resource")
    for name in (PRESERVE, EMBEDDED):
        if schema[INT_OR_STRING].is_true and schema[name].is_true:
            yield schema[name].forbidden(f"beside {INT_OR_STRING}")
    if schema[EMBEDDED].is_true and not schema[PRESERVE].is_true and schema["properties"].is_empty:
        yield schema["properties"].required(f"an embedded resource has them or {PRESERVE}")


def _type(schema: Field, level: Level) -> Refusals:
    kind = schema["type"]
    if schema[EMBEDDED].is_true and kind.text != "object":
        yield kind.must("be object for an embedded resource") if kind.text else kind.required()
    elif not kind.text and not schema[INT_OR_STRING].is_true and not schema[PRESERVE].is_true:
        yield kind.required(f"a structural schema has one {level.value}")
    if level is Level.ROOT and kind.text and kind.text != "object":
        yield kind.must("be object at the root")


def _identity(schema: Field, level: Level) -> Refusals:
    """What a schema may say of apiVersion, kind and metadata."""
    if level is not Level.ROOT and not schema[EMBEDDED].is_true:
        return
    fields = schema["properties"]
    for name in ("apiVersion", "kind"):
        if fields[name].is_set and fields[name]["type"].text != "string":
            yield fields[name]["type"].must("be string")
    metadata = fields["metadata"]
    if not metadata.is_set:
        return
    if metadata["type"].text != "object":
        yield metadata["type"].must("be object")
    names = {name for name, _ in metadata["properties"].entries()}
    rest = {
        name
        for name, value in metadata.entries()
        if name not in ("type", "default", "properties") and not value.is_empty
    }
    if level is Level.ROOT and (names - {"name", "generateName"} or rest):
        sentence = f"{metadata} may only limit name and generateName: every object has the others"
        yield metadata.refused(sentence)


def _skips_any_of(schema: Field) -> bool:
    """Whether it says in the usual way that a value is a number or text."""
    return [_set(part) for part in schema["anyOf"].items()] == _INT_OR_STRING


def _set(part: Field) -> dict[str, Any]:
    return {
        name: value.value
        for name, value in part.entries()
        if not value.is_empty or (value.is_set and name in ("default", "required"))
    }


def _skips_all_of(schema: Field) -> bool:
    first = schema["allOf"].items()[:1]
    return bool(first) and _skips_any_of(first[0])


def _values(schema: Field, skips_any_of: bool = False, skips_all_of: bool = False) -> Refusals:
    """What is said of values in anyOf, allOf, oneOf and not."""
    for keyword in ALTERNATIVES:
        if keyword == "anyOf" and skips_any_of:
            continue
        for index, part in enumerate(schema[keyword].items()):
            yield from _nested(part, keyword == "allOf" and index == 0 and skips_all_of)
    if schema["not"].is_set:
        yield from _nested(schema["not"])
    pattern = schema["pattern"]
    if pattern.text and not _may_compile(pattern.text):
        yield pattern.must("be a regular expression as RE2 has them, without looking around")


def _nested(part: Field, skips_any_of: bool = False) -> Refusals:
    yield from _values(part, skips_any_of)
    if isinstance(part["items"].value, dict):
        yield from _nested(part["items"])
    for name, field in part["properties"].entries():
        yield from _nested(field)
        if name == "metadata":
            yield field.forbidden("inside of anyOf, allOf, oneOf or not")
    for name in _ONLY_OUTSIDE:
        if not part[name].is_empty or (name == "default" and part[name].is_set):
            yield part[name].forbidden("inside of anyOf, allOf, oneOf or not")


def _complete(schema: Field, values: Field) -> Refusals:
    """What is said of values below must be specified above."""
    parts = [part for keyword in ALTERNATIVES for part in values[keyword].items()]
    for part in (*parts, values["not"]):
        if part.is_set:
            yield from _complete_part(schema, part)


def _complete_part(schema: Field, part: Field) -> Refusals:
    yield from _complete(schema, part)
    pairs = [(schema["properties"][name], field) for name, field in part["properties"].entries()]
    if isinstance(part["items"].value, dict):
        pairs.append((schema["items"], part["items"]))
    for specified, field in pairs:
        if not isinstance(specified.value, dict):
            yield specified.required(f"{field} speaks of it")._replace(place=field.path)
        else:
            yield from _complete_part(specified, field)


def _may_compile(pattern: str) -> bool:
    """Whether Go may take a regular expression; where that is not plain, it may."""
    if _NOT_IN_RE2.search(re.sub(r"\[[^\]]*\]", "x", pattern)):
        return False
    try:
        re.compile(pattern)
    except re.error as error:
        return not str(error).startswith(_SURELY_WRONG)
    except (OverflowError, RecursionError):
        return True
    return True
