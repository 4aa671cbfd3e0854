"""YAML files that lie where kustomizations take theirs from, and that none of them names.

Kustomize reads a file only from in or below the folder of the kustomization that names it, so the
kustomizations around a file decide; the rest of the repository need not be read.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tools.source.kustomization import Kustomization
from tools.source.kustomization_fields import KUSTOMIZATION
from tools.source.repository import KUSTOMIZATION_NAMES, YAML_SUFFIXES, Repository, join
from tools.source.strict import faults
from tools.source.targets import kustomization_folders, yaml_files
from tools.source.tree import Tree
from tools.source.usage import Usage, read_all


class Unused(NamedTuple):
    """A file that no kustomization names.

    `owner` is the nearest kustomization above it, None if there is none. `laid_out` says that the
    file lies in a folder of the layout, where nothing else belongs.
    """

    file: str
    owner: Kustomization | None
    laid_out: bool


def unused_files(tree: Tree, layout: Sequence[str]) -> Iterator[Unused]:
    """Every such file around a tree, sorted.

    `layout` are names of folders (`base`, `overlays`) that hold nothing but what kustomizations
    use, at any depth below them; where the tree touches one of them, its siblings of these names
    count too. Elsewhere only the folders of kustomizations and those they take files from are
    looked at, without what is below. Left out are hidden files, Helm charts, and what belongs to a
    kustomization with a mistake in it (a missing file, an unknown field), or below one that cannot
    be read: it may mean the file.
    """
    repository = tree.repository
    roots = sorted(_roots(tree, layout))
    around = {inner for root in roots for inner in kustomization_folders(repository, root)}
    around.update(part for folder in (*roots, *tree.kustomizations) for part in _above(folder))
    others = read_all(repository, sorted(around - set(tree.kustomizations)))
    known = Usage(repository, (*tree.kustomizations.values(), *others))
    unread = {f for f in around - set(known.kustomizations) if repository.has_kustomization(f)}
    for file in sorted(set(_candidates(tree, roots)) - known.names):
        owner = next((o for f in _above(file) if (o := known.kustomizations.get(f))), None)
        unclear = unread.intersection(_above(file)) or (owner and _is_unclear(owner, known))
        if not (unclear or _is_hidden(file) or _in_chart(repository, file)):
            yield Unused(file, owner, _within(file, roots))


def _roots(tree: Tree, layout: Sequence[str]) -> set[str]:
    """The folders of the layout that the tree touches, with their siblings."""
    found: set[str] = set()
    for file in tree.files:
        parts = file.split("/")[:-1]
        first = next((i for i, part in enumerate(parts) if part in layout), None)
        if first is not None:
            above = "/".join(parts[:first])
            found.update(join(above, name) for name in layout)
    return {root for root in found if tree.repository.is_folder(root)}


def _candidates(tree: Tree, roots: Sequence[str]) -> Iterator[str]:
    """The YAML files of the layout, and of each folder that the tree takes files from."""
    for root in roots:
        yield from yaml_files(tree.repository, root)
    for folder in {file.rpartition("/")[0] for file in tree.files}:
        if not _within(folder, roots):
            for name in os.listdir(tree.repository.path(folder)):
                if name.endswith(YAML_SUFFIXES) and name not in KUSTOMIZATION_NAMES:
                    yield join(folder, name)


def _is_unclear(owner: Kustomization, known: Usage) -> bool:
    """Whether a kustomization may mean a file that it does not name: it has mistakes itself."""
    return owner.folder in known.dangling or any(faults(owner.document, KUSTOMIZATION))


def _is_hidden(file: str) -> bool:
    return file.rpartition("/")[2].startswith(".")


def _within(name: str, roots: Iterable[str]) -> bool:
    return any(name == root or name.startswith(root + "/") for root in roots)


def _above(name: str) -> Iterator[str]:
    """The folder itself and those above it, nearest first; for a file those that contain it."""
    yield name
    while name:
        name = name.rpartition("/")[0]
        yield name


def _in_chart(repository: Repository, file: str) -> bool:
    return any(repository.is_file(join(folder, "Chart.yaml")) for folder in _above(file))
