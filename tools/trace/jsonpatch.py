"""JSON 6902 patches, as the library that Kustomize uses applies them (evanphx/json-patch 4.13).

It is laxer than the RFC: `replace` of a missing key of a map adds it, and indexes may be negative.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from yaml.nodes import ScalarNode

from tools.source.place import Place
from tools.trace.application import MISSING, Mistake, Mistaken, Operation
from tools.trace.gojson import go_json
from tools.trace.objects import Object, put_into
from tools.trace.origin import Source
from tools.trace.rewriting import rewritten
from tools.trace.value import List, Map, Scalar, Value, copy, place_of, plain


class CannotPatch(Exception):
    """An operation does not apply; Kustomize stops at it.

    `name` is what was looked for, `known` what is there instead, `member` the part of the operation
    that is at fault.
    """

    def __init__(self, sentence: str, name: str = "", known: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.name = name
        self.known = tuple(known)
        self.member = "path"


class Step:
    """One operation. `before` collects what stood at its path in each object, `nothing` the
    objects in which there was nothing to copy.
    """

    def __init__(self, data: Map, fallback: Place) -> None:
        self.data = data
        self.op = data.text("op")
        self.path = data.text("path")
        self.source = data.text("from")
        self._from = data.get("from")
        self.value = data.get("value")
        self.place = place_of(data) or fallback
        self.by = data.source
        self.before: list[Any] = []
        self.nothing: list[Object] = []

    def new_value(self) -> Value:
        """A copy of the value to set: null if the operation has none."""
        return self._null() if self.value is None else copy(self.value)

    def copied(self, obj: Object) -> Value:
        """A copy of what stands at `from`: null if nothing does in a map that is there."""
        parent, token = _parent(obj.root, self.source)
        if isinstance(parent, Map) and token not in parent.fields:
            self.nothing.append(obj)
            return self._null()
        return copy(_child(parent, token, self.source))

    def _null(self) -> Scalar:
        source, mark = self.data.source, self.data.node.start_mark
        assert source is not None
        return Scalar(source, None, ScalarNode("tag:yaml.org,2002:null", "null", mark))

    def place_of(self, member: str) -> Place:
        """Where the value of a member stands, or else the operation."""
        found = self.data.fields.get(member)
        return (None if found is None else place_of(found)) or self.place

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
    """Apply the operations to an object in order. Raises Mistaken."""
    removed: dict[tuple[int, str], Value] = {}
    for step in operations:
        step.before.append(_plain_at(obj.root, step.path))
        try:
            _apply(obj, step, removed)
        except CannotPatch as error:
            raise Mistaken(_mistake(obj, step, error)) from error
    root = rewritten(obj.root)  # Kustomize writes the object as JSON and reads it back
    assert isinstance(root, Map)
    obj.root = root
    obj.refresh()


def _apply(obj: Object, step: Step, removed: dict[tuple[int, str], Value]) -> None:
    if step.op in ("add", "replace"):
        _put(obj.root, step, step.new_value(), removed)
    elif step.op == "remove":
        old = _remove(obj.root, step.path, removed)
        _note_removal(obj.root, step.path, old, step.place, step.by)
    elif step.op in ("move", "copy"):
        _put(obj.root, step, _taken(obj, step, removed), removed)
        _note_move(obj.root, step)
    elif step.op == "test":
        _test(obj.root, step)


def _taken(obj: Object, step: Step, removed: dict[tuple[int, str], Value]) -> Value:
    """What a `move` or `copy` takes from its source."""
    try:
        if step.op == "copy":
            return step.copied(obj)
        old = _remove(obj.root, step.source, removed)
        _note_removal(obj.root, step.source, old, step.place_of("path"), step.by)
        return old
    except CannotPatch as error:
        error.member = "from"
        raise


def _test(root: Map, step: Step) -> None:
    parent, token = _parent(root, step.path)
    absent = isinstance(parent, Map) and token not in parent.fields
    found = None if absent else plain(_child(parent, token, step.path))
    wanted = None if step.value is None else plain(step.value)
    if (found, isinstance(found, bool)) != (wanted, isinstance(wanted, bool)):
        raise CannotPatch(f"{go_json(found)} stands there, not {go_json(wanted)}")


def _mistake(obj: Object, step: Step, error: CannotPatch) -> Mistake:
    """What is said of an operation that cannot be applied to an object."""
    on = f"{obj.kind} {obj.name}"
    member, remedy = error.member, _REMEDIES.get(step.op, _PATH)
    sentence = f"{step.op} {step.path or repr('')} cannot be applied to {on}: {error}"
    if any(key.startswith(f"{error.name}/") for key in error.known):
        remedy = "Write `~1` for the `/` in a key."
    elif step.op == "test" and not error.name:
        member, remedy = "value", _TEST
        sentence = f"the test of {step.path} fails on {on}: {error}"
    place = step.place_of(member)
    return Mistake(place, sentence, remedy, certain=False, name=error.name, known=error.known)


_PATH = "Name a field that is there when the patch is applied."
_TEST = "Write the value that stands there when the patch is applied, or delete the test."
_REMEDIES = {
    "add": "Name a place whose parent is there, or add the parent with all that it holds.",
    "remove": "Name a field that is there when the patch is applied, or delete the operation.",
}


def nothing_copied(step: Step) -> Iterator[Mistake]:
    """The mistake of a `copy` that found nothing to copy."""
    for obj in step.nothing[:1]:
        sentence = (
            f"nothing stands at {step.source} in {obj.kind} {obj.name}; "
            f"copy sets {step.path} to null there"
        )
        yield Mistake(step.place_of("from"), sentence, _PATH, stops=False, certain=False)


def pointer(path: str) -> Iterator[str]:
    """The parts of a JSON pointer."""
    for token in path.split("/")[1:]:
        yield token.replace("~1", "/").replace("~0", "~")


def _parent(root: Map, path: str) -> tuple[Map | List, str]:
    tokens = list(pointer(path))
    if not tokens:
        raise CannotPatch(f"the path {path!r} is that of the whole object")
    value: Value = root
    for depth, token in enumerate(tokens[:-1], 1):
        value = _child(value, token, "/".join(path.split("/")[: depth + 1]))
    if isinstance(value, Scalar):
        raise CannotPatch(f"{path.rpartition('/')[0]} is no map and no list")
    return value, tokens[-1]


def _child(value: Value, token: str, path: str) -> Value:
    """What stands in a value under the last token of a path."""
    if isinstance(value, List):
        return value.items[_index(token, len(value.items), path)]
    parent = path.rpartition("/")[0]
    if isinstance(value, Scalar):
        raise CannotPatch(f"{parent} is no map and no list")
    found = value.fields.get(token)
    if found is None:
        where = f"in {parent}" if parent else "at the top"
        known = [key for key, child in value.fields.items() if place_of(child)]
        raise CannotPatch(f"there is no {token!r} {where}", token, known)
    return found


def _index(token: str, size: int, path: str) -> int:
    parent = path.rpartition("/")[0]
    try:
        index = int(token)
    except ValueError as error:
        raise CannotPatch(f"{parent} is a list, and {token!r} is no index") from error
    index += size if index < 0 else 0
    if not 0 <= index < size:
        raise CannotPatch(f"the list {parent} has no index {token}")
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


def _note_removal(root: Map, path: str, old: Value, place: Place, by: Source | None) -> None:
    parent, token = _parent(root, path)
    if by is None:
        return
    if isinstance(parent, Map):
        parent.note_removal(token, place, by)
    else:
        parent.note_removal(old, place, by)


def _note_move(root: Map, step: Step) -> None:
    """Remember where the key is spelt under which a value stands now."""
    parent, token = _parent(root, step.path)
    if isinstance(parent, Map):
        parent.moved = {**(parent.moved or {}), token: step.place_of("path")}


def superseding(value: Value, old: Value | None) -> Value:
    """A value with each of its scalars recorded over the one that stood at the same field."""
    if isinstance(value, Scalar):
        return value.after(old) if isinstance(old, Scalar) and old is not value else value
    if isinstance(value, Map) and isinstance(old, Map) and value is not old:
        for key, child in value.fields.items():
            value.fields[key] = superseding(child, old.fields.get(key))
    return value
