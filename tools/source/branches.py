"""Values of YAML whose scalars know where they come from."""

from collections.abc import Callable
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tools.source.document import Document, pairs, scalar
from tools.source.embedded import position_in
from tools.source.place import Place

Origin = Callable[[int, int], Place | None]
"""From a line and column inside a text, both from 0, to where that stands."""


class Leaf(NamedTuple):
    """A scalar with its origin; `raw` is how YAML writes it, where that is known."""

    value: str | int | float | bool | None
    origin: Origin
    raw: str = ""


Branch = Leaf | list["Branch"] | dict[str, "Branch"]
"""A value whose scalars know where they come from."""


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
