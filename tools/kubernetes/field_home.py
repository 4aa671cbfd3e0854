"""Where a field that stands in the wrong place belongs: most often the indentation is wrong."""

from collections.abc import Mapping
from typing import Any

from tools.kubernetes.resource import as_map, lookup
from tools.source.place import FieldPath

_PREFIX = "#/"


def home_of(schema: Mapping[str, Any], parent: FieldPath, name: str) -> FieldPath | None:
    """The map next to `parent` that has a field `name`: one inside it, else one around it.

    `schema` is that of the whole object. None if there is no such map, or more than one inside.
    """
    around = [schema]
    for part in parent:
        around.append(_below(schema, around[-1], part))
    inside = [
        (*parent, child)
        for child, field in as_map(_resolved(schema, around[-1]).get("properties")).items()
        if child != "status" and _has(_resolved(schema, field), name)
    ]
    if inside:
        return inside[0] if len(inside) == 1 else None
    for depth in range(len(parent) - 1, -1, -1):
        if parent[depth] != name and _has(_resolved(schema, around[depth]), name):
            return parent[:depth]
    return None


def _below(
    schema: Mapping[str, Any], node: Mapping[str, Any], part: str | int
) -> Mapping[str, Any]:
    node = _resolved(schema, node)
    if isinstance(part, int):
        return as_map(node.get("items"))
    field = as_map(node.get("properties")).get(part)
    return as_map(field if field is not None else node.get("additionalProperties"))


def _resolved(schema: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    """The node, or what it refers to inside the document."""
    reference = as_map(node).get("$ref")
    if isinstance(reference, str) and reference.startswith(_PREFIX):
        return as_map(lookup(schema, reference.removeprefix(_PREFIX).split("/")))
    return as_map(node)


def _has(node: Mapping[str, Any], name: str) -> bool:
    return name in as_map(node.get("properties"))
