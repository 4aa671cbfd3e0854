"""The commit that a `targetRevision` stands for, as far as a clone of the repository tells.

Argo CD asks the server for its branches and tags, and takes the revision for a whole commit, else
for the newest tag that a constraint fits, else for the short or full name of a branch or tag, else
for the beginning of a commit. Read in `lsRemote` of `util/git/client.go` of Argo CD 3.2.11. The
clone remembers what the server last said; nothing is fetched.
"""

import posixpath
import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from tools.argocd.constraint import newest
from tools.argocd.urls import same_repository
from tools.source.git import git
from tools.source.place import SourceError
from tools.source.repository import Repository

_COMMIT = re.compile(r"[0-9A-Fa-f]{40}")
_SHORT = re.compile(r"[0-9A-Fa-f]{7,}")
_REQUEST = re.compile(r"(refs/)?(pull|pull-requests|merge-requests|changes)/")
"""What servers keep beside branches and tags, and no clone gets."""
_REMOTE = re.compile(r"remote\.(?P<name>.+)\.(?P<key>url|fetch|tagopt)", re.DOTALL)
_REFS = "--format=%(refname) %(objectname)"


class Resolved(NamedTuple):
    """The object, a commit or a tag of one, that a revision stands for now."""

    commit: str
    is_branch: bool


class Unresolved(NamedTuple):
    """Why a revision stands for nothing; `certain` if Argo CD would find nothing either."""

    reason: str
    certain: bool = False


class Remote(NamedTuple):
    """A remote of the clone, and whether all its branches, and all its tags, are fetched."""

    name: str
    address: str
    branches: bool
    tags: bool


