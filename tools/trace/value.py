"""Values that know where they stand: the data on which a replay works.

A Map or List made from YAML is expanded one level at a time, when somebody looks inside, so that
the untouched parts of an object cost nothing.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from tools.source.document import scalar
from tools.source.place import Place

_TAG = "tag:yaml.org,2002:"
_MERGE = _TAG + "merge"
_TRUTH = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_DATE = r"\d{4}-\d\d?-\d\d?(?:$|[Tt]|[ \t]+\d)"


Position = Callable[[int, int], tuple[int, int]]
"""Line and column of an embedded text to line and column of its file, all from 0."""


ANYTHING: Any = object()
"""A text that Kustomize makes for itself and that nobody needs to know in advance."""


class HoldsData(str):
    """A text of which only the data in it is known, and not how Kustomize lays it out."""

    __slots__ = ()

    def is_like(self, rendered: str) -> bool:
        """Whether a rendered text holds the same data."""
        raise NotImplementedError


class Mark(NamedTuple):
    """A position in a text, from 0."""

    line: int
    column: int


class Spot:
    """Stands for a node where there is none: one position of a file that is not YAML."""

    __slots__ = ("start_mark",)

    def __init__(self, line: int, column: int = 0) -> None:
        self.start_mark = Mark(line, column)


class Source:
    """What a value comes from: the file, the layer, and how positions in a text become places.

    `file` None says that Kustomize itself made the value, and then `reason` says how. `typed`
    turns a scalar node into its value; `position` maps line and column (from 0) of a text that is
    embedded in the file to those of the file.
    """

    __slots__ = ("file", "layer", "position", "reason", "typed")

    def __init__(
        self,
        file: str | None,
        layer: str,
        typed: Callable[[ScalarNode], Any] = scalar,
        position: Position | None = None,
        reason: str | None = None,
    ) -> None:
        self.file = file
        self.layer = layer
        self.typed = typed
        self.position = position
        self.reason = reason

    def place(self, line: int, column: int) -> Place | None:
        """The place of a position counted from 0."""
        if self.file is None:
            return None
        if self.position is not None:
            line, column = self.position(line, column)
        return Place(self.file, line + 1, column + 1)

    def as_layer(self, layer: str, reason: str | None = None) -> "Source":
        """The same text, with what it sets counted to another layer."""
        return Source(self.file, layer, self.typed, self.position, reason or self.reason)


def resource_scalar(node: ScalarNode) -> Any:
    """The value of a scalar in a resource or strategic merge patch.

    Kustomize reads these with go-yaml v3, for which `yes` and `on` are strings:
    https://github.com/yaml/go-yaml/blob/v3/resolve.go.
    """
    if node.tag == _TAG + "bool" and node.value not in _TRUTH:
        return node.value
    return scalar(node)


class Scalar:
    """A scalar. `previous` is the one it replaced at the same field.

    `made` is the value where it is not that of the node; then `node` is what shapes it most.

    One scalar may stand at several fields of an object, and changing it changes all of them: that
    is how Kustomize works, where a label that it adds is one node in the labels, the selector and
    the template.
    """

    __slots__ = ("key", "made", "node", "previous", "source")

    def __init__(
        self, source: Source, key: Any, node: Any, previous: "Value | None" = None, made: Any = None
    ) -> None:
        self.source = source
        self.key = key
        self.node = node
        self.previous = previous
        self.made = made

    @property
    def value(self) -> Any:
        return self.source.typed(self.node) if self.made is None else self.made

    @property
    def text(self) -> str:
        """The value as the text that go-yaml's nodes hold."""
        return str(self.node.value if self.made is None else _text(self.made))

    @property
    def is_null(self) -> bool:
        return self.made is None and self.node.tag == _TAG + "null"

    def after(self, previous: "Value | None", source: Source | None = None) -> "Scalar":
        """The same scalar, recorded as the one that replaced `previous`."""
        return Scalar(source or self.source, self.key, self.node, previous, self.made)

    def become(self, other: "Scalar") -> None:
        """Turn into another scalar, wherever this one stands."""
        if other is not self:
            before = self.after(self.previous)
            self.source, self.key, self.node, self.made = (
                other.source, other.key, other.node, other.made,
            )  # fmt: skip
            self.previous = before if other.previous is self else other.previous


class Map:
    """A map; `fields` may be changed by whoever owns the object."""

    __slots__ = ("_fields", "key", "node", "source")

    def __init__(
        self, source: Source | None, key: Any, node: Any, fields: "dict[str, Value] | None" = None
    ) -> None:
        self.source = source
        self.key = key
        self.node = node
        self._fields = fields

    @property
    def fields(self) -> "dict[str, Value]":
        found = self._fields
        if found is None:
            assert self.source is not None
            found = self._fields = dict(_children(self.source, self.node))
        return found

    @property
    def untouched(self) -> bool:
        """Whether nobody has looked inside, so that it is what its node says."""
        return self._fields is None

    def has(self, key: str) -> bool:
        """Whether the map has a key; does not expand it for a plain no."""
        if self._fields is not None:
            return key in self._fields
        return any(name.value == key or name.tag == _MERGE for name, _ in self.node.value) and (
            key in self.fields
        )

    def get(self, *path: str) -> "Value | None":
        """The value below a path of keys, None if any part is missing or no map."""
        value: Value = self
        for key in path:
            if not isinstance(value, Map):
                return None
            child = value.fields.get(key)
            if child is None:
                return None
            value = child
        return value

    def text(self, *path: str) -> str:
        """The text of the scalar at a path, "" if there is none."""
        value = self.get(*path)
        return value.text if isinstance(value, Scalar) and not value.is_null else ""


