"""Why a path of `ignoreDifferences` can never lead to anything in an object.

What is not rendered may be there in the cluster: that is what ignoring is for. So a path leads
nowhere only where the kind has no such field, where it goes on behind a text or a number, or where
it goes on inside an item that a rendered list does not have.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.argocd.jq.functions import Failed, Unknown
from tools.argocd.jq.selected import selected
from tools.argocd.jq.tree import Call, Comma, Each, Field, Here, Item, Node, Operation, Pipe, Tried
from tools.kubernetes.resource import Resource, as_list, as_map
from tools.kubernetes.spelling import closest

_SCALARS = {"string", "number", "integer", "boolean"}
_ROUTES = 16
Schema = Mapping[str, Any]


def pointer_steps(pointer: str) -> list[Node]:
    """The steps of a JSON pointer; a number is one in a list, and a field elsewhere."""
    tokens = (token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
    return [Item(int(t)) if t.isdecimal() and t.isascii() else Field(t) for t in tokens]


def routes(node: Node) -> list[list[Node]] | None:
    """The steps of a jq expression, for each of its alternatives; None if it is more than steps."""
    if isinstance(node, Pipe | Comma):
        left, right = routes(node.left), routes(node.right)
        if left is None or right is None or len(left) * len(right) > _ROUTES:
            return None
        return left + right if isinstance(node, Comma) else [[*a, *b] for a in left for b in right]
    if isinstance(node, Tried):
        return routes(node.node)
    if isinstance(node, Here):
        return [[]]
    is_step = isinstance(node, Field | Item | Each) or _condition(node) is not None
    return [[node]] if is_step else None


def dead_end(steps: Sequence[Node], resource: Resource, schema: Schema | None) -> str | None:
    """Why steps lead to nothing in an object, as a clause; None if they may.

    `schema` is that of its kind, None where none is known.
    """
    if steps[:1] == [Field("status")]:
        return None
    walk = _Walk(schema, resource)
    for number, step in enumerate(steps):
        why = walk.step(step, number == len(steps) - 1)
        if why:
            return why
    return None


class _Walk:
    """Where steps have come to: in the schema, and in what is rendered."""

    def __init__(self, schema: Schema | None, resource: Resource) -> None:
        self._root = schema or {}
        self._schema: Schema = self._root
        self._items: list[Any] = [resource.data]
        # Something may well put containers into the pods that are deployed as such.
        self._may_grow = resource.kind == "Pod"
        self._name = resource.kind

    def step(self, step: Node, is_last: bool) -> str | None:
        """Go on; a clause where there is nothing to go on to."""
        condition = _condition(step)
        if condition is not None:
            return self._select(condition, is_last)
        kind = self._kind()
        if kind == "scalar":
            return f"{self._name} is one value, with nothing below it"
        if isinstance(step, Field):
            return self._field(step.name, kind)
        if isinstance(step, Item) and kind != "list":
            return self._field(str(step.number), kind) if step.number >= 0 else None
        self._schema = self._below(kind)
        if isinstance(step, Item):
            return self._item(step.number, is_last)
        below = (i.values() if isinstance(i, dict) else as_list(i) for i in self._items)
        self._items = [each for item in below for each in item]
        return None

    def _kind(self) -> str:
        """`map`, `list` or `scalar`; "" where nobody knows."""
        given = _resolved(self._root, self._schema).get("type")
        types = {given} if isinstance(given, str) else set(as_list(given))
        if types and types <= _SCALARS:
            return "scalar"
        if types == {"array"}:
            return "list"
        if types == {"object"}:
            return "map"
        rendered = [item for item in self._items if item is not None]
        if not types and rendered:
            if all(isinstance(item, list) for item in rendered):
                return "list"
            if not any(isinstance(item, dict | list) for item in rendered):
                return "scalar"
        return ""

    def _field(self, name: str, kind: str) -> str | None:
        if kind == "list":
            hint = "; a JSON pointer has no wildcards" if name == "*" else ""
            return f"{self._name} is a list, and {name!r} is no item of it{hint}"
        parts = list(_parts(self._root, self._schema))
        for part in parts:
            fields = as_map(part.get("properties"))
            if name not in fields and fields and part.get("additionalProperties") is False:
                meant = closest(name, fields)
                return f"{self._name} has no field {name!r}" + (f" but {meant!r}" if meant else "")
        found = (_next(part, name) for part in parts)
        self._schema = next((each for each in found if each), {})
        self._items = [i[name] for i in self._items if isinstance(i, dict) and name in i]
        self._name = name
        return None

    def _below(self, kind: str) -> Schema:
        field = "items" if kind == "list" else "additionalProperties"
        found = (as_map(part.get(field)) for part in _parts(self._root, self._schema))
        return next((each for each in found if each), {})

    def _item(self, number: int, is_last: bool) -> str | None:
        lists = [item for item in self._items if isinstance(item, list) and item]
        there = [each[number] for each in lists if -len(each) <= number < len(each)]
        if lists and not there and not is_last and not self._may_grow:
            most = max(len(each) for each in lists)
            what = "one item" if most == 1 else f"{most} items"
            return f"{self._name} has {what}, and none at {number}"
        self._items = there
        return None

    def _select(self, condition: Node, is_last: bool) -> str | None:
        names = [item.get("name") for item in self._items if isinstance(item, dict)]
        if not (names and _is_about_names(condition) and all(isinstance(n, str) for n in names)):
            self._items = []
            return None
        try:
            kept = [item for item in self._items if _takes(condition, item)]
        except (Failed, Unknown):
            kept = self._items
        if not kept and not is_last and not self._may_grow:
            rendered = " and ".join(repr(name) for name in dict.fromkeys(names))
            return f"it selects none of {self._name}, which are {rendered}"
        self._items = kept
        return None


def _condition(node: Node) -> Node | None:
    """The condition of `select`."""
    if isinstance(node, Call) and node.name == "select" and len(node.arguments) == 1:
        return node.arguments[0]
    return None


def _takes(condition: Node, item: Any) -> bool:
    return bool(selected(Call("select", (condition,)), item))


def _is_about_names(node: Node) -> bool:
    """Whether a condition asks for nothing but `.name`."""
    if isinstance(node, Field):
        return node.name == "name"
    if isinstance(node, Operation):
        literals = [part for part in (node.left, node.right) if not _is_fixed(part)]
        return bool(literals) and all(_is_about_names(part) for part in literals)
    if isinstance(node, Pipe):
        return node.left == Field("name") and isinstance(node.right, Call)
    return False


def _is_fixed(node: Node) -> bool:
    if isinstance(node, Comma):
        return _is_fixed(node.left) and _is_fixed(node.right)
    return not isinstance(node, Field | Operation | Pipe | Call | Each | Item | Here | Tried)


def _parts(root: Schema, node: Schema) -> Iterator[Schema]:
    """A schema and all that it consists of; none where there is a choice."""
    found = _resolved(root, node)
    if "anyOf" in found or "oneOf" in found:
        return
    yield found
    for part in as_list(found.get("allOf")):
        yield from _parts(root, as_map(part))


def _resolved(root: Schema, node: Schema) -> Schema:
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/$defs/"):
        return as_map(as_map(root.get("$defs")).get(reference.removeprefix("#/$defs/")))
    return node


def _next(part: Schema, name: str) -> Schema:
    return as_map(as_map(part.get("properties")).get(name)) or as_map(
        part.get("additionalProperties")
    )
