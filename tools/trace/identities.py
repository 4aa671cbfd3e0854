"""Objects that are there already when they come again: Kustomize takes each identity once.

`Append` in `api/resmap/reswrangler.go` of Kustomize 5.8.1.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tools.source.place import Place
from tools.trace.application import Mistake
from tools.trace.layer import Layer, Log
from tools.trace.objects import Id, Object
from tools.trace.value import Scalar, Value, place_of

Way = tuple[tuple[Layer, Value], ...]
"""The entries through which an object comes, from the root to the file that holds it."""


class Identities:
    """Notes which entries bring each object, and which bring one that is there already."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._way: Way = ()
        self._ways: dict[int, tuple[Object, Way]] = {}

    @contextmanager
    def brought_by(self, layer: Layer, entry: Value) -> Iterator[None]:
        """While an entry of a kustomization is followed."""
        before = self._way
        self._way = (*before, (layer, entry))
        try:
            yield
        finally:
            self._way = before

    def made(self, objects: Iterable[Object]) -> None:
        """Note how objects come that are not known yet."""
        for obj in objects:
            if id(obj) not in self._ways:
                self._ways[id(obj)] = (obj, self._way)

    def join(self, objects: list[Object], others: list[Object]) -> None:
        """Note the first of some objects that is among the others, or twice among them."""
        known = {_key(obj.id): obj for obj in others}
        for obj in objects:
            first = known.setdefault(_key(obj.id), obj)
            if first is not obj:
                self._note(obj, first)
                return

    def _note(self, obj: Object, first: Object) -> None:
        layer, entry = self._way[-1]
        mistake = self._mistake(obj, first)
        if mistake is not None:
            self._log.entry(layer, "resource", "resources", entry).note(mistake)

    def _mistake(self, obj: Object, first: Object) -> Mistake | None:
        here, there = _place(obj), _place(first)
        if here is None or there is None:
            return None
        if here != there:
            return already_there(obj, here, there)
        mine, others = self._ways[id(obj)][1], self._ways[id(first)][1]
        for (_, entry), (_, other) in zip(mine, others, strict=False):
            place, before = place_of(entry), place_of(other)
            if place != before and place and before:
                sentence = f"this brings {obj.kind} {obj.name} a second time"
                related = ((before, "brought here first"), (here, "the object"))
                return Mistake(place, sentence, _ONCE, certain=False, related=related)
        return None


def already_there(obj: Object, here: Place, there: Place) -> Mistake:
    """The mistake of an object that has the identity of another one."""
    namespace = f" in the namespace {obj.namespace}" if obj.namespace else ""
    sentence = f"there is a {obj.kind} {obj.name}{namespace} already"
    related = ((there, "the first one"),)
    return Mistake(here, sentence, _RENAME, certain=False, related=related)


def same_names(objects: Iterable[Object]) -> Mistake | None:
    """The mistake of the first object that has the identity of one before it."""
    known: dict[tuple[str, ...], Object] = {}
    for obj in objects:
        first = known.setdefault(_key(obj.id), obj)
        here, there = _place(obj), _place(first)
        if first is not obj and here and there:
            return already_there(obj, here, there)
    return None


_RENAME = "Delete one of the two, change it with a patch, or give it another name or namespace."
_ONCE = "Delete one of the two entries, or have one of them change names or namespaces."


def _place(obj: Object) -> Place | None:
    """Where the file of an object names it."""
    name = obj.metadata.fields.get("name")
    while isinstance(name, Scalar) and isinstance(name.previous, Scalar):
        name = name.previous
    return place_of(name or obj.root)


def _key(one: Id) -> tuple[str, ...]:
    return (*one[:4], one.effective_namespace)
