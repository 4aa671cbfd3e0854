"""Merge keys from an OpenAPI document that a kustomization names (`openapi.path`)."""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.kubernetes.resource import as_map
from tools.source.place import SourceError
from tools.source.repository import join
from tools.source.tree import Tree
from tools.trace.merge_keys import ATOMIC, Find, Schema, schema_of

_REFERENCE = "#/definitions/"


def schemas_of(tree: Tree) -> Find:
    """How the kinds of a tree are looked up: a document of its root stands for all that Kustomize
    knows by itself, one of a base adds to it.

    A document that cannot be read is left out: Kustomize fails on it.
    """
    for folder, kustomization in tree.kustomizations.items():
        path = as_map(kustomization.fields.get("openapi")).get("path")
        if isinstance(path, str):
            try:
                documents = tree.repository.documents(join(folder, path))
            except SourceError:
                continue
            own = _Definitions(documents[0].data if documents else {})
            if folder == tree.folder:
                return own.schema_of
            return lambda api_version, kind: (
                own.schema_of(api_version, kind) or schema_of(api_version, kind)
            )
    return schema_of


class _Definitions:
    """The definitions of a document, found by kind and by reference."""

    def __init__(self, document: Any) -> None:
        self._definitions = as_map(as_map(document).get("definitions"))
        self._by_kind: dict[tuple[str, str], Mapping[str, Any]] = {}
        for definition in self._definitions.values():
            for kind in as_map(definition).get("x-kubernetes-group-version-kind") or ():
                group, version = as_map(kind).get("group"), as_map(kind).get("version")
                api_version = f"{group}/{version}" if group else str(version)
                self._by_kind[(api_version, str(as_map(kind).get("kind")))] = definition

    def schema_of(self, api_version: str, kind: str) -> Schema | None:
        """What the document says of a kind, None if it does not know it."""
        found = self._by_kind.get((api_version, kind))
        return None if found is None else self.schema(found)

    def schema(self, definition: Any) -> Schema:
        """A definition as far as merging needs it."""
        resolved = self._resolved(definition)
        if "items" not in resolved:
            return Schema(None, _Fields(self, resolved))
        below = _Fields(self, self._resolved(resolved["items"]))
        strategies = str(resolved.get("x-kubernetes-patch-strategy", "")).split(",")
        if "merge" not in strategies:
            return ATOMIC
        keys = resolved.get("x-kubernetes-list-map-keys")
        if not isinstance(keys, list):
            keys = [resolved.get("x-kubernetes-patch-merge-key", "")]
        return Schema(tuple(map(str, keys)), below)

    def _resolved(self, definition: Any) -> Mapping[str, Any]:
        found = as_map(definition)
        for _ in self._definitions:
            reference = found.get("$ref")
            if not isinstance(reference, str):
                break
            found = as_map(self._definitions.get(reference.removeprefix(_REFERENCE)))
        return found


class _Fields(Mapping[str, Schema]):
    """The fields of a definition, resolved when they are asked for: definitions may recur."""

    def __init__(self, definitions: _Definitions, definition: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._properties = as_map(definition.get("properties"))
        self._others = definition.get("additionalProperties")

    def __getitem__(self, key: str) -> Schema:
        found = self._properties.get(key, self._others)
        if not isinstance(found, dict):
            raise KeyError(key)
        return self._definitions.schema(found)

    def __iter__(self) -> Iterator[str]:
        return iter(self._properties)

    def __len__(self) -> int:
        return len(self._properties)
