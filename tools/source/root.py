"""Where the repository of a target begins."""

import os
from pathlib import Path

from tools.source.kustomization import read_kustomization
from tools.source.place import SourceError
from tools.source.repository import Repository


def repository_of(target: Path) -> Path:
    """The root of the repository that a target belongs to.

    The nearest folder above the target with `.git`; else with `policies.yaml`; else the working
    folder if it contains all that the target names; else the smallest folder that does.
    """
    start = Path(os.path.abspath(target))  # a link itself, not what it leads to
    for marker in (".git", "policies.yaml"):
        for folder in (start, *start.parents):
            if (folder / marker).exists():
                return folder
    here = Path.cwd()
    smallest = _enclosing(start if start.is_dir() else start.parent)
    return here if here == smallest or here in smallest.parents else smallest


def _enclosing(folder: Path) -> Path:
    """The smallest folder that contains a kustomization and every local folder it builds on."""
    seen: set[str] = set()
    todo = [str(folder)]
    while todo:
        current = todo.pop()
        if current in seen or not os.path.isdir(current):
            continue
        seen.add(current)
        repository = Repository(Path(current))
        try:
            file = repository.kustomization_in("")
            kustomization = read_kustomization(repository, file) if file else None
        except SourceError:
            continue  # walking the tree reports it, with its place
        for reference in kustomization.references if kustomization else ():
            if ".." in reference.value:
                todo.append(os.path.normpath(os.path.join(current, reference.value)))
    return Path(os.path.commonpath(seen))
