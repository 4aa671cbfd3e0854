"""Whether the lists that a strategic merge merges need it to do anything to them.

Read from the YAML nodes, so that what no patch touches is not expanded.
"""

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tools.trace.merge_keys import Schema
from tools.trace.value import Map, Scalar


def node_of(into: Map, key: str) -> Node | None:
    """The YAML node of a field that is still as it was read."""
    if not into.untouched:
        child = into.fields[key]
        untouched = not isinstance(child, Scalar) and child.untouched
        return child.node if untouched and isinstance(child.node, Node) else None
    return next((value for name, value in into.node.value if name.value == key), None)


def is_tidy(node: Node, schema: Schema) -> bool:
    """Whether every merged list at or below a node has each key once and no element without."""
    if isinstance(node, SequenceNode):
        return schema.keys is None or _is_tidy_list(node, schema)
    if not isinstance(node, MappingNode):
        return True
    children = (
        (schema.below.get(key.value), value, key.tag.endswith(":merge"))
        for key, value in node.value
    )
    return all(
        not merged and (child is None or is_tidy(value, child)) for child, value, merged in children
    )


def _is_tidy_list(node: SequenceNode, schema: Schema) -> bool:
    seen = set()
    for item in node.value:
        if isinstance(item, MappingNode) and item.value:
            texts = {k.value: v.value for k, v in item.value if isinstance(v, ScalarNode)}
            identity = tuple(texts.get(key, "") for key in schema.keys or ())
            if "" in identity or identity in seen or not is_tidy(item, schema):
                return False
        elif isinstance(item, ScalarNode) and schema.keys == ("",):
            identity = (item.value,)
        else:
            return False
        if identity in seen:
            return False
        seen.add(identity)
    return True
