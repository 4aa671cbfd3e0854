"""A kustomization that somebody edits before it is built, without a change in the work tree.

Fields that are not edited stay in their lines. Edited ones are left out there and written anew
behind the rest, each scalar in a line of its own that knows where it comes from.
"""

import re
from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, SequenceNode

from tools.source.block_style import Line, lines_of
from tools.source.branches import Branch, Leaf, branch_of
from tools.source.document import pairs
from tools.source.kustomization import canonical
from tools.source.place import Place, SourceError
from tools.source.repository import Repository


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
        self._lines: list[Line] = []
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
            self._lines = list(lines_of(self._edited, 0))
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


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, SequenceNode):
        for item in node.value:
            yield from _nodes(item)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield key
            yield from _nodes(value)