class List:
    """A list; `items` may be changed by whoever owns the object."""

    __slots__ = ("_items", "key", "node", "source")

    def __init__(
        self, source: Source | None, key: Any, node: Any, items: "list[Value] | None" = None
    ) -> None:
        self.source = source
        self.key = key
        self.node = node
        self._items = items

    @property
    def items(self) -> "list[Value]":
        found = self._items
        if found is None:
            source = self.source
            assert source is not None
            found = self._items = [value_of(source, None, node) for node in self.node.value]
        return found

    @items.setter
    def items(self, items: "list[Value]") -> None:
        self._items = items

    @property
    def untouched(self) -> bool:
        """Whether nobody has looked inside, so that it is what its node says."""
        return self._items is None


Value = Scalar | Map | List


def value_of(source: Source, key: Any, node: Any) -> Value:
    """The value that a YAML node holds."""
    if isinstance(node, ScalarNode):
        return Scalar(source, key, node)
    if isinstance(node, MappingNode):
        return Map(source, key, node)
    return List(source, key, node)


def _children(source: Source, node: MappingNode) -> Iterator[tuple[str, Value]]:
    """Keys and values, merge keys resolved: what the map itself says comes last and wins."""
    own = node.value
    for key, value in own:
        if key.tag == _MERGE:
            parts = value.value if isinstance(value, SequenceNode) else [value]
            for part in reversed(parts):
                yield from _children(source, part)
    for key, value in own:
        if key.tag != _MERGE:
            yield key.value, value_of(source, key, value)


def plain(value: Value) -> Any:
    """The value as plain data."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, List):
        return [plain(item) for item in value.items]
    return {key: plain(child) for key, child in value.fields.items()}


def copy(value: Value) -> Value:
    """A copy that can be changed without changing the original."""
    if isinstance(value, Scalar):
        return value.after(value.previous)
    if isinstance(value, List):
        items = None if value.untouched else [copy(item) for item in value.items]
        return List(value.source, value.key, value.node, items)
    fields = None
    if not value.untouched:
        fields = {key: copy(child) for key, child in value.fields.items()}
    return Map(value.source, value.key, value.node, fields)


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values hold the same data, types included."""
    if one is other:
        return True
    if isinstance(one, Scalar):
        return isinstance(other, Scalar) and _same_scalar(one, other)
    if one is None or other is None or isinstance(other, Scalar):
        return False
    if one.untouched and other.untouched and one.node is other.node:
        return True
    if isinstance(one, Map):
        return isinstance(other, Map) and _same_fields(one.fields, other.fields)
    return isinstance(other, List) and _same_items(one.items, other.items)


def _same_scalar(one: Scalar, other: Scalar) -> bool:
    if one.node is other.node and one.made is other.made:
        return True
    return alike(one.value, other.value)


def _same_fields(one: dict[str, Value], other: dict[str, Value]) -> bool:
    return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)


def _same_items(one: list[Value], other: list[Value]) -> bool:
    return len(one) == len(other) and all(map(same, one, other))


def alike(one: Any, other: Any) -> bool:
    """Equality of plain scalars that keeps booleans, numbers and strings apart."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def rendered_as(value: Scalar, rendered: Any) -> bool:
    """Whether Kustomize prints the scalar as `rendered`."""
    mine = value.value
    if mine is ANYTHING or alike(mine, rendered):
        return True
    if isinstance(mine, HoldsData):
        return isinstance(rendered, str) and mine.is_like(rendered)
    # go-yaml v3 reads a plain date as a time, which is printed with its time of day.
    return (
        isinstance(mine, str)
        and isinstance(rendered, str)
        and rendered[:4] == mine[:4]
        and rendered.endswith("Z")
        and re.match(_DATE, mine) is not None
    )


def _text(made: Any) -> str:
    if isinstance(made, bool):
        return "true" if made else "false"
    return str(made)


def place_of(value: Value) -> Place | None:
    """Where a value stands.

    A scalar stands where it begins. A map or list that begins below its key stands at the key.
    """
    source = value.source
    if source is None or source.file is None or value.node is None:
        return None
    mark = value.node.start_mark
    if not isinstance(value, Scalar) and value.key is not None:
        key_mark = value.key.start_mark
        if key_mark.line != mark.line:
            mark = key_mark
    return source.place(mark.line, mark.column)
