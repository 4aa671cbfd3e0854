"""Where a document says one thing to one reader of YAML and something else to another."""

from collections.abc import Iterator
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tools.source import reading
from tools.source.document import Document
from tools.source.place import FieldPath, Place
from tools.source.reading import Reading

_MERGE = "tag:yaml.org,2002:merge"
_SELECTORS = frozenset(
    {"podSelector", "namespaceSelector", "labelSelector", "objectSelector"}
    | {"matchLabels", "matchExpressions"}
)
"""What selects everything, or nothing, or something else than `{}` would, when it is null."""

_EMPTY = dict.fromkeys(("from", "to", "matchExpressions"), "list")
_ANY = "Write what it selects, or `null` if that is what is meant."
_MEANT = {
    "podSelector": "Write `{}` for every pod, labels for some, or `null` if that is meant.",
    "namespaceSelector": "Write `{}` for all namespaces, labels for some, or `null` if meant so.",
    "from": "Write `[]` for anywhere, the peers for some, or `null` if that is meant.",
    "to": "Write `[]` for anywhere, the peers for some, or `null` if that is meant.",
}


class Ambiguity(NamedTuple):
    """A place where YAML is ambiguous; `first` is the earlier one of two equal keys."""

    place: Place
    sentence: str
    remedy: str
    first: Place | None = None


def ambiguities(document: Document, kustomize: bool) -> Iterator[Ambiguity]:
    """Every ambiguity of a document that is, or will be part of, a Kubernetes object.

    `kustomize` says that Kustomize reads it.
    """
    walk = _Walk(document, kustomize)
    walk.below(document.node, ())
    yield from walk.found
    yield from _tabs(document, walk.scalars)


def words_for_flags(document: Document, flags: frozenset[str]) -> Iterator[Ambiguity]:
    """Those of the fields named by `flags`, which take true or false, that hold another word."""
    for path, part in document.parts.items():
        node = part.value
        if path and path[-1] in flags and isinstance(node, ScalarNode) and reading.is_word(node):
            found = reading.of_value(node, path, kustomize=True)
            if found:
                yield Ambiguity(document.place_of(part), *found)


class _Walk:
    """Down the nodes of a document, each once: what it `found`, and the `scalars` that it met, keys
    among them.
    """

    def __init__(self, document: Document, kustomize: bool) -> None:
        self.found: list[Ambiguity] = []
        self.scalars: list[ScalarNode] = []
        self._file = document.file
        self._kind = document.data.get("kind") if isinstance(document.data, dict) else None
        self._kustomize = kustomize
        self._met: set[int] = set()

    def below(self, node: Node, path: FieldPath) -> None:
        if id(node) in self._met:
            return
        self._met.add(id(node))
        if isinstance(node, MappingNode):
            self._mapping(node, path)
        elif isinstance(node, SequenceNode):
            for index, item in enumerate(node.value):
                self.below(item, (*path, index))
        elif isinstance(node, ScalarNode):
            self.scalars.append(node)
            found = self._value(node, path)
            if found:
                self.found.append(Ambiguity(self._place(node), *found))

    def _mapping(self, node: MappingNode, path: FieldPath) -> None:
        first: dict[str, Node] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                self.below(value, path)
                continue
            self.scalars.append(key)
            if first.setdefault(key.value, key) is not key:
                self.found.append(self._repeated(first[key.value], key))
            found = None if key.style else reading.of_key(key, self._kustomize)
            if found:
                self.found.append(Ambiguity(self._place(key), *found))
            self.below(value, (*path, key.value))

    def _repeated(self, first: Node, key: Node) -> Ambiguity:
        sentence = (
            f"the key {key.value!r} stands twice in one map; some readers take the first, "
            "others the last"
        )
        place = self._place(key)
        return Ambiguity(place, sentence, "Delete one of the two.", self._place(first))

    def _value(self, node: ScalarNode, path: FieldPath) -> Reading | None:
        if node.style or not path:
            return None
        if not node.value:
            return self._nothing(path[-1])
        return reading.of_value(node, path, self._kustomize)

    def _nothing(self, key: str | int) -> Reading | None:
        """A key with nothing behind it, where null differs from the map that was meant."""
        if key in _SELECTORS or (key in ("from", "to") and self._kind == "NetworkPolicy"):
            sentence = (
                f"{key!r} has no value, which is null and not the empty {_EMPTY.get(key, 'map')}"
            )
            return Reading(sentence, _MEANT.get(str(key), _ANY))
        return None

    def _place(self, node: Node) -> Place:
        return Place(self._file, node.start_mark.line + 1, node.start_mark.column + 1)


def _tabs(document: Document, scalars: list[ScalarNode]) -> Iterator[Ambiguity]:
    """Tabs that separate a key or dash from what follows; some readers refuse them everywhere."""
    text = document.text
    if "\t" not in text:
        return
    line, counted = 1, 0
    for position in _separating(document, scalars):
        line, counted = line + text.count("\n", counted, position), position
        column = position - text.rfind("\n", 0, position)
        sentence = "a tab separates here, which some YAML readers refuse"
        yield Ambiguity(Place(document.file, line, column), sentence, "Write a space.")


def _separating(document: Document, scalars: list[ScalarNode]) -> Iterator[int]:
    """The first tab between two scalars of a line, but for those at its end and in comments."""
    begin, last = document.node.start_mark.index, document.node.end_mark.index
    spans = sorted((node.start_mark.index, node.end_mark.index) for node in scalars)
    for start, end in [*spans, (last, last)]:
        lines = document.text[begin:start].split("\n")
        for index, line in enumerate(lines):
            content = line.partition("#")[0]
            tab = content.find("\t")
            leads_on = index == len(lines) - 1 and start != last
            if tab >= 0 and (leads_on or content[tab:].strip()):
                yield begin + tab
            begin += len(line) + 1
        begin = max(begin - 1, end)
