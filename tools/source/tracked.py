"""The files of a whole repository with their content: those in the work tree, or the staged ones.

Git is asked by its program, which reads its own formats best; it runs nothing that the repository
configures (no file system monitor), fetches nothing, and is stopped after a while.
"""

import os
import stat
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tools.source.place import SourceError

MAX_BYTES = 8 * 1024 * 1024
"""Larger files are left out: nobody writes them by hand."""
_AT_ONCE = 64 * 1024 * 1024
"""Bytes that are asked of Git in one go."""
_SECONDS = 60
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "safe.directory=*")
"""Whoever owns the checkout: in a container that is often somebody else, and nothing is run."""
_ENVIRONMENT = {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
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
        listed = _git(self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return sorted(set(map(os.fsdecode, filter(None, listed.split(b"\0")))))


class Index(Tracked):
    """What the next commit will hold: the files as they are staged."""

    def files(self) -> Iterator[File]:
        names: dict[bytes, list[str]] = {}
        for entry in filter(None, _git(self.root, "ls-files", "-z", "--stage").split(b"\0")):
            head, _, path = entry.partition(b"\t")
            mode, blob, _ = head.split(b" ")
            if mode.startswith(b"100"):
                names.setdefault(blob, []).append(os.fsdecode(path))
        for blobs in _portions(self.root, list(names)):
            for blob, content in _contents(self.root, blobs):
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


def _portions(root: Path, blobs: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The blobs within limits, as many at a time as fit into memory."""
    portion: list[bytes] = []
    size = 0
    asked = b"".join(blob + b"\n" for blob in blobs)
    for line in _git(root, "cat-file", "--batch-check", given=asked).splitlines():
        blob, kind, length = (*line.split(b" "), b"")[:3]
        if kind != b"blob":
            raise SourceError(f"Git does not have the staged content {blob.decode()}; fetch it")
        if int(length) <= MAX_BYTES:
            portion.append(blob)
            size += int(length)
        if size > _AT_ONCE:
            yield portion
            portion, size = [], 0
    yield portion


def _contents(root: Path, blobs: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Blobs and what they hold. https://git-scm.com/docs/git-cat-file#_batch_output"""
    answer = _git(root, "cat-file", "--batch", given=b"".join(blob + b"\n" for blob in blobs))
    position = 0
    while position < len(answer):
        start = answer.index(b"\n", position) + 1
        blob, _, length = answer[position : start - 1].split(b" ")
        position = start + int(length) + 1
        yield blob, answer[start : position - 1]


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What Git prints. Raises SourceError, with its own words if it says anything."""
    command = [*_GIT, "-C", str(root), *arguments]
    try:
        done = subprocess.run(
            command,
            input=given,
            env={**os.environ, **_ENVIRONMENT},
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except FileNotFoundError as error:
        raise SourceError(
            "there is no git on the PATH to list the tracked files; install it"
        ) from error
    except subprocess.TimeoutExpired as error:
        sentence = f"git {arguments[0]} takes longer than {_SECONDS} s"
        raise SourceError(sentence) from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise SourceError(f"git {arguments[0]} fails: {said or done.returncode}")
    return done.stdout
