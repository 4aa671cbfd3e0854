"""The repository as it was at a revision, in a folder of its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.source.git import contents, git
from tools.source.place import SourceError

_FILE, _PROGRAM, _LINK = b"100644", b"100755", b"120000"


@contextmanager
def at_revision(root: Path, revision: str) -> Iterator[Path]:
    """A folder with what `root` held where the work tree left a revision; it is deleted afterwards.

    That is the last commit that the revision and HEAD have in common, or the revision itself if
    there is none: what others have merged since is no change of this work tree. Files come as Git
    stores them, without filters; submodules and large files are left out. Raises SourceError for
    what is no revision of a Git repository.
    """
    commit = _common(root, _commit(root, revision))
    folder = Path(tempfile.mkdtemp(prefix="gitops-gate-"))
    try:
        _write(root, commit, folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _commit(root: Path, revision: str) -> str:
    if revision.startswith("-"):
        raise SourceError(f"{revision!r} is no revision")
    try:
        found = git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except SourceError as error:
        sentence = f"Git knows no commit {revision!r}; fetch it, or name another one"
        raise SourceError(sentence) from error
    return found.decode().strip()


def _common(root: Path, commit: str) -> str:
    try:
        return git(root, "merge-base", commit, "HEAD").decode().strip()
    except SourceError:
        return commit


def _write(root: Path, commit: str, folder: Path) -> None:
    files: dict[bytes, list[tuple[bytes, Path]]] = {}
    for entry in filter(None, git(root, "ls-tree", "-r", "-z", commit).split(b"\0")):
        head, _, name = entry.partition(b"\t")
        mode, _, blob = head.split(b" ")
        if mode in (_FILE, _PROGRAM, _LINK):
            files.setdefault(blob, []).append((mode, folder / _safe(os.fsdecode(name))))
    links: list[tuple[Path, bytes]] = []
    for blob, content in contents(root, list(files)):
        for mode, path in files[blob]:
            path.parent.mkdir(parents=True, exist_ok=True)
            if mode == _LINK:
                links.append((path, content))
            else:
                path.write_bytes(content)
    # Last, so that nothing is written through one.
    for path, content in links:
        path.symlink_to(os.fsdecode(content))


def _safe(name: str) -> str:
    if name.startswith("/") or {"..", ".git", ""} & set(name.split("/")):
        raise SourceError(f"the revision holds a file {name!r}, which leads out of its folder")
    return name
