"""CustomResourceDefinitions to JSON schemas that say what the API server says.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
and the code behind it, `pkg/apiserver/schema` of k8s.io/apiextensions-apiserver 0.36.3: fields
that are not specified are refused by strict field validation, defaults are filled in and nulls of
fields that are not nullable are removed before anything is required. What JSON Schema has no word
for, rules in CEL among it, is kept as it stands for `validation/custom_objects.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.kubernetes.corrections import RANGES
from tools.kubernetes.resource import as_list, as_map, lookup

_EVERY_OBJECT = ("apiVersion", "kind", "metadata")
_ALTERNATIVES = ("allOf", "anyOf", "oneOf")
_KEPT = frozenset(
    {"enum", "maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"}
    | {"multipleOf", "pattern"}
)
"""Keywords that mean the same in both."""
DEFAULT, EMBEDDED, RULES = "default", "x-kubernetes-embedded-resource", "x-kubernetes-validations"
LIST_TYPE, LIST_KEYS = "x-kubernetes-list-type", "x-kubernetes-list-map-keys"
DATE_TIME_FORMAT = "kube-openapi.date-time"
"""What these servers take for `date-time`, which is not what other readers of schemas do."""
_OF_PLACES = (DEFAULT, EMBEDDED, RULES, LIST_TYPE, LIST_KEYS)
"""Keywords that say nothing in JSON Schema."""


class Custom(NamedTuple):
    """One version of a custom kind; `served` says whether objects of it exist."""

    group: str
    kind: str
    version: str
    served: bool
    schema: Mapping[str, Any]


def custom_kinds(definition: Mapping[str, Any]) -> Iterator[Custom]:
    """Every version of the kind that a CustomResourceDefinition (apiextensions.k8s.io/v1) defines.

    What is not well-formed is left out; the schema of CustomResourceDefinition itself refuses it.
    """
    group = lookup(definition, ("spec", "group"))
    kind = lookup(definition, ("spec", "names", "kind"))
    for entry in as_list(lookup(definition, ("spec", "versions"))):
        version, root = lookup(entry, ("name",)), lookup(entry, ("schema", "openAPIV3Schema"))
        if all(isinstance(name, str) for name in (group, kind, version)) and isinstance(root, dict):
            yield Custom(group, kind, version, as_map(entry).get("served") is True, _root(root))


def _root(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a whole object. What it says of `metadata` is kept: names can be limited."""
    converted = _structural(schema)
    fields = converted.setdefault("properties", {})
    for field in _EVERY_OBJECT:
        fields.setdefault(field, {})
    fields["metadata"].pop("additionalProperties", None)
    return converted


def structural_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON schema of any value that a structural schema is about."""
    return _structural(schema)


def _structural(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema at a place that objects can have, where every field must be specified."""
    converted = {**_values(schema), **{name: schema[name] for name in _OF_PLACES if name in schema}}
    fields = {name: _structural(field) for name, field in _maps(schema, "properties")}
    if schema.get("x-kubernetes-embedded-resource") is True:
        fields = {**{field: {} for field in _EVERY_OBJECT}, **fields}
    if fields:
        converted["properties"] = fields
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        converted["additionalProperties"] = _structural(others)
    elif _is_closed(schema):
        converted["additionalProperties"] = False
        # Without it, the validator does not say which fields are too many.
        converted.setdefault("properties", {})
    if isinstance(schema.get("items"), dict):
        converted["items"] = _structural(schema["items"])
    return converted


def _is_closed(schema: Mapping[str, Any]) -> bool:
    """Whether the server refuses every field that is not specified."""
    is_object = schema.get("type") == "object"
    is_open = schema.get("x-kubernetes-preserve-unknown-fields") is True
    return is_object and not is_open and schema.get("additionalProperties") is not True


def _values(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a schema says of a value, be it inside or outside of allOf, anyOf, oneOf and not."""
    converted = {keyword: schema[keyword] for keyword in _KEPT if keyword in schema}
    kinds = _types(schema)
    if kinds:
        converted["type"] = kinds[0] if len(kinds) == 1 else kinds
    converted.update(_limits(schema))
    if schema.get("format") == "date-time":
        converted["format"] = DATE_TIME_FORMAT
    required = [
        name
        for name in as_list(schema.get("required"))
        if isinstance(name, str) and not _is_filled_in(schema, name)
    ]
    if required:
        converted["required"] = required
    for keyword in _ALTERNATIVES:
        inner = [_nested(part) for part in as_list(schema.get(keyword)) if isinstance(part, dict)]
        if inner and not (_is_int_or_string(schema) and _only_names_types(inner)):
            converted[keyword] = inner
    if isinstance(schema.get("not"), dict):
        converted["not"] = _nested(schema["not"])
    return dict(sorted(converted.items()))


def _nested(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema inside of allOf, anyOf, oneOf or not, which specifies no fields."""
    converted = _values(schema)
    fields = {name: _nested(field) for name, field in _maps(schema, "properties")}
    if fields:
        converted["properties"] = fields
    if isinstance(schema.get("items"), dict):
        converted["items"] = _nested(schema["items"])
    return converted


def _types(schema: Mapping[str, Any]) -> list[str]:
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else []
    if _is_int_or_string(schema):
        kinds = ["integer", "string"]
    return [*kinds, "null"] if kinds and schema.get("nullable") is True else kinds


def _limits(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Ranges: those of the format, and those of OpenAPI 3.0, where exclusiveness is a flag."""
    limits = dict(RANGES.get(str(schema.get("format")), {}))
    for keyword, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if keyword in schema:
            limits.pop(keyword, None)
            limits[exclusive if schema.get(exclusive) is True else keyword] = schema[keyword]
    return limits


def _is_filled_in(schema: Mapping[str, Any], name: str) -> bool:
    """Whether a required field is there although nobody writes it."""
    return as_map(as_map(schema.get("properties")).get(name)).get("default") is not None


def _is_int_or_string(schema: Mapping[str, Any]) -> bool:
    return schema.get("x-kubernetes-int-or-string") is True


def _only_names_types(parts: list[dict[str, Any]]) -> bool:
    return all(set(part) <= {"type"} for part in parts)


def _maps(schema: Mapping[str, Any], keyword: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, value in as_map(schema.get(keyword)).items():
        if isinstance(value, dict):
            yield name, value
