"""A bare Git repository in a folder, into which tests commit whole trees."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_WHO = {
    name: value
    for role in ("AUTHOR", "COMMITTER")
    for name, value in (
        (f"GIT_{role}_NAME", "Tests"),
        (f"GIT_{role}_EMAIL", "tests@example.test"),
        (f"GIT_{role}_DATE", "2026-01-01T00:00:00Z"),
    )
}


@dataclass(frozen=True)
class BareRepository:
    """A repository that others clone from `url`."""

    folder: Path

    @property
    def url(self) -> str:
        return f"file://{self.folder}"

    def commit(self, tree: Mapping[str, str], branch: str = "main") -> str:
        """Make these files, and no others, the next commit of a branch; returns its hash."""
        entries = []
        for name, text in tree.items():
            blob = self._git("hash-object", "-w", "--stdin", text=text)
            entries.append(f"100644 {blob}\t{name}")
        environment = {"GIT_INDEX_FILE": str(self.folder / "tests-index")}
        self._git("read-tree", "--empty", **environment)
        self._git("update-index", "--index-info", text="\n".join(entries) + "\n", **environment)
        written = self._git("write-tree", **environment)
        parent = self._git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
        parents = ["-p", parent] if parent else []
        revision = self._git("commit-tree", *parents, "-m", "Change", written, **_WHO)
        self._git("update-ref", f"refs/heads/{branch}", revision)
        return revision

    def cloned(self, folder: Path) -> Path:
        """A clone of it, in a new folder."""
        self._git("clone", "--quiet", self.url, str(folder))
        return folder

    def _git(self, *arguments: str, text: str = "", **environment: str) -> str:
        ran = subprocess.run(
            ["git", f"--git-dir={self.folder}", *arguments],
            input=text,
            capture_output=True,
            check=True,
            text=True,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_SYSTEM": os.devnull,
                **environment,
            },
        )
        return ran.stdout.strip()


def bare_repository(folder: Path) -> BareRepository:
    """An empty one in a new folder, whose branch is `main`."""
    folder.mkdir(parents=True)
    repository = BareRepository(folder)
    repository._git("init", "--quiet", "--bare", "--initial-branch=main")
    return repository


def tracked(root: Path, *folders: str) -> dict[str, str]:
    """The texts of all files in folders of a work tree, as they stand."""
    return {
        str(file.relative_to(root)): file.read_text(encoding="utf-8")
        for folder in folders
        for file in sorted((root / folder).rglob("*"))
        if file.is_file()
    }
