"""JSON 6902 patches, as the library that Kustomize uses applies them (evanphx/json-patch 4.13).

It is laxer than the RFC: `replace` of a missing key of a map adds it, and indexes may be negative.
"""

from collections.abc import Iterator
from typing import Any

from tools.source.place import Place
from tools.trace.application import MISSING, Operation
from tools.trace.objects import Object, put_into
from tools.trace.rewriting import rewritten
from tools.trace.value import List, Map, Scalar, Value, copy, place_of, plain


class CannotPatch(Exception):
    """The patch does not apply; Kustomize would fail."""


class Step:
    """One operation. `before` collects what stood at its path in each object."""

    def __init__(self, data: Map, fallback: Place) -> None:
        self.op = data.text("op")
        self.path = data.text("path")
        self.source = data.text("from")
        self._from = data.get("from")
        self.value = data.get("value")
        self.place = place_of(data) or fallback
        self.before: list[Any] = []

    def attributed(self, value: Value) -> Value:
        """What the operation puts at its path. A scalar that it copies or moves is set by it, over
        the one that is copied; what stands in a map or list is still set where it is written.
        """
        by = self._from
        if self.op not in ("copy", "move") or not isinstance(by, Scalar):
            return value
        if not isinstance(value, Scalar) or value.is_null:
            return value
        return Scalar(by.source.as_layer("patch"), by.key, by.node, value, value.value)

    def described(self) -> Operation:
        """The operation for the log."""
        value = None if self.value is None else plain(self.value)
        tokens = tuple(pointer(self.path))
        return Operation(self.op, self.path, tokens, value, self.source, self.place, self.before)


def steps(data: List, fallback: Place) -> list[Step]:
    """The operations of a patch."""
    return [Step(item, fallback) for item in data.items if isinstance(item, Map)]


def apply_steps(obj: Object, operations: list[Step]) -> None:
    """Apply the operations to an object in order. Raises CannotPatch."""
    removed: dict[tuple[int, str], Value] = {}
    for step in operations:
        step.before.append(_plain_at(obj.root, step.path))
        if step.op in ("add", "replace"):
            value = copy(step.value) if step.value is not None else None
            if value is None:
                raise CannotPatch(f"{step.op} {step.path} has no value")
            _put(obj.root, step, value, removed)
        elif step.op == "remove":
            _remove(obj.root, step.path, removed)
            _note_removal(obj.root, step)
        elif step.op == "move":
            _put(obj.root, step, _remove(obj.root, step.source, removed), removed)
        elif step.op == "copy":
            _put(obj.root, step, copy(_get(obj.root, step.source)), removed)
    root = rewritten(obj.root)  # Kustomize writes the object as JSON and reads it back
    assert isinstance(root, Map)
    obj.root = root
    obj.refresh()


def pointer(path: str) -> Iterator[str]:
    """The parts of a JSON pointer."""
    for token in path.split("/")[1:]:
        yield token.replace("~1", "/").replace("~0", "~")


def _parent(root: Map, path: str) -> tuple[Map | List, str]:
    tokens = list(pointer(path))
    if not tokens:
        raise CannotPatch(f"the path {path!r} is that of the whole object")
    value: Value = root
    for token in tokens[:-1]:
        value = _child(value, token, path)
    if isinstance(value, Scalar):
        raise CannotPatch(f"nothing can stand at {path!r}")
    return value, tokens[-1]


def _child(value: Value, token: str, path: str) -> Value:
    found = None
    if isinstance(value, Map):
        found = value.fields.get(token)
    elif isinstance(value, List):
        found = value.items[_index(token, len(value.items), path)]
    if found is None:
        raise CannotPatch(f"nothing stands at {path!r}")
    return found


def _index(token: str, size: int, path: str) -> int:
    try:
        index = int(token)
    except ValueError as error:
        raise CannotPatch(f"{token!r} in {path!r} is no index") from error
    index += size if index < 0 else 0
    if not 0 <= index < size:
        raise CannotPatch(f"the index {token} in {path!r} is beyond the list")
    return index


def _get(root: Map, path: str) -> Value:
    parent, token = _parent(root, path)
    return _child(parent, token, path)


def _plain_at(root: Map, path: str) -> Any:
    try:
        return plain(_get(root, path))
    except CannotPatch:
        return MISSING


def _put(root: Map, step: Step, value: Value, removed: dict[tuple[int, str], Value]) -> None:
    parent, token = _parent(root, step.path)
    if isinstance(parent, Map):
        old = parent.fields.get(token) or removed.get((id(parent), token))
        put_into(parent, token, step.attributed(superseding(value, old)))
    elif step.op == "replace":
        index = _index(token, len(parent.items), step.path)
        parent.items[index] = superseding(value, parent.items[index])
    elif token == "-":
        parent.items.append(step.attributed(value))
    else:
        index = _index(token, len(parent.items) + 1, step.path)
        parent.items.insert(index, step.attributed(value))


def _remove(root: Map, path: str, removed: dict[tuple[int, str], Value]) -> Value:
    parent, token = _parent(root, path)
    old = _child(parent, token, path)
    if isinstance(parent, Map):
        del parent.fields[token]
        removed[(id(parent), token)] = old
    else:
        del parent.items[_index(token, len(parent.items), path)]
    return old


def _note_removal(root: Map, step: Step) -> None:
    parent, token = _parent(root, step.path)
    if isinstance(parent, Map):
        parent.note_removal(token, step.place, "patch")


def superseding(value: Value, old: Value | None) -> Value:
    """A value with each of its scalars recorded over the one that stood at the same field."""
    if isinstance(value, Scalar):
        return value.after(old) if isinstance(old, Scalar) and old is not value else value
    if isinstance(value, Map) and isinstance(old, Map) and value is not old:
        for key, child in value.fields.items():
            value.fields[key] = superseding(child, old.fields.get(key))
    return value
