"""YAML text to documents that know where each of their parts stands.

The scalars follow Go's YAML libraries as Kubernetes uses them (`sigs.k8s.io/yaml`), not PyYAML:
`y` and `on` are booleans, `1e3` is a number, `1:30` and dates are strings.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from yaml._yaml import CParser as _CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import BaseResolver

from tools.source.place import FieldPath, Place, SourceError

MAX_DEPTH = 200
"""Nested maps and lists. Kubernetes objects stay below 40; CRD schemas below 100."""
MAX_NODES = 500_000
"""Values of one document once its aliases are expanded."""

_DEEP_LINE = re.compile(rf"^[ \-?]{{{MAX_DEPTH * 8}}}", re.MULTILINE)
_TAG = "tag:yaml.org,2002:"
_BOOLEANS = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FLOATS = {".inf": "inf", "-.inf": "-inf", "+.inf": "inf", ".nan": "nan"}
_RADIX = ((2, "0b"), (16, "0x"), (8, "0o"), (8, "0"))
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Resolver(BaseResolver):
    """The implicit tags of go-yaml v2: https://github.com/yaml/go-yaml/blob/v2/resolve.go."""


def _implicit(tag: str, pattern: str, first: str) -> None:
    Resolver.add_implicit_resolver(_TAG + tag, re.compile(pattern), list(first))


_implicit("bool", rf"^(?:{'|'.join(_BOOLEANS)})$", "yYnNtTfFoO")
_implicit("null", r"^(?:~|null|Null|NULL|)$", "~nN")
Resolver.add_implicit_resolver(_TAG + "null", re.compile(r"^$"), [""])
_implicit("int", r"^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)$", "-+0123456789")
_implicit(
    "float",
    r"^(?:[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)"
    r"|\.(?:nan|NaN|NAN))$",
    "-+.0123456789",
)
_implicit("merge", r"^<<$", "<")


def implicit_tag(text: str) -> str:
    """The tag that a plain scalar has."""
    for tag, pattern in Resolver.yaml_implicit_resolvers.get(text[:1], ()):
        if pattern.match(text):
            return str(tag)
    return _TAG + "str"


class _Composer(_CParser, Resolver):
    """libyaml's composer with our resolver; constructing is done by `_Builder`."""

    def __init__(self, text: str) -> None:
        _CParser.__init__(self, text)
        Resolver.__init__(self)


class Part(NamedTuple):
    """One value of a document: the node that holds it, and the key that leads to it in a map."""

    key: Node | None
    value: Node


class Quirk(NamedTuple):
    """Something legal (or nearly) that two YAML readers understand differently."""

    what: str
    place: Place


class Document:
    """One YAML document, read-only.

    `data` holds plain Python values; `index` counts the documents of the file from 0; `text` is
    that of the whole file.
    """

    __slots__ = ("_parts", "data", "file", "index", "node", "quirks", "text")

    def __init__(self, file: str, index: int, node: Node, text: str) -> None:
        builder = _Builder(file)
        self.file = file
        self.index = index
        self.node = node
        self.text = text
        self.data: Any = builder.build(node, 0)
        self.quirks: tuple[Quirk, ...] = tuple(builder.quirks)
        self._parts: dict[FieldPath, Part] | None = None

    @property
    def parts(self) -> Mapping[FieldPath, Part]:
        """Every field path of the document with the nodes that hold it (merge keys resolved)."""
        if self._parts is None:
            self._parts = {(): Part(None, self.node)}
            _index(self.node, (), self._parts)
        return self._parts

    def place(self, path: FieldPath) -> Place | None:
        """Where the value at `path` stands, or None if the document has no such path.

        A map or list that begins below its key is placed at the key: that is the line to look at.
        """
        part = self.parts.get(path)
        return None if part is None else self.place_of(part)

    def key_place(self, path: FieldPath) -> Place:
        """Where the key at `path` stands; for a list item or a missing path, the nearest place."""
        key = self.parts[path].key if path in self.parts else None
        if key is None:
            return self.nearest(path)[1]
        return Place(self.file, key.start_mark.line + 1, key.start_mark.column + 1)

    def nearest(self, path: FieldPath) -> tuple[FieldPath, Place]:
        """The longest existing prefix of `path`, and where it stands."""
        while path not in self.parts:
            path = path[:-1]
        return path, self.place_of(self.parts[path])

    def place_of(self, part: Part) -> Place:
        """Where a part stands: its value, or its key where the value begins on a later line."""
        mark = part.value.start_mark
        if part.key is not None and part.key.start_mark.line != mark.line:
            mark = part.key.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)


