"""The places of an object where something can be changed, with what the API says of each."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tools.kubernetes.crds import custom_kinds
from tools.kubernetes.openapi import Schema, openapi
from tools.kubernetes.resource import Resource, as_map
from tools.kubernetes.shape import with_metadata
from tools.source.document import parse
from tools.source.place import FieldPath

VERSION = "1.36"
"""The Kubernetes version of the server that judges."""
HERE = Path(__file__).parent


class Site(NamedTuple):
    """A value of an object. `schema` is {} where nothing is known, `type` its definition's name.

    `holder` is the path of the map that its name stands in, with the type of that map.
    """

    path: FieldPath
    value: Any
    schema: Schema
    type: str
    owner: str

    @property
    def field(self) -> str:
        """The name of the field; entries of a list have that of the list."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "")

    @property
    def is_entry(self) -> bool:
        """Whether it is an entry of a list."""
        return isinstance(self.path[-1], int)

    @property
    def is_free(self) -> bool:
        """Whether it is a map with keys of the author's choice."""
        return isinstance(self.value, dict) and not self.schema.get("properties")


class Api:
    """The schema of one kind, with references resolved."""

    def __init__(self, schema: Schema) -> None:
        self.root = schema
        self._definitions: Mapping[str, Schema] = as_map(schema.get("$defs"))

    def resolved(self, schema: Schema) -> tuple[Schema, str]:
        """A schema behind its reference, and the name of the definition."""
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema, ""
        name = reference.rpartition("/")[2]
        return self._definitions.get(name, {}), name

    def sites(self, data: Mapping[str, Any]) -> list[Site]:
        """Every value below the top level of an object, depth first."""
        return list(self._below((), data, self.root, "root"))

    def _below(self, path: FieldPath, value: Any, schema: Schema, name: str) -> Iterator[Site]:
        if isinstance(value, dict):
            fields = as_map(schema.get("properties"))
            other = as_map(schema.get("additionalProperties"))
            for key, item in value.items():
                yield from self._at((*path, key), item, fields.get(key, other), name)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._at((*path, index), item, as_map(schema.get("items")), name)

    def _at(self, path: FieldPath, value: Any, schema: Schema, owner: str) -> Iterator[Site]:
        inner, name = self.resolved(schema)
        yield Site(path, value, inner, name, owner)
        yield from self._below(path, value, inner, name or owner)


@cache
def api(api_version: str, kind: str) -> Api:
    """What is known of a kind, Kubernetes' own or one of the installed custom ones."""
    schema = openapi(VERSION).schema(api_version, kind)
    if schema is None:
        group, _, version = api_version.rpartition("/")
        schema = next(
            with_metadata(custom.schema, openapi(VERSION).object_meta())
            for definition in installed()
            for custom in custom_kinds(definition.data)
            if (custom.group, custom.version, custom.kind) == (group, version, kind)
        )
    return Api(schema)


@cache
def installed() -> tuple[Resource, ...]:
    """The CustomResourceDefinitions that the server must have before it can judge."""
    return tuple(_objects(HERE / "installed"))


@cache
def correct_objects() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """The correct objects by kind; they are not to be changed."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for resource in _objects(HERE / "correct"):
        found.setdefault(resource.kind, []).append(resource.data)
    return {kind: tuple(objects) for kind, objects in found.items()}


def _objects(folder: Path) -> Iterator[Resource]:
    for file in sorted(folder.glob("*.yaml")):
        for document in parse(file.read_text(encoding="utf-8"), file.name):
            yield Resource(document.data)
