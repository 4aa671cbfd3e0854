"""One Kubernetes object, and the objects of one target with the look-ups that rules need."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from tools.source.place import FieldPath


class Ref(NamedTuple):
    """The identity of an object. `namespace` is "" where the manifest names none."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @property
    def group(self) -> str:
        """The API group, "" for the core group."""
        return self.api_version.rpartition("/")[0]

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else self.slug

    @property
    def slug(self) -> str:
        """`Deployment/web`: how `policies.yaml` and the command line name an object."""
        return f"{self.kind}/{self.name}"


class Resource:
    """One object of a target, read-only. `index` is its position in the render, from 0."""

    __slots__ = ("__dict__", "data", "index")

    def __init__(self, data: Mapping[str, Any], index: int = 0) -> None:
        self.data = data
        self.index = index

    @cached_property
    def ref(self) -> Ref:
        """The identity of the object; parts that are missing or not text are empty."""
        metadata = self.metadata
        return Ref(
            _text(self.data.get("apiVersion")),
            _text(self.data.get("kind")),
            _text(metadata.get("namespace")),
            _text(metadata.get("name")) or _text(metadata.get("generateName")),
        )

    @property
    def kind(self) -> str:
        return self.ref.kind

    @property
    def name(self) -> str:
        return self.ref.name

    @property
    def namespace(self) -> str:
        return self.ref.namespace

    @property
    def metadata(self) -> Mapping[str, Any]:
        return as_map(self.data.get("metadata"))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """metadata.labels, {} if absent."""
        return as_map(self.metadata.get("labels"))

    @cached_property
    def annotations(self) -> Mapping[str, str]:
        """metadata.annotations, {} if absent."""
        return as_map(self.metadata.get("annotations"))

    def get(self, *path: str | int) -> Any:
        """The value at a field path, None if any part of it is missing or has another shape."""
        return lookup(self.data, path)

    def map(self, *path: str | int) -> Mapping[str, Any]:
        """The map at a field path, {} if it is missing or not a map."""
        return as_map(lookup(self.data, path))

    def items(self, *path: str | int) -> Sequence[Any]:
        """The list at a field path, () if it is missing or not a list."""
        return as_list(lookup(self.data, path))

    def maps(self, *path: str | int) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
        """The maps of the list at a field path, each with its own field path."""
        for index, item in enumerate(self.items(*path)):
            if isinstance(item, dict):
                yield (*path, index), item


class ResourceSet(Sequence[Resource]):
    """The objects of one target in the order of the render."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._all = list(resources)

    def __getitem__(self, index: Any) -> Any:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)

    @cached_property
    def _by_kind(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self._all:
            found.setdefault(resource.kind, []).append(resource)
        return found

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds that occur, of whatever group."""
        return frozenset(self._by_kind)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every key at any depth: the names of fields, annotations, labels and data."""
        found: set[str] = set()
        seen: set[int] = set()
        waiting: list[Any] = [resource.data for resource in self._all]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict) and id(value) not in seen:
                found.update(value)
                waiting += value.values()
            elif isinstance(value, list) and id(value) not in seen:
                waiting += value
            else:
                continue
            seen.add(id(value))  # what an anchor repeats says nothing new
        return frozenset(found)

    def of_kind(self, *kinds: str) -> list[Resource]:
        """The objects of these kinds, in the order of the render."""
        if len(kinds) == 1:
            return self._by_kind.get(kinds[0], [])
        return [resource for resource in self._all if resource.kind in kinds]

    def find(
        self, kind: str, name: str, namespace: str, group: str | None = None
    ) -> Resource | None:
        """The object with this identity, or None. An empty namespace matches only an empty one."""
        for resource in self._by_kind.get(kind, ()):
            ref = resource.ref
            if (ref.name, ref.namespace) == (name, namespace) and group in (None, ref.group):
                return resource
        return None


def lookup(value: Any, path: Sequence[str | int]) -> Any:
    """The value below `value` at a field path, or None."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def as_map(value: Any) -> Mapping[str, Any]:
    """The value if it is a map, else {}: a wrong type is schema-valid's to report."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> Sequence[Any]:
    """The value if it is a list, else (): a wrong type is schema-valid's to report."""
    return value if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
