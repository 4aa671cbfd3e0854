"""Kubernetes objects out of YAML documents: Lists are unpacked, everything else is told apart."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tools.source.document import Document
from tools.source.place import FieldPath, Place


class Read(NamedTuple):
    """One object with the document it stands in and its path there (`("items", 2)` in a List)."""

    data: Mapping[str, Any]
    document: Document
    path: FieldPath


class Stray(NamedTuple):
    """A document that is no Kubernetes object; `partial` if it has some of an object's fields."""

    sentence: str
    place: Place
    partial: bool


def objects_in(documents: Iterable[Document]) -> Iterator[Read | Stray]:
    """Every object of the documents in order, and every document that is none.

    An object is a map with text in `apiVersion` and `kind`
    (https://kubernetes.io/docs/concepts/overview/working-with-objects/#required-fields); the
    members of `List` kinds stand for themselves.
    """
    for document in documents:
        yield from _objects(document.data, document, ())


def _objects(data: Any, document: Document, path: FieldPath) -> Iterator[Read | Stray]:
    missing = [f for f in ("apiVersion", "kind") if not isinstance(_field(data, f), str)]
    if missing:
        sentence = f"not a Kubernetes object: {' and '.join(missing)} missing or not text"
        yield Stray(sentence, document.nearest(path)[1], len(missing) == 1)
    elif data["kind"].endswith("List") and isinstance(data.get("items"), list):
        for index, item in enumerate(data["items"]):
            yield from _objects(item, document, (*path, "items", index))
    else:
        yield Read(data, document, path)


def _field(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, dict) else None
