"""Symbolic links for which Argo CD refuses a whole repository.

`CheckOutOfBoundsSymlinks` of `util/app/path/path.go` in
https://github.com/argoproj/argo-cd/tree/v3.2.11, the same in 3.5.1.
"""

import os
import posixpath
from collections.abc import Iterator

from tools.source.git import git
from tools.source.place import SourceError
from tools.source.repository import Repository

_LINK = b"120000"


def outside_links(repository: Repository) -> list[str]:
    """The links that Git holds and that are absolute or leave the repository on their way.

    Without Git, those in the folders.
    """
    return sorted(
        name for name in _links(repository) if _leaves(name, os.readlink(repository.path(name)))
    )


def _links(repository: Repository) -> Iterator[str]:
    """The links that are there, by their names."""
    try:
        listed = git(repository.root, "ls-files", "-z", "--stage").split(b"\0")
        entries = [entry.partition(b"\t") for entry in listed if entry.startswith(_LINK)]
        names = [os.fsdecode(name) for _, _, name in entries]
    except SourceError:
        names = [
            os.path.relpath(os.path.join(folder, name), repository.root)
            for folder, below, files in os.walk(repository.root)
            for name in (*below, *files)
        ]
    return (name for name in names if os.path.islink(repository.path(name)))


def _leaves(name: str, target: str) -> bool:
    if target.startswith("/"):
        return True
    current = posixpath.dirname(name)
    for part in target.split("/"):
        current = posixpath.normpath(posixpath.join(current, part))
        if current == ".." or current.startswith("../"):
            return True
    return False
