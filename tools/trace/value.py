"""Values that know where they stand: the data on which a replay works.

A Map or List made from YAML is expanded one level at a time, when somebody looks inside, so that
the untouched parts of an object cost nothing.
"""

from collections.abc import Iterator
from typing import Any

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from tools.source.place import FieldPath, Place
from tools.trace.origin import Source, resource_scalar

_TAG = "tag:yaml.org,2002:"
_MERGE = _TAG + "merge"
_AS_WRITTEN = ("resource", "patch")
"""The layers whose values keep the quotes of their files; others are written anew."""
_EXPONENT = 1e21
"""From here on Go writes a number with an exponent."""


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
        if self.made is not None:
            return _text(self.made)
        if self.source.is_rewritten:
            value = self.source.typed(self.node)
            return "null" if value is None else _text(value)
        return str(self.node.value)

    @property
    def is_quoted(self) -> bool:
        """Whether it is written as a string, whatever it may read like.

        What replaces a scalar is written as that was.
        """
        source = self.source
        if isinstance(self.previous, Scalar) and not source.is_rewritten:
            return self.previous.is_quoted
        if self.made is None and source.layer in _AS_WRITTEN and not source.is_rewritten:
            return bool(self.node.style) and self.node.tag == _TAG + "str"
        value = self.value
        if not isinstance(value, str) or not (value or source.is_rewritten):
            return False
        from tools.trace.quotes import needs_quotes

        return needs_quotes(value)

    def in_place_of(self, old: "Scalar") -> "Scalar":
        """The scalar put where another one stood, whose quotes it gets: a number becomes a text."""
        if isinstance(self.value, str) or not old.is_quoted:
            return self
        return Scalar(self.source, self.key, self.node, self.previous, self.text)

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


Removed = dict[str, tuple[Place, Source]] | None
"""What patches took away, with where they do so and from what source."""
_NAMES = ("name", "containerPort", "port", "mountPath")
"""The fields by which others refer to an element of a list."""


class Map:
    """A map; `fields` may be changed by whoever owns the object.

    `removed` says for keys that a patch took away where it does so, and from what source; `moved`
    for keys to which a JSON patch moved or copied a value where that spells them.
    """

    __slots__ = ("_fields", "key", "moved", "node", "removed", "source")

    def __init__(
        self, source: Source | None, key: Any, node: Any, fields: "dict[str, Value] | None" = None
    ) -> None:
        self.source = source
        self.key = key
        self.node = node
        self._fields = fields
        self.removed: Removed = None
        self.moved: dict[str, Place] | None = None

    def note_removal(self, key: str, place: Place, source: Source) -> None:
        """Remember who took a key away: that is where to bring it back."""
        self.removed = {**(self.removed or {}), key: (place, source)}

    @property
    def fields(self) -> "dict[str, Value]":
        found = self._fields
        if found is None:
            assert self.source is not None
            found = self._fields = _expanded(self.source, self.node)
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
    """A list; `items` may be changed by whoever owns the object.

    `removed` says for elements that a patch took away, by what they are known by, where it does so.
    """

    __slots__ = ("_items", "key", "node", "removed", "source")

    def __init__(
        self, source: Source | None, key: Any, node: Any, items: "list[Value] | None" = None
    ) -> None:
        self.source = source
        self.key = key
        self.node = node
        self._items = items
        self.removed: Removed = None

    def note_removal(self, item: "Value", place: Place, source: Source) -> None:
        """Remember who took an element away, by all that others may call it."""
        names = {item.text(key) for key in _NAMES} if isinstance(item, Map) else set[str]()
        self.removed = {**(self.removed or {}), **dict.fromkeys(names - {""}, (place, source))}

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
    met: set[str] = set()
    for key, value in own:
        if key.tag != _MERGE and not (key.value in met and source.first_counts):
            met.add(key.value)
            yield key.value, value_of(source, key, value)


def _expanded(source: Source, node: MappingNode) -> "dict[str, Value]":
    """The fields of a map. Of a key that stands twice in a patch Kustomize heeds the first."""
    found = dict(_children(source, node))
    if len(found) < len(node.value) and source.typed is resource_scalar:
        seen = set()
        for key, value in node.value:
            if key.tag != _MERGE and key.value not in seen:
                seen.add(key.value)
                found[key.value] = value_of(source, key, value)
    return found


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
        some = List(value.source, value.key, value.node, items)
        some.removed = value.removed
        return some
    fields = None
    if not value.untouched:
        fields = {key: copy(child) for key, child in value.fields.items()}
    twin = Map(value.source, value.key, value.node, fields)
    twin.removed, twin.moved = value.removed, value.moved
    return twin


def _text(made: Any) -> str:
    if isinstance(made, bool):
        return "true" if made else "false"
    if isinstance(made, float) and made.is_integer() and abs(made) < _EXPONENT:
        return str(int(made))
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


def key_place(value: Value) -> Place | None:
    """Where the key of a value stands."""
    source, key = value.source, value.key
    if source is None or key is None:
        return None
    return source.place(key.start_mark.line, key.start_mark.column)


def key_place_of(value: Value, path: FieldPath) -> Place | None:
    """Where the key at the end of a path stands that leads to a value.

    None if no file spells it as a key: a JSON patch names it in a pointer, a generator in a list.
    """
    spelt = isinstance(value.key, ScalarNode) and value.key.value == path[-1]
    return key_place(value) if spelt else None
