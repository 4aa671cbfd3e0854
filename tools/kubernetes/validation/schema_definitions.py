"""The schema of a version in a CustomResourceDefinition.

validateCustomResourceDefinitionValidation and ValidateCustomResourceDefinitionOpenAPISchema of
k8s.io/apiextensions-apiserver. What the rules cost is not estimated.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tools.kubernetes.crds import structural_schema
from tools.kubernetes.shape import Shape, UnusableSchema
from tools.kubernetes.validation.expressions import objections, result_of, without_texts
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import enumeration
from tools.kubernetes.validation.schema_paths import is_valid_path
from tools.kubernetes.validation.structural import ALTERNATIVES, EMBEDDED, PRESERVE, structural

_AT_ROOT_WITH_STATUS = frozenset({
    "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum",
    "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems",
    "multipleOf", "required", "items", "properties", "externalDocs", "example",
    "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
})  # fmt: skip
_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_REASONS = ("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")
_UNSUPPORTED = ("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref")
_UNSUPPORTED_EMPTY = ("$ref", "dependencies")
_LINE_BREAK = re.compile(r"[\n\r]")
_IDENTITY = ("apiVersion", "kind", "metadata")


def definition(schema: Field, has_status: bool) -> Refusals:
    """`has_status` says that the version has the subresource."""
    found = list(_root(schema, has_status))
    unstructural = list(structural(schema))
    defaults = [] if unstructural else list(_defaults(schema))
    wrong = list(_schema(schema, is_root=True))
    yield from (*found, *unstructural, *defaults, *wrong)
    if not unstructural and not defaults and not wrong:
        yield from _compiled(schema)


def _root(schema: Field, has_status: bool) -> Refusals:
    if schema["nullable"].is_true:
        yield schema["nullable"].forbidden("at the root")
    for name, value in schema.entries() if has_status else ():
        if name not in _AT_ROOT_WITH_STATUS and not value.is_empty:
            yield value.forbidden("at the root where there is a status subresource").named(schema)


def _schema(schema: Field, is_root: bool = False, in_meta: bool = False) -> Refusals:
    """A schema and all below; `in_meta` says that it is about metadata, apiVersion or kind."""
    yield from _standard(schema, in_meta)
    yield from _types_of_lists(schema)
    for rule in schema["x-kubernetes-validations"].items():
        yield from _rule(schema, rule)
    embeds = is_root or schema[EMBEDDED].is_true
    for name, field in schema["properties"].entries():
        meta = in_meta or (embeds and name in _IDENTITY)
        if is_root and name in _IDENTITY and field["default"].is_set:
            yield field["default"].forbidden(f"in {name} of the whole object")
        yield from _schema(field, in_meta=meta)
    for name in ("items", "additionalProperties", "not"):
        if isinstance(schema[name].value, dict):
            yield from _schema(schema[name], in_meta=in_meta)
    for keyword in ALTERNATIVES:
        for part in schema[keyword].items():
            yield from _schema(part, in_meta=in_meta)


def _standard(schema: Field, in_meta: bool) -> Refusals:
    if schema["type"].text:
        yield from enumeration(schema["type"], _TYPES)
    for name in _UNSUPPORTED:
        if not schema[name].is_empty or (name in _UNSUPPORTED_EMPTY and schema[name].is_set):
            yield schema[name].forbidden("in a schema of a CustomResourceDefinition")
    if schema["items"].items():
        yield schema["items"].must("be one schema, not a list of schemas")
    if schema["uniqueItems"].is_true:
        yield schema["uniqueItems"].forbidden("to be true", "Use x-kubernetes-list-type: set.")
    yield from _extensions(schema, in_meta)


def _extensions(schema: Field, in_meta: bool) -> Refusals:
    others = schema["additionalProperties"]
    if schema["properties"].value and others.is_set and others.value is not True:
        yield others.forbidden("beside properties")
    if schema[PRESERVE].value is False:
        yield schema[PRESERVE].must("be true or absent")
    if in_meta and schema[EMBEDDED].is_true:
        yield schema[EMBEDDED].forbidden("inside of metadata")


def _types_of_lists(schema: Field) -> Refusals:
    list_type, keys = schema["x-kubernetes-list-type"], schema["x-kubernetes-list-map-keys"]
    yield from _kind_of(schema, schema["x-kubernetes-map-type"], "object", ("atomic", "granular"))
    yield from _kind_of(schema, list_type, "array", ("atomic", "set", "map"))
    if list_type.text == "set" and schema["type"].text == "array":
        yield from _set(schema["items"])
    if keys.items() and list_type.text != "map":
        yield (
            list_type.must(f"be map beside {keys.name}")
            if list_type.is_set
            else (list_type.required(f"{keys.name} needs it"))
        )
    if list_type.text == "map":
        yield from _map(schema, keys)
    if list_type.text in ("map", "set") and schema["items"]["nullable"].is_true:
        yield schema["items"]["nullable"].forbidden("in a list that is a set or map")


def _kind_of(schema: Field, extension: Field, wanted: str, known: Sequence[str]) -> Refusals:
    """How a list or map is merged, which only says something of a list or map."""
    if extension.is_set:
        yield from enumeration(extension, known)
        if schema["type"].text != wanted:
            yield schema["type"].must(f"be {wanted} beside {extension.name}")


def _set(items: Field) -> Refusals:
    inner_list, inner_map = items["x-kubernetes-list-type"], items["x-kubernetes-map-type"]
    if items["type"].text == "array" and inner_list.is_set and inner_list.text != "atomic":
        yield inner_list.must("be atomic in a set")
    if items["type"].text == "object" and inner_map.text != "atomic":
        yield inner_map.must("be atomic in a set")


def _map(schema: Field, keys: Field) -> Refusals:
    items = schema["items"]
    if not keys.items():
        yield keys.required("the fields that tell the items apart")
    if not items.is_set:
        yield items.required("a list that is a map says what it holds")
    elif items["type"].text != "object":
        yield items["type"].must("be object in a list that is a map")
    else:
        required = [name.text for name in items["required"].items()]
        for index, key in enumerate(keys.items()):
            field = items["properties"][key.text]
            if key.text in [other.text for other in keys.items()[:index]]:
                yield key.duplicate().named(keys)
            if not field.is_set:
                yield key.must("be a field of the items").named(keys)
            else:
                yield from _key(field, key.text in required)


def _key(field: Field, is_required: bool) -> Refusals:
    if field["type"].text in ("array", "object"):
        yield field["type"].must("be no list and no map in a field that tells items apart")
    if not is_required and not field["default"].is_set:
        yield field["default"].required("it tells items apart, so it is required or has a default")
    if field["nullable"].is_true:
        yield field["nullable"].forbidden("in a field that tells items apart")


def _rule(schema: Field, rule: Field) -> Refusals:
    yield from _rule_texts(rule)
    told, path = rule["messageExpression"], rule["fieldPath"]
    if told.text and not told.text.strip():
        yield told.required()
    if rule["reason"].is_set:
        yield from enumeration(rule["reason"], _REASONS)
    if path.text and (_LINE_BREAK.search(path.text) or not is_valid_path(path.text, schema.value)):
        yield path.must("lead to a field of this schema, such as .spec.replicas")


def _rule_texts(rule: Field) -> Refusals:
    text, message = rule["rule"], rule["message"]
    if not text.text.strip():
        yield text.required()
    elif message.text and not message.text.strip():
        yield message.must("hold more than blanks")
    elif _LINE_BREAK.search(message.text.strip()):
        yield message.must("be one line")
    elif _LINE_BREAK.search(text.text.strip()) and not message.text.strip():
        yield message.required("the rule has several lines")


def _defaults(schema: Field, in_meta: bool = False) -> Refusals:
    """Defaults fit their own schema."""
    default = schema["default"]
    if default.is_set and not in_meta:
        yield from _default(default, schema.value)
    if isinstance(schema["items"].value, dict):
        yield from _defaults(schema["items"], in_meta)
    for name, field in schema["properties"].entries():
        meta = in_meta or (schema[EMBEDDED].is_true and name in _IDENTITY)
        yield from _defaults(field, meta or (len(schema.path) == _ROOT and name in _IDENTITY))


def _default(default: Field, schema: Any) -> Refusals:
    shape = Shape(structural_schema({"type": "object", "properties": {"default": schema}}), "")
    try:
        found = shape.violations({"default": default.value})
    except UnusableSchema:
        return  # A keyword is of the wrong type, which the schema of this object says.
    for violation in found:
        path = default.path
        if not violation.is_unknown:
            path = (*path, *violation.path[1:])
        sentence = f"{default} does not fit its own schema: {violation.sentence}"
        yield default.refused(sentence)._replace(path=path, place=default.path)


_ROOT = 5
"""The length of `spec.versions[0].schema.openAPIV3Schema`."""


def _compiled(schema: Field) -> Refusals:
    """The rules, once nothing else is wrong; there are none in anyOf and the like."""
    for rule in schema["x-kubernetes-validations"].items():
        yield from _compiled_rule(schema, rule)
    for _, field in schema["properties"].entries():
        yield from _compiled(field)
    for name in ("items", "additionalProperties"):
        if isinstance(schema[name].value, dict):
            yield from _compiled(schema[name])


def _compiled_rule(schema: Field, rule: Field) -> Refusals:
    names = ("self", "oldSelf")
    for expression, kind in ((rule["rule"], "bool"), (rule["messageExpression"], "string")):
        if not expression.text.strip():
            continue
        wrong = (*objections(expression.text, names), *_undefined(expression.text, schema.value))
        for objection in wrong[:1]:
            yield expression.refused(f"{expression} does not compile: {objection}")
        found = result_of(expression.text, names)
        if found not in ("", "dyn", kind):
            yield expression.must(f"come to a {kind}, and comes to {found}")


def _undefined(text: str, schema: Any) -> Iterator[str]:
    """Fields that a rule names and its schema does not specify."""
    for found in _SELF.finditer(without_texts(text)):
        inner, path = schema, found[1]
        for name in found[2].replace("?", "").split(".")[1:]:
            inner = _field_of(inner, name)
            if inner is None:
                yield f"{path} has no field {name!r}"
                break
            path = f"{path}.{name}"


def _field_of(schema: Any, name: str) -> Any:
    """The schema of a field as rules see it, True where anything may be, None if there is none."""
    if not isinstance(schema, dict) or schema.get("type", "object") != "object":
        return True if schema is True else None
    fields, others = schema.get("properties"), schema.get("additionalProperties")
    if "__" in name or name in _IDENTITY:
        return True
    if isinstance(fields, dict) and fields and "type" in schema:
        return fields.get(name)
    return others if isinstance(others, dict) else True


_SELF = re.compile(r"(?<![\w.])(self|oldSelf)((?:\.\??[A-Za-z_]\w*)+)(?![\w(])", re.ASCII)
