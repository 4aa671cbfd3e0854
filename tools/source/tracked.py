"""The files of a whole repository with their content: in the work tree, or as they are staged."""

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tools.source.git import MAX_BYTES, contents, git
from tools.source.place import SourceError

_NOT_OURS = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "__pycache__", "node_modules"})


class File(NamedTuple):
    """A file of the repository; `name` is relative to its root."""

    name: str
    content: bytes


class Tracked(ABC):
    """The files of a repository, each once, links and submodules left out."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @abstractmethod
    def files(self) -> Iterator[File]:
        """Every file with its content. Raises SourceError if Git does not answer."""


class WorkTree(Tracked):
    """What lies in the folders: the files that Git tracks or would add, as they are now.

    Of a folder that is in no Git repository, every file.
    """

    def files(self) -> Iterator[File]:
        for name in self._names:
            content = _read(self.root / name)
            if content is not None:
                yield File(name, content)

    @cached_property
    def _names(self) -> Sequence[str]:
        if not any((folder / ".git").exists() for folder in (self.root, *self.root.parents)):
            return sorted(_walk(self.root))
        listed = git(self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return sorted(set(map(os.fsdecode, filter(None, listed.split(b"\0")))))


class Index(Tracked):
    """What the next commit will hold: the files as they are staged."""

    def files(self) -> Iterator[File]:
        names: dict[bytes, list[str]] = {}
        for entry in filter(None, git(self.root, "ls-files", "-z", "--stage").split(b"\0")):
            head, _, path = entry.partition(b"\t")
            mode, blob, _ = head.split(b" ")
            if mode.startswith(b"100"):
                names.setdefault(blob, []).append(os.fsdecode(path))
        for blob, content in contents(self.root, list(names)):
            for name in names[blob]:
                yield File(name, content)


def _read(path: Path) -> bytes | None:
    """The content of a regular file within limits; a file that was deleted has none."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            return None
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from error


def _walk(root: Path) -> Iterator[str]:
    prefix = len(str(root).rstrip("/")) + 1
    for folder, children, names in os.walk(root):
        children[:] = [child for child in children if child not in _NOT_OURS]
        yield from (os.path.join(folder, name)[prefix:] for name in names)