def parse(text: str, file: str) -> list[Document]:
    """The documents of a YAML (or JSON) text, empty ones left out.

    Raises SourceError with the place for text that is not YAML, nested deeper than MAX_DEPTH, or
    that grows beyond MAX_NODES values through its aliases.
    """
    _refuse_depth(text, file)
    try:
        nodes = list(_compose(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        raise SourceError(f"not valid YAML: {error.problem or error.context}", place) from error
    except (YAMLError, UnicodeError) as error:
        raise SourceError(f"not valid YAML: {_one_line(str(error))}", Place(file, 1, 1)) from error
    return [
        Document(file, index, node, text)
        for index, node in enumerate(nodes)
        if not (node.tag == _TAG + "null" and node.value in _NULLS)
    ]


def _compose(text: str) -> Iterator[Node]:
    composer = _Composer(text)
    try:
        while composer.check_node():
            if (node := composer.get_node()) is not None:
                yield node
    finally:
        composer.dispose()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _refuse_depth(text: str, file: str) -> None:
    """libyaml's composer recurses in C: text that is nested too deeply would end the process."""
    depth = deepest = 0
    if text.count("[") + text.count("{") > MAX_DEPTH:
        for bracket in re.findall(r"[\[{\]}]", text):
            depth += 1 if bracket in "[{" else -1
            deepest = max(deepest, depth)
    found = _DEEP_LINE.search(text)
    if deepest > MAX_DEPTH or found:
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        sentence = f"YAML is nested deeper than {MAX_DEPTH} levels; no Kubernetes object needs that"
        raise SourceError(sentence, Place(file, line, 1))


def scalar(node: ScalarNode) -> Any:
    """The Python value of a scalar node: str, int, float, bool or None."""
    text = node.value
    tag = node.tag
    if tag == _TAG + "str":
        return text
    if tag == _TAG + "null":
        return None
    if tag == _TAG + "bool":
        return _BOOLEANS.get(text, text)
    if tag == _TAG + "int":
        return _integer(text)
    if tag == _TAG + "float":
        return _float(text)
    return text


def _integer(text: str) -> int | str:
    digits = text.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    try:
        for base, prefix in _RADIX:
            if digits.startswith(prefix) and len(digits) > len(prefix):
                return sign * int(digits[len(prefix) :], base)
        return sign * int(digits)
    except ValueError:
        return text


def _float(text: str) -> float | str:
    digits = text.replace("_", "").lower()
    try:
        return float(_FLOATS.get(digits, digits))
    except ValueError:
        return text


class _Builder:
    """Nodes to plain values. Collects quirks, and counts so that aliases cannot explode."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0
        self.quirks: list[Quirk] = []
        self._open: set[int] = set()

    def build(self, node: Node, depth: int) -> Any:
        self.count += 1
        if isinstance(node, ScalarNode):
            return scalar(node)
        if depth > MAX_DEPTH or self.count > MAX_NODES or id(node) in self._open:
            raise SourceError(self._refusal(node), self.place(node))
        self._open.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                return [self.build(child, depth + 1) for child in node.value]
            assert isinstance(node, MappingNode)
            return self._mapping(node, depth)
        finally:
            self._open.discard(id(node))

    def _refusal(self, node: Node) -> str:
        if id(node) in self._open:
            return "an alias refers to a value that contains it; write the value out"
        if self.count > MAX_NODES:
            return f"aliases expand this document beyond {MAX_NODES} values; write fewer aliases"
        return f"YAML is nested deeper than {MAX_DEPTH} levels; no Kubernetes object needs that"

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merged: list[Node] = []
        for key_node, value_node in node.value:
            if key_node.tag == _TAG + "merge":
                merged.append(value_node)
                continue
            key = self._key(key_node)
            if key in data:
                self.quirks.append(Quirk(f"the key {key!r} stands twice", self.place(key_node)))
            data[key] = self.build(value_node, depth + 1)
        for source in merged:
            for part in source.value if isinstance(source, SequenceNode) else [source]:
                inherited = self.build(part, depth + 1)
                if not isinstance(inherited, dict):
                    raise SourceError("a merge key (<<) needs a map", self.place(part))
                data = {**inherited, **data}
        return data

    def _key(self, node: Node) -> str:
        if not isinstance(node, ScalarNode):
            raise SourceError("a map key must be plain text", self.place(node))
        if node.tag != _TAG + "str":
            what = f"the key {node.value!r} is not a string in YAML 1.1"
            self.quirks.append(Quirk(what, self.place(node)))
        return str(node.value)

    def place(self, node: Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)


def _index(node: Node, path: FieldPath, parts: dict[FieldPath, Part]) -> None:
    if isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            parts[(*path, index)] = Part(None, child)
            _index(child, (*path, index), parts)
    elif isinstance(node, MappingNode):
        for key_node, value_node in pairs(node):
            parts[(*path, key_node.value)] = Part(key_node, value_node)
            _index(value_node, (*path, key_node.value), parts)


def pairs(node: MappingNode) -> Iterator[tuple[ScalarNode, Node]]:
    """Keys and values with merge keys resolved; what the map itself says comes last and wins."""
    for key_node, value_node in node.value:
        if key_node.tag == _TAG + "merge":
            parts = value_node.value if isinstance(value_node, SequenceNode) else [value_node]
            for part in reversed(parts):
                yield from pairs(part)
    for key_node, value_node in node.value:
        if key_node.tag != _TAG + "merge":
            yield key_node, value_node
