"""Configurations of generators, transformers and validators, wherever they are kept."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from tools.source.document import Document, parse
from tools.source.kustomization import Kustomization, Names, Reference
from tools.source.place import Place, SourceError
from tools.source.tree import Tree


class Plugin(NamedTuple):
    """One plugin's configuration; in inline text every part of it is placed at the entry."""

    data: Any
    document: Document
    entry: Place | None

    def place(self, *path: str | int) -> Place:
        """Where a field stands, or its nearest existing parent."""
        return self.entry or self.document.nearest(path)[1]


def plugins(tree: Tree) -> Iterator[Plugin]:
    """Every plugin of the tree: inline, in files, and in folders whose kustomization lists files.

    What cannot be read is among the tree's refusals and left out.
    """
    files = frozenset(tree.files)
    for kustomization in tree.kustomizations.values():
        for reference in kustomization.references:
            if reference.names is Names.PLUGIN:
                yield from _configured(tree, files, kustomization, reference, ())


def _configured(
    tree: Tree,
    files: frozenset[str],
    kustomization: Kustomization,
    reference: Reference,
    above: tuple[str, ...],
) -> Iterator[Plugin]:
    if reference.is_inline:
        with suppress(SourceError):
            for document in parse(reference.value, reference.place.file):
                yield Plugin(document.data, document, reference.place)
        return
    name = tree.resolve(kustomization, reference)
    inner = tree.kustomizations.get(name)
    if inner and name not in above:
        for deeper in inner.references:
            if deeper.names in (Names.FOLDER_OR_FILE, Names.FOLDER):
                yield from _configured(tree, files, inner, deeper, (*above, name))
    elif name in files:
        with suppress(SourceError):
            for document in tree.repository.documents(name):
                yield Plugin(document.data, document, None)
