"""Files of an image that lie in a folder, or in an archive."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from tools.images.failure import NoSuchImage, Unreachable, Untrustworthy

_CHUNK = 1 << 18
_MOST_MEMBERS = 20_000


class Files(Protocol):
    """Files by their names, with `/`; `words` is what the user calls them together."""

    words: str

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""

    @contextmanager
    def open(self, name: str) -> Iterator[Iterator[bytes]]:
        """The content of a file in chunks. Raises NoSuchImage without one."""

    def size(self, name: str) -> int:
        """The bytes of a file that is there."""


def content(files: Files, name: str, limit: int) -> bytes:
    """A whole file. Raises Untrustworthy if it is larger than the limit."""
    with files.open(name) as chunks:
        parts: list[bytes] = []
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise Untrustworthy(f"{name} in {files.words} has more than {limit:,} bytes")
            parts.append(chunk)
    return b"".join(parts)


class Folder:
    """The files of a folder."""

    def __init__(self, root: Path) -> None:
        self.words = str(root)
        self._root = root

    def has(self, name: str) -> bool:
        return (self._root / name).is_file()

    def size(self, name: str) -> int:
        return (self._root / name).stat().st_size

    @contextmanager
    def open(self, name: str) -> Iterator[Iterator[bytes]]:
        if not self.has(name):
            raise NoSuchImage(f"{self.words} holds no {name}")
        try:
            with (self._root / name).open("rb") as stream:
                yield _chunks(stream)
        except OSError as error:
            raise Unreachable(f"{name} in {self.words} cannot be read: {error.strerror}") from error


class Archive:
    """The files of a tar archive, compressed or not."""

    def __init__(self, file: Path, words: str = "") -> None:
        """Raises Unreachable for a file that cannot be read, Untrustworthy for no archive."""
        self.words = words or str(file)
        self._file = file
        self._members: dict[str, tarfile.TarInfo] = {}
        try:
            with tarfile.open(file) as tar:
                for number, member in enumerate(tar):
                    if number == _MOST_MEMBERS:
                        raise Untrustworthy(f"{self.words} has too many files for images")
                    self._members[member.name.removeprefix("./")] = member
        except tarfile.TarError as error:
            raise Untrustworthy(f"{self.words} is no tar archive, or is cut off") from error
        except (OSError, EOFError) as error:
            raise Unreachable(f"{self.words} cannot be read: {error}") from error

    def has(self, name: str) -> bool:
        return name in self._members

    def size(self, name: str) -> int:
        return self._target(name).size

    @contextmanager
    def open(self, name: str) -> Iterator[Iterator[bytes]]:
        target = self._target(name)
        try:
            with tarfile.open(self._file) as tar:
                stream = tar.extractfile(target)
                assert stream is not None, "_target is a file"
                with stream:
                    yield _chunks(stream)
        except (OSError, EOFError, tarfile.TarError) as error:
            raise Untrustworthy(f"{name} in {self.words} is cut off") from error

    def _target(self, name: str) -> tarfile.TarInfo:
        """The file of a name. Older versions of Docker link layers that stand twice."""
        from posixpath import dirname, join, normpath

        member = self._members.get(name)
        if member is not None and member.issym():
            member = self._members.get(normpath(join(dirname(name), member.linkname)))
        elif member is not None and member.islnk():
            member = self._members.get(member.linkname)
        if member is None or not member.isfile():
            raise NoSuchImage(f"{self.words} holds no {name}")
        return member


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
