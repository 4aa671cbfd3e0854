"""Paths into the objects of a CustomResourceDefinition: `.spec.color`, `.spec['color']`.

ValidFieldPath of k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel, and
ValidateCustomResourceSelectableFields.
"""

import re
from typing import Any

from tools.kubernetes.validation.field import Field, Refusals

_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\['((?:[^'\\]|\\.)*)'\]", re.ASCII)
_SELECTABLE = ("boolean", "integer", "string")
_MOST_SELECTABLE = 8


def steps(path: str) -> list[str] | None:
    """The names in a path, None if it is none."""
    names, position = [], 0
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            return None
        names.append(found[1] or re.sub(r"\\(.)", r"\1", found[2] or ""))
        position = found.end()
    return names or None


def schema_at(path: str, schema: Any) -> Any:
    """The schema of the field at a path, None if there is no such field."""
    names = steps(path)
    for name in names or ():
        fields = schema.get("properties") if isinstance(schema, dict) else None
        others = schema.get("additionalProperties") if isinstance(schema, dict) else None
        schema = fields.get(name) if isinstance(fields, dict) else None
        if schema is None and isinstance(others, dict):
            schema = others
        if schema is None:
            return None
    return schema if names else None


def is_valid_path(path: str, schema: Any) -> bool:
    return schema_at(path, schema) is not None


def selectable_fields(fields: Field, schema: Field) -> Refusals:
    seen: set[tuple[str, ...]] = set()
    for field in fields.items():
        path = field["jsonPath"]
        found = schema_at(path.text, schema.value)
        if not path.text:
            yield path.required()
        elif found is None or "[" in path.text:
            yield path.must("lead to a field of the schema, such as .spec.color")
        else:
            names = tuple(steps(path.text) or ())
            if names[0] == "metadata":
                yield path.must("lead to a field outside of metadata")
            if not isinstance(found, dict) or found.get("type") not in _SELECTABLE:
                yield path.must("lead to a text, a whole number or a flag")
            if names in seen:
                yield path.duplicate()
            seen.add(names)
    if len(seen) > _MOST_SELECTABLE:
        yield fields.too_many(_MOST_SELECTABLE)
