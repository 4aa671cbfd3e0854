"""The files of one repository, read with limits and never outside it."""

import os
from collections.abc import Sequence
from pathlib import Path

from tools.source.document import Document, parse
from tools.source.place import Place, SourceError

MAX_BYTES = 8 * 1024 * 1024
"""Bytes of one YAML file. etcd stores at most 1.5 MiB per object."""

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
STANDARD_INPUT = "<stdin>"
"""The file name of what came by standard input."""
YAML_SUFFIXES = (".yaml", ".yml", ".json")


class Repository:
    """A folder tree; every file name given or returned is relative to `root`, with `/`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._prefix = str(self.root).rstrip("/") + "/"
        self._texts: dict[str, str] = {}
        self._documents: dict[str, list[Document]] = {}

    def path(self, file: str) -> Path:
        """The file on disk."""
        return self.root / file

    def name(self, path: Path) -> str:
        """The name of a path inside the repository, "" for the root.

        Raises SourceError for a path outside.
        """
        full = os.path.normpath(path if path.is_absolute() else Path.cwd() / path)
        real = os.path.realpath(full)
        for candidate in (full, real):
            if candidate == str(self.root):
                return ""
            if candidate.startswith(self._prefix):
                return candidate[len(self._prefix) :]
        raise SourceError(f"{path} is outside the repository {self.root}")

    def holds(self, file: str) -> bool:
        """Whether the file or folder is inside the repository once symbolic links are resolved."""
        real = os.path.realpath(self.root / file)
        return real == str(self.root) or real.startswith(self._prefix)

    def is_folder(self, file: str) -> bool:
        return os.path.isdir(self.root / file)

    def is_file(self, file: str) -> bool:
        return os.path.isfile(self.root / file)

    def kustomization_in(self, folder: str) -> str | None:
        """The kustomization file of a folder, or None. Two are an error, as in Kustomize."""
        found = self._kustomizations(folder)
        if len(found) > 1:
            names = " and ".join(found)
            sentence = (
                f"{folder or '.'} holds {names}; Kustomize accepts only one, delete the others"
            )
            raise SourceError(sentence, Place(join(folder, found[1]), 1, 1))
        return join(folder, found[0]) if found else None

    def has_kustomization(self, folder: str) -> bool:
        """Whether a folder holds a kustomization file, or several."""
        return bool(self._kustomizations(folder))

    def kustomizations(self, folder: str) -> list[str]:
        """The kustomization files of a folder, of which Kustomize accepts no more than one."""
        return [join(folder, name) for name in self._kustomizations(folder)]

    def _kustomizations(self, folder: str) -> list[str]:
        return [n for n in KUSTOMIZATION_NAMES if self.is_file(join(folder, n))]

    def text(self, file: str) -> str:
        """The text of a file. Raises SourceError if it is not UTF-8 text within limits."""
        if file not in self._texts:
            self._texts[file] = self._read(file)
        return self._texts[file]

    def keep(self, file: str, text: str) -> None:
        """Have `file` hold a text that is not on disk, such as that of standard input."""
        self._texts[file] = text

    def lines(self, file: str) -> Sequence[str]:
        """The lines of a file for showing; a file that cannot be read has none."""
        try:
            return self.text(file).splitlines()
        except SourceError:
            return ()

    def documents(self, file: str) -> list[Document]:
        """The YAML documents of a file; see `parse` for what is refused."""
        if file not in self._documents:
            self._documents[file] = parse(self.text(file), file)
        return self._documents[file]

    def _read(self, file: str) -> str:
        start = Place(file, 1, 1)
        if not self.holds(file):
            raise SourceError("the file is a link that leads out of the repository", start)
        try:
            with open(self.root / file, "rb") as stream:
                content = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror or error}", start) from error
        if len(content) > MAX_BYTES:
            raise SourceError(f"larger than {MAX_BYTES} bytes, the limit for a YAML file", start)
        if b"\0" in content:
            raise SourceError("binary content where YAML text is expected", start)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            place = Place(file, line, 1)
            raise SourceError("not UTF-8 text; save the file as UTF-8", place) from error


def join(folder: str, name: str) -> str:
    """`folder/name` with `.` and `..` resolved, relative to the root ("" is the root)."""
    path = os.path.normpath(os.path.join(folder, name)) if folder or name else ""
    return "" if path == "." else path
