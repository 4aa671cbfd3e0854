"""A copy of what one kustomization is built from, with its edits, outside of the work tree."""

import shutil
import tempfile
from pathlib import Path

from tools.render.build import RenderFailed
from tools.source.edited import Edited
from tools.source.tree import Tree


class Copy:
    """The files of a tree, each where it is in the repository, below a folder of its own: `root`.

    Raises RenderFailed if they cannot be copied. Whoever makes one must `remove` it.
    """

    def __init__(self, repository: Edited, tree: Tree) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="gitops-gate-")).resolve()
        try:
            for file in tree.files:
                self._copy(repository, file)
        except OSError as error:
            self.remove()
            raise RenderFailed(f"{error.filename} cannot be copied: {error.strerror}") from error

    def _copy(self, repository: Edited, file: str) -> None:
        is_edited = file == repository.file
        into = self.root / (repository.real if is_edited else file)
        into.parent.mkdir(parents=True, exist_ok=True)
        if is_edited:
            into.write_text(repository.text(file), encoding="utf-8")
        else:
            shutil.copyfile(repository.path(file), into)

    def remove(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
