"""A case: a repository with one mistake in one file, with marks that say who finds what where.

::

    # The folder was renamed, and the Application still names the old one.
    --- # argocd/web.yaml
    kind: Application
    spec:
      source:
        repoURL: https://git.example.com/shop.git # peer: phantom-target
        path: apps/old # ours: application-source-resolves

The lines before the first file say what the case is about. `# peer: RULE` stands at the line that
the peer names, or in the line with the file's name where it names none; `RULE?` is one that only
says that it cannot look. `# ours: RULE` stands at the line of our finding, `# not judged: RULE` at
the place of what we could not judge. `--- # commit: tag 1.0` commits everything up to there, with a
tag or a branch of that name; `--- # deleted: FILE` takes a file away again.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ADDRESS = "https://git.example.com/shop.git"
"""Where the clone comes from."""

_DIVIDER = re.compile(r"^--- # (?P<what>.+)\n", re.MULTILINE)
_MARK = re.compile(r"# (?P<who>peer|ours|not judged): (?P<rules>[a-z?, -]*[a-z?])")

Mark = tuple[str, str, int | None]
"""Rule, file and line."""


class Marks(NamedTuple):
    """What a case expects."""

    peer: Counter[Mark]
    ours: set[Mark]
    unjudged: set[Mark]


class Case(NamedTuple):
    """One case file."""

    about: str
    steps: list[tuple[str, str]]
    """What the line of each part says, and the text below it."""

    @property
    def marks(self) -> Marks:
        found = Marks(Counter(), set(), set())
        for what, text in self.steps:
            file = what.partition(" ")[0]
            for number, line in enumerate([what, *text.splitlines()]):
                for match in _MARK.finditer(line):
                    for rule in match["rules"].split(", "):
                        self._add(found, match["who"], (rule, file, number or None))
        return found

    @staticmethod
    def _add(found: Marks, who: str, mark: Mark) -> None:
        if who == "peer":
            found.peer[mark] += 1
        else:
            (found.ours if who == "ours" else found.unjudged).add(mark)


def read_case(file: Path) -> Case:
    about, *parts = _DIVIDER.split(file.read_text(encoding="utf-8"))
    sentences = " ".join(line.lstrip("# ") for line in about.splitlines())
    return Case(sentences, list(zip(parts[::2], parts[1::2], strict=True)))


def plant(case: Case, folder: Path) -> None:
    """Make the clone of a case: a branch `main` that its remote has as well."""
    folder.mkdir()
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "remote", "add", "origin", ADDRESS)
    for what, text in case.steps:
        action, _, rest = what.partition(": ")
        if action == "commit":
            kind, name = rest.split()
            _commit(folder)
            _git(folder, *(["tag"] if kind == "tag" else ["update-ref"]), *_named(kind, name))
        elif action == "deleted":
            (folder / rest).unlink()
        else:
            file = folder / what.partition(" ")[0]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    _commit(folder)
    _git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    _git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")


def clone_of(folder: Path, address: str, revisions: Iterable[str] = ()) -> None:
    """Make a folder the clone of an address: one commit, to which every revision leads."""
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "remote", "add", "origin", address)
    _commit(folder)
    for name in ("main", *revisions):
        _git(folder, "update-ref", f"refs/remotes/origin/{name}", "HEAD")
        _git(folder, "update-ref", f"refs/heads/{name}", "HEAD")
    _git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")


def _named(kind: str, name: str) -> list[str]:
    return [name] if kind == "tag" else [f"refs/remotes/origin/{name}", "HEAD"]


def _commit(folder: Path) -> None:
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--allow-empty", "--message", "A commit")


def _git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