class Clone:
    """What a clone knows: its remotes, its branches and tags, and the commit checked out."""

    def __init__(self, repository: Repository) -> None:
        """Ask Git. Raises SourceError, also where the history is cut off."""
        self._root = repository.root
        if not (self._root / ".git").exists():
            raise SourceError("this is no Git checkout")
        shallow, self.head = self._git("rev-parse", "--is-shallow-repository", "HEAD").split()
        if shallow == "true":
            raise SourceError("this is a shallow clone, which knows only some revisions")
        lines = self._git("for-each-ref", _REFS, "refs/heads", "refs/tags", "refs/remotes")
        self._refs = dict(line.split(" ", 1) for line in lines.splitlines())
        self._remotes = _remotes(self._git("config", "--null", "--list"))

    def resolve(self, revision: str, address: str) -> Resolved | Unresolved:
        """What a revision of the repository at an address stands for; "" is HEAD."""
        if _COMMIT.fullmatch(revision):
            return self._commit(revision)
        remotes = [each for each in self._remotes if same_repository(each.address, address)]
        tags = [name[len("refs/tags/") :] for name in self._refs if name.startswith("refs/tags/")]
        wanted = newest(revision, tags) or revision or "HEAD"
        found = self._named(wanted, remotes)
        if found:
            return found
        if _SHORT.fullmatch(wanted):
            return self._commit(wanted)
        return _absent(wanted, remotes)

    def _named(self, name: str, remotes: Sequence[Remote]) -> Resolved | None:
        for place in self._branches(remotes):
            if name != "HEAD" or place != "refs/heads/":
                commit = self._refs.get(place + name.removeprefix("refs/heads/"))
                if commit:
                    return Resolved(commit, True)
        tag = self._refs.get("refs/tags/" + name.removeprefix("refs/tags/"))
        return Resolved(tag, False) if tag else None

    @staticmethod
    def _branches(remotes: Sequence[Remote]) -> list[str]:
        """Where the branches of an address are; local ones where the clone has none of it."""
        known = [f"refs/remotes/{remote.name}/" for remote in remotes if remote.branches]
        return known or ["refs/heads/", *(f"refs/remotes/{remote.name}/" for remote in remotes)]

    def _commit(self, revision: str) -> Resolved | Unresolved:
        kind, commit = self._object(f"{revision}^{{commit}}")
        if kind == "commit":
            return Resolved(commit, False)
        known = any(remote.branches and remote.tags for remote in self._remotes)
        return Unresolved(f"no branch and no tag of this clone has a commit {revision!r}", known)

    def has_folder(self, commit: str, folder: str) -> bool:
        """Whether there is such a folder, "" for the root, in a commit."""
        return "\n" not in folder and self._object(f"{commit}:{folder}")[0] == "tree"

    def has_file(self, commit: str, file: str) -> bool:
        """Whether there is such a file in a commit."""
        return "\n" not in file and self._object(f"{commit}:{file}")[0] == "blob"

    def ignores(self, folder: str) -> bool:
        """Whether Git tracks nothing below a folder and would not either: all of it is ignored.

        What lies in a submodule belongs to another repository, and is not.
        """
        parts = folder.split("/")
        above = (self._root.joinpath(*parts[:end], ".git") for end in range(1, len(parts) + 1))
        if any(link.exists() for link in above):
            return False
        told = self._git(
            "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", folder or "."
        )
        return not told

    def holds(self, commit: str) -> bool:
        """Whether what is checked out builds on a commit, or is that commit."""
        return self._git("rev-list", "--max-count=1", commit, "^HEAD") == ""

    def precedes(self, commit: str) -> bool:
        """Whether a commit builds on what is checked out, or is it."""
        return self._git("rev-list", "--max-count=1", "HEAD", f"^{commit}") == ""

    def is_current(self, found: Resolved) -> bool:
        """Whether what is checked out is that revision, or will be part of that branch."""
        if found.is_branch:
            return self.holds(found.commit)
        return self._object(f"{found.commit}^{{commit}}")[1] == self.head

    def changed(self, commit: str, files: Collection[str]) -> list[str]:
        """Which of the files, or of those that are gone from beside them, differ in a commit."""
        told = self._git("diff", "--no-renames", "--no-ext-diff", "--name-status", "-z", commit)
        parts = told.split("\0")
        beside = {posixpath.dirname(file) for file in files}
        return [
            name
            for status, name in zip(parts[::2], parts[1::2], strict=False)
            if name in files or (status == "D" and posixpath.dirname(name) in beside)
        ]

    def _object(self, name: str) -> tuple[str, str]:
        """The type and the id of an object; a type of its own says that there is none."""
        words = self._git("cat-file", "--batch-check", given=f"{name}\n").rsplit(" ", 2)
        return (words[-1].strip(), "") if words[-1].strip().isalpha() else (words[-2], words[0])

    def _git(self, *arguments: str, given: str = "") -> str:
        answer = git(self._root, *arguments, given=given.encode("utf-8", "surrogateescape"))
        return answer.decode("utf-8", "surrogateescape")


@lru_cache(maxsize=4)
def clone_of(repository: Repository) -> Clone | Unresolved:
    """The clone that a repository is, or why it tells nothing about revisions."""
    try:
        return Clone(repository)
    except SourceError as error:
        return Unresolved(error.sentence)


def _absent(name: str, remotes: Sequence[Remote]) -> Unresolved:
    if name == "HEAD" or _REQUEST.match(name):
        return Unresolved(f"this clone does not say what {name!r} is on the server")
    if not remotes:
        return Unresolved(f"no remote of this clone says whether there is a revision {name!r}")
    if not any(remote.branches and remote.tags for remote in remotes):
        return Unresolved(f"this clone has only some branches or tags, and no {name!r}")
    return Unresolved(f"the repository has no branch, tag or commit {name!r}", True)


def _remotes(settings: str) -> list[Remote]:
    """The remotes in what `git config --null --list` prints: a key, a line end and a value each."""
    found: dict[str, dict[str, list[str]]] = {}
    for setting in settings.split("\0"):
        key, _, value = setting.partition("\n")
        match = _REMOTE.fullmatch(key)
        if match:
            found.setdefault(match["name"], {}).setdefault(match["key"], []).append(value)
    return [
        Remote(
            name,
            address,
            any(spec.lstrip("+").startswith("refs/heads/*:") for spec in keys.get("fetch", [])),
            "--no-tags" not in keys.get("tagopt", []),
        )
        for name, keys in found.items()
        for address in keys.get("url", [])
    ]
