"""A kustomization that somebody edits before it is built, without a change in the work tree.

Fields that are not edited stay in their lines. Edited ones are left out there and written anew
behind the rest, each scalar in a line of its own that knows where it comes from.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tools.source.document import Document, pairs, scalar
from tools.source.embedded import position_in
from tools.source.kustomization import canonical
from tools.source.place import Place, SourceError
from tools.source.repository import Repository

Origin = Callable[[int, int], Place | None]
"""From a line and column inside a text, both from 0, to where that stands."""

_LITERAL = re.compile(r"[^\n\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*\n?")
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


class Leaf(NamedTuple):
    """A scalar with its origin; `raw` is how YAML writes it, where that is known."""

    value: str | int | float | bool | None
    origin: Origin
    raw: str = ""


Branch = Leaf | list["Branch"] | dict[str, "Branch"]
"""A value whose scalars know where they come from."""


class _Line(NamedTuple):
    """A line that was written anew: of a text over several lines, the `number`th one."""

    text: str
    origin: Origin
    number: int = 0
    indent: int | None = None


class Edited(Repository):
    """A repository in which one kustomization reads otherwise than its file.

    `file` names what it reads in `folder`, which is no file on disk; `real` is the file there.
    """

    def __init__(self, base: Repository, draft: "Draft", name: str) -> None:
        super().__init__(base.root)
        # What the two have in common is read once; the edited file has a name of its own.
        self._texts, self._documents = base._texts, base._documents
        self.folder = draft.folder
        self.real = draft.file
        self.file = f"{draft.file} {name}"
        while self.file in self._texts:
            self.file += "'"
        self._draft = draft
        self.keep(self.file, draft.text)

    def _kustomizations(self, folder: str) -> list[str]:
        if folder == self.folder:
            return [self.file.removeprefix(f"{folder}/" if folder else "")]
        return super()._kustomizations(folder)

    def is_file(self, file: str) -> bool:
        return file == self.file or super().is_file(file)

    def holds(self, file: str) -> bool:
        return file == self.file or super().holds(file)

    def place(self, place: Place) -> Place | None:
        """Where something that stands in `file` comes from, None if nothing tells."""
        return self._draft.place(place)


class Draft:
    """The kustomization of a folder while it is edited.

    Raises SourceError if it cannot be read as one map.
    """

    def __init__(self, repository: Repository, folder: str) -> None:
        file = repository.kustomization_in(folder)
        if file is None:
            raise SourceError(f"{folder or '.'} holds no kustomization")
        documents = repository.documents(file)
        if len(documents) != 1 or not isinstance(documents[0].node, MappingNode):
            raise SourceError("the kustomization is not one map of fields", Place(file, 1, 1))
        self.folder = folder
        self.file = file
        self._document = documents[0]
        self._node = documents[0].node
        self._edited: dict[str, Branch] = {}
        self._text: str | None = None
        self._lines: list[_Line] = []
        self._kept = 0

    def get(self, field: str) -> Branch | None:
        """A field, None if it is missing or null."""
        if field not in self._edited:
            found = [v for k, v in pairs(self._node) if canonical(k.value) == field]
            if not found:
                return None
            branch = branch_of(found[-1], self._document)
            return None if isinstance(branch, Leaf) and branch.value is None else branch
        return self._edited[field]

    def set(self, field: str, value: Branch) -> None:
        self._edited[field] = value

    def spelled(self, field: str) -> list[str]:
        """How the kustomization spells the keys of a field, whose case Kustomize ignores."""
        return [k.value for k, _ in pairs(self._node) if canonical(k.value) == field]

    @property
    def text(self) -> str:
        """The whole kustomization, as it is edited."""
        if self._text is None:
            kept: list[str] = []
            if self._is_plain():
                kept = self._left()
            else:
                fields = ((canonical(k.value), v) for k, v in pairs(self._node))
                read = {field: branch_of(value, self._document) for field, value in fields}
                self._edited = {**read, **self._edited}
            self._kept = len(kept)
            self._lines = list(_written(self._edited, 0))
            self._text = "\n".join([*kept, *(line.text for line in self._lines), ""])
        return self._text

    def _is_plain(self) -> bool:
        """Whether fields can be left out line by line, because none shares a line or a value."""
        nodes = [id(node) for node in _nodes(self._node)]
        is_shared = len(set(nodes)) < len(nodes)
        odd = re.search(r"^\.\.\.|\r(?!\n)|[\x85\u2028\u2029]", self._document.text, re.MULTILINE)
        indented = any(key.start_mark.column for key, _ in self._node.value)
        return not (self._node.flow_style or is_shared or odd or indented)

    def _left(self) -> list[str]:
        """The lines of the file without those of the fields that are edited."""
        lines = self._document.text.rstrip("\n").split("\n")
        keys = [key for key, _ in self._node.value]
        starts = [key.start_mark.line for key in keys]
        for key, start, end in zip(keys, starts, [*starts[1:], len(lines)], strict=True):
            if canonical(key.value) in self._edited:
                lines[start:end] = ["#"] * (end - start)
        return lines

    def place(self, place: Place) -> Place | None:
        """Where a place of the edited text comes from."""
        index = place.line - 1 - self._kept
        if index < 0:
            return place._replace(file=self.file)
        line = self._lines[min(index, len(self._lines) - 1)]
        if line.indent is None:
            return line.origin(0, 0)
        return line.origin(line.number, max(place.column - 1 - line.indent, 0))


def branch_of(node: Node, document: Document) -> Branch:
    """A node of a document as a value with origins."""
    if isinstance(node, SequenceNode):
        return [branch_of(item, document) for item in node.value]
    if isinstance(node, MappingNode):
        return {key.value: branch_of(value, document) for key, value in pairs(node)}
    assert isinstance(node, ScalarNode)
    value = scalar(node)
    raw = "" if isinstance(value, str) or "\n" in node.value else node.value
    return Leaf(value, within(node, document), raw)


def within(node: ScalarNode, document: Document) -> Origin:
    """The origin of what stands in a scalar."""

    def origin(line: int, column: int) -> Place:
        mark = node.start_mark
        row, offset = mark.line, mark.column
        if line or column:
            row, offset = position_in(node, document.text)(line, column)
        return Place(document.file, row + 1, offset + 1)

    return origin


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, SequenceNode):
        for item in node.value:
            yield from _nodes(item)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield key
            yield from _nodes(value)


def _written(fields: Mapping[str, Branch], indent: int) -> Iterator[_Line]:
    """The lines of a map in block style."""
    for key, value in fields.items():
        yield from _entry(f"{' ' * indent}{_quoted(key)}:", value, indent)


def _entry(head: str, value: Branch, indent: int) -> Iterator[_Line]:
    """A value behind its key or dash."""
    if isinstance(value, Leaf):
        yield from _scalar(head, value, indent)
    elif not value:
        yield _Line(f"{head} {'[]' if isinstance(value, list) else '{}'}", _nowhere)
    elif isinstance(value, dict):
        yield _Line(head, _first(value))
        yield from _written(value, indent + 2)
    else:
        yield _Line(head, _first(value))
        for item in value:
            yield from _entry(f"{' ' * indent}-", item, indent)


def _scalar(head: str, leaf: Leaf, indent: int) -> Iterator[_Line]:
    text = leaf.value
    if not isinstance(text, str):
        yield _Line(f"{head} {leaf.raw or json.dumps(text)}", leaf.origin)
        return
    if "\n" not in text or not re.fullmatch(rf"(?:{_LITERAL.pattern})*", text) or not text.strip():
        yield _Line(f"{head} {_quoted(text)}", leaf.origin)
        return
    kept = "" if text.endswith("\n") else "-"
    kept = "+" if text.endswith("\n\n") else kept
    yield _Line(f"{head} |2{kept}", leaf.origin)
    body = text[:-1] if text.endswith("\n") else text
    blank = " " * (indent + 2)
    for number, line in enumerate(body.split("\n")):
        yield _Line(f"{blank}{line}" if line else "", leaf.origin, number, indent + 2)


def _quoted(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", written)


def _first(value: Branch) -> Origin:
    """Where the first scalar of a value comes from."""
    while not isinstance(value, Leaf):
        if not value:
            return _nowhere
        value = value[0] if isinstance(value, list) else next(iter(value.values()))
    return value.origin


def _nowhere(line: int, column: int) -> None:
    """The origin of what is empty."""


def leaf_at(documents: list[Document], place: Place, text: str) -> Origin | None:
    """The origin of a text that stands at a place of these documents, None if it does not."""
    for document in documents:
        for part in document.parts.values():
            node = part.value
            if isinstance(node, ScalarNode) and (node.value, document.place_of(part)) == (
                text,
                place,
            ):
                return within(node, document)
    return None
