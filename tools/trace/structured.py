"""Replacements that reach into JSON or YAML which is the text of one field."""

from typing import Any

from yaml.nodes import Node, ScalarNode

from tools.source.document import parse
from tools.source.place import SourceError
from tools.trace.equality import HoldsData
from tools.trace.fieldpath import CannotFollow, find
from tools.trace.fieldspec import Slot
from tools.trace.gojson import go_json
from tools.trace.origin import Source, resource_scalar
from tools.trace.value import Map, Scalar, Value, copy, plain, value_of

_NO_TEXT = Source(None, "replacement", reason="Kustomize copies no text from a map or list")


class Structured(HoldsData):
    """A text with its `data`."""

    __slots__ = ("data",)
    data: Any

    def is_like(self, rendered: str) -> bool:
        node = _root(rendered)
        return node is not None and plain(_value(node)) == self.data


def set_in_text(slot: Slot, parts: tuple[str, ...], value: Value, create: bool) -> bool:
    """Set a field of the data in the text at a slot; whether that changed the data.

    Raises CannotFollow.
    """
    old = slot.value
    assert isinstance(old, Scalar)
    node = _root(old.text)
    root = None if node is None else _value(node)
    if not isinstance(root, Map):
        raise CannotFollow("the text of the field holds no map")
    before = plain(root)
    found = find(root, parts, type(value) if create else None)
    if not found:
        raise CannotFollow("the data in the text of the field has no such field")
    for inner in found:
        at = inner.value
        new = text_of(at, copy(value))
        if isinstance(new, Scalar):
            new = Scalar(new.source, new.key, new.node, None, as_written_over(at, new))
        inner.set(new)
    made = Structured(_laid_out(old.text, plain(root)))
    made.data = plain(root)
    source = value.source or old.source
    slot.set(Scalar(source.as_layer("replacement"), value.key, value.node, old, made))
    return bool(made.data != before)


def text_of(old: Value | None, new: Value) -> Value:
    """What replaces a value: of a scalar only the text is replaced, and a map or list has none."""
    if isinstance(old, Scalar) and not isinstance(new, Scalar):
        return Scalar(_NO_TEXT, None, None, None, "")
    return new


def as_written_over(old: Value | None, new: Scalar) -> Any:
    """What a scalar means after Kustomize has written its text into an old node, which keeps its
    type. A node that it made for the purpose has none: there the text reads as it would in YAML.
    """
    if isinstance(old, Scalar) and isinstance(old.value, str):
        return new.text
    if not isinstance(new.value, str):
        return new.value
    node = _root(new.value)
    read = resource_scalar(node) if isinstance(node, ScalarNode) else new.value
    fits = not isinstance(old, Scalar) or old.is_null or type(read) is type(old.value)
    return read if fits else new.value


def _root(text: str) -> Node | None:
    try:
        found = parse(text, "the text of a field")
    except SourceError:
        return None
    return found[0].node if found else None


def _value(node: Node) -> Value:
    return value_of(Source(None, "replacement", resource_scalar), None, node)


def _laid_out(original: str, data: Any) -> str:
    """The data as Kustomize writes JSON: in lines if the original was. For YAML, only roughly."""
    if not original.lstrip().startswith(("{", "[")):
        return original
    if "\n" in original and "  " in original:
        import json

        return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False)
    return go_json(data)
