"""A YAML document held against the fields it may have, more strictly than Kustomize does.

Kustomize ignores the case of keys, takes the last of two equal keys, and reads the words of some
fields without refusing those it does not know.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tools.source.document import Document, Part, scalar
from tools.source.kustomization_fields import Choice, ListOf, MapOf, Shape, Word
from tools.source.place import FieldPath, Place, dotted

_MERGE = "tag:yaml.org,2002:merge"

_REMEDIES = {
    "a list": "Write a list, each item after `- `.",
    "a map": "Write a map, its fields indented below this key.",
    "text": "Write text, of several lines after `|-`.",
}


class Fault(NamedTuple):
    """Something that is not written as it must be.

    `sentence` says what, `remedy` what to do; `name` is what was written and `known` what could
    have been meant, both empty where that is no question; `first` is the earlier of two keys.
    """

    sentence: str
    remedy: str
    place: Place
    name: str = ""
    known: tuple[str, ...] = ()
    first: Place | None = None


def faults(document: Document, shape: Shape, duplicates: bool = True) -> Iterator[Fault]:
    """Every fault of a document, each once, in the order of the document.

    `duplicates` says whether equal keys are faults here.
    """
    seen: set[tuple[Place, str]] = set()
    for fault in _Check(document, duplicates).value(Part(None, document.node), shape, ()):
        if (fault.place, fault.remedy) not in seen:  # an alias leads to the same place again
            seen.add((fault.place, fault.remedy))
            yield fault


class _Check:
    """The walk down one document."""

    def __init__(self, document: Document, duplicates: bool) -> None:
        self.document = document
        self.duplicates = duplicates

    def value(self, part: Part, shape: Shape, path: FieldPath) -> Iterator[Fault]:
        node = part.value
        if isinstance(node, ScalarNode) and scalar(node) is None:
            return  # null leaves a field as it is, whatever its type
        if isinstance(shape, Word | Choice):
            yield from self._scalar(part, shape, path)
        elif isinstance(shape, ListOf):
            if isinstance(node, SequenceNode):
                for index, child in enumerate(node.value):
                    yield from self.value(Part(None, child), shape.inner, (*path, index))
            else:
                yield self._mismatch(part, path, "a list")
        elif isinstance(node, MappingNode):
            yield from self._map(node, shape, path)
        else:
            yield self._mismatch(part, path, "a map")

    def _scalar(self, part: Part, shape: Word | Choice, path: FieldPath) -> Iterator[Fault]:
        if shape is Word.ANYTHING:
            return
        word = Word.TEXT if isinstance(shape, Choice) else shape
        value = scalar(part.value) if isinstance(part.value, ScalarNode) else None
        if not _fits(value, word):
            yield self._mismatch(part, path, word.value)
        elif isinstance(shape, Choice) and value and value not in shape.words:
            sentence = f"{dotted(path)} is {value!r}, which Kustomize does not know"
            remedy = f"Write {' or '.join(shape.words)}."
            yield Fault(sentence, remedy, self.document.place_of(part), str(value), shape.words)

    def _map(
        self, node: MappingNode, shape: MapOf | Mapping[str, Any], path: FieldPath
    ) -> Iterator[Fault]:
        fields = {} if isinstance(shape, MapOf) else shape
        canonical = {field.lower(): field for field in fields}
        first: dict[str, Place] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                yield from self._merged(value, shape, path)
                continue
            written = str(key.value)
            name = written if isinstance(shape, MapOf) else canonical.get(written.lower())
            place = self._key_place(key)
            if name is None:
                sentence = f"unknown field {written!r}{_in(path)}"
                remedy = "Correct the name, or delete the field."
                yield Fault(sentence, remedy, place, written, tuple(fields))
                continue
            if self.duplicates and name in first:
                sentence = f"{name!r} stands twice{_in(path)}; Kustomize uses only one of them"
                yield Fault(
                    sentence, f"Write one {name!r} that holds both.", place, first=first[name]
                )
            elif name != written:
                sentence = f"the field {name!r}{_in(path)} is written {written!r}"
                yield Fault(sentence, f"Write {name!r}, with these capitals.", place)
            first.setdefault(name, place)
            inner = shape.inner if isinstance(shape, MapOf) else shape[name]
            yield from self.value(Part(key, value), inner, (*path, name))

    def _merged(self, node: Node, shape: Shape, path: FieldPath) -> Iterator[Fault]:
        """What a merge key brings along is written elsewhere and checked at that place."""
        for part in node.value if isinstance(node, SequenceNode) else [node]:
            yield from self.value(Part(None, part), shape, path)

    def _mismatch(self, part: Part, path: FieldPath, wanted: str) -> Fault:
        sentence = f"{dotted(path) or 'the document'} is {_what(part.value)}, not {wanted}"
        remedy = _REMEDIES.get(wanted, f"Write {wanted}.")
        if wanted == Word.TEXT.value and isinstance(part.value, ScalarNode):
            remedy = "Put the value in quotes."
        return Fault(sentence, remedy, self.document.place_of(part))

    def _key_place(self, key: Node) -> Place:
        return self.document.place_of(Part(None, key))


def _fits(value: Any, word: Word) -> bool:
    if word is Word.TEXT:
        return isinstance(value, str)
    if word is Word.FLAG:
        return isinstance(value, bool)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and float(value).is_integer()


def _what(node: Node) -> str:
    """What a value is, in words: for a scalar as it is written."""
    if not isinstance(node, ScalarNode):
        return "a map" if isinstance(node, MappingNode) else "a list"
    value = scalar(node)
    if isinstance(value, str):
        return f"the text {value!r}"
    return f"the {'boolean' if isinstance(value, bool) else 'number'} {node.value}"


def _in(path: FieldPath) -> str:
    return f" in {dotted(path)}" if path else ""
