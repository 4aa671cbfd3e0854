"""The objects in the documents of a file, lists taken apart (`api/resource/factory.go`)."""

from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, SequenceNode


def objects_in(roots: list[Node]) -> Iterator[Node]:
    """The objects of the documents of a file: the members of lists come after the rest.

    A file that holds nothing but one `List` is that list.
    """
    queue = list(roots)
    for node in queue:
        members = _members(node)
        if members is None:
            yield node
        else:
            queue.extend(members)


def _members(node: Node) -> list[Node] | None:
    """The `items` of an object whose kind ends in List, None for any other object."""
    if not isinstance(node, MappingNode):
        return None
    kind = items = None
    for key, value in node.value:
        if key.value == "kind":
            kind = value.value
        elif key.value == "items":
            items = value
    if not isinstance(kind, str) or not kind.endswith("List") or items is None:
        return None
    return list(items.value) if isinstance(items, SequenceNode) else []
