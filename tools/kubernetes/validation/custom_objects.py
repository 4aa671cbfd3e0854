"""Objects of custom kinds: their metadata, and what JSON Schema cannot say of their schema.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/;
exactly, customResourceValidator of k8s.io/apiextensions-apiserver with its listtype, objectmeta and
cel. Objects are judged with their defaults filled in. Rules that compare with the object that was
there before say nothing of a new one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from tools.kubernetes.crds import DEFAULT, EMBEDDED, LIST_KEYS, LIST_TYPE, RULES
from tools.kubernetes.decoding import decoded_custom
from tools.kubernetes.validation.expressions import Unanswered, holds
from tools.kubernetes.validation.field import Field, Refusal, Refusals, Release
from tools.kubernetes.validation.formats import dns_1035_objection, dns_subdomain, path_segment_name
from tools.kubernetes.validation.metadata import object_meta
from tools.kubernetes.validation.schema_paths import steps

_OLD = re.compile(r"\boldSelf\b")
_IDENTITY = ("apiVersion", "kind")


class Verdict(NamedTuple):
    """What a server has against an object, and why some of its rules could not be judged."""

    refusals: list[Refusal]
    unjudged: list[str]


def custom_object(data: Mapping[str, Any], schema: Mapping[str, Any] | None) -> Verdict:
    """`schema` is that of the kind as `crds` converts it, if there is one."""
    release = Release(0)
    unjudged: dict[str, None] = {}
    metadata = Field(("metadata",), data.get("metadata"), release)
    refusals = list(object_meta(metadata, dns_subdomain, namespaced=True, any_finalizer=True))
    if schema:
        seen = {name: value for name, value in data.items() if name != "status"}
        whole = _filled(decoded_custom(seen, schema), schema)
        for finding in _value(Field((), whole, release), schema):
            if isinstance(finding, str):
                unjudged[finding] = None
            else:
                refusals.append(finding)
    return Verdict(list(dict.fromkeys(refusals)), list(unjudged))


def _filled(value: Any, schema: Any) -> Any:
    """A value with the defaults of its schema."""
    if not isinstance(schema, dict):
        return value
    if isinstance(value, list):
        return [_filled(item, schema.get("items")) for item in value]
    if not isinstance(value, dict):
        return value
    fields, others = schema.get("properties", {}), schema.get("additionalProperties")
    defaults = {
        name: deepcopy(field[DEFAULT])
        for name, field in fields.items()
        if isinstance(field, dict) and DEFAULT in field and name not in value
    }
    return {
        name: _filled(item, fields.get(name, others))
        for name, item in {**value, **defaults}.items()
    }


def _value(field: Field, schema: Any) -> Iterator[Refusal | str]:
    if not isinstance(schema, dict):
        return
    yield from _list(field, schema)
    if schema.get(EMBEDDED) is True and isinstance(field.value, dict):
        yield from _embedded(field)
    for rule in schema.get(RULES, ()):
        yield from _rule(field, rule)
    for item in field.items():
        yield from _value(item, schema.get("items"))
    fields, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name, inner in field.entries():
        yield from _value(inner, fields.get(name, others))


def _list(field: Field, schema: Mapping[str, Any]) -> Refusals:
    """A set has no value twice, a map no two items with equal keys."""
    kind = schema.get(LIST_TYPE)
    if kind not in ("set", "map"):
        return
    keys, seen = schema.get(LIST_KEYS, ()), set()
    for item in field.items():
        value = item.value
        if kind == "map":
            value = [item[key].value for key in keys if isinstance(key, str)]
        text = json.dumps(value, sort_keys=True, default=str)
        if text in seen:
            which = f", by {' and '.join(map(str, keys))}," if kind == "map" else ""
            yield item.refused(f"{item} is there twice{which} in a list that is a {kind}")
        seen.add(text)


def _embedded(field: Field) -> Refusals:
    """A whole object inside of another."""
    for name in _IDENTITY:
        if not field[name].text:
            yield field[name].required("an object inside of another has it too")
    if field["apiVersion"].text.count("/") > 1:
        yield field["apiVersion"].must("be a group, '/' and a version")
    if field["kind"].text and dns_1035_objection(field["kind"].text.lower()):
        yield field["kind"].must("be a word of letters and digits that begins with a letter")
    metadata = field["metadata"]
    if isinstance(metadata.value, dict):
        named = {**metadata.value, "name": metadata["name"].text or "name"}
        yield from object_meta(
            metadata.with_value(named), path_segment_name, namespaced=True, any_finalizer=True
        )


def _rule(field: Field, rule: Any) -> Iterator[Refusal | str]:
    text = rule.get("rule") if isinstance(rule, dict) else None
    if not isinstance(text, str) or _OLD.search(text):
        return
    try:
        missing = holds(text, field.value)
    except Unanswered as error:
        yield f"the rule {text!r} at {field} cannot be evaluated: {error}"
        return
    if missing is None:
        return
    whole = field
    for step in steps(str(rule.get("fieldPath") or "")) or ():
        whole = whole[step]
    said = rule.get("message") or f"it breaks the rule {text!r}"
    why = f", for {missing} is not there" if missing else ""
    yield whole.refused(f"{whole}: {str(said).strip()}{why}")
