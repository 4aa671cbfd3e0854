"""What the generator `git` of an ApplicationSet finds in a repository: folders, or files.

`applicationset/generators/git.go` and `LsFiles` of `util/git/client.go` in
https://github.com/argoproj/argo-cd/tree/v3.2.11, the same in 3.5.1. Folders are matched with Go's
`path.Match`. Files are asked of `git ls-files`, where `*` and `?` match a slash as well and a name
without them stands for a folder with all that is below it; with the new globbing, which has to be
switched on in Argo CD, they would not.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.argocd.glob import path_match
from tools.argocd.gotemplate.fault import Unrenderable, stop
from tools.argocd.sources import is_elsewhere, remotes
from tools.argocd.urls import normalized
from tools.kubernetes.resource import as_list, as_map
from tools.source.repository import Repository, join

_CLASS = re.compile(r"\[([!^]?)(\]?(?:\\.|\[:\w+:\]|[^\]])*)\]", re.DOTALL)
_POSIX = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "lower": "a-z", "upper": "A-Z",
    "space": r"\s", "xdigit": "0-9a-fA-F",
}  # fmt: skip


def folders(repository: Repository, items: Sequence[Any]) -> list[str]:
    """The folders that a generator's `directories` pick; hidden ones are never among them."""
    root = str(repository.root)
    names = []
    for folder, children, _ in os.walk(root):
        children[:] = sorted(child for child in children if child[0] != ".")
        names.append(os.path.relpath(folder, root).replace(os.sep, "/"))
    return [
        name
        for name in names[1:]
        if _picked(items, name, exclude=False) and not _picked(items, name, exclude=True)
    ]


def files(repository: Repository, items: Sequence[Any]) -> list[str]:
    """The files that a generator's `files` pick, sorted."""
    root = str(repository.root)
    names = []
    for folder, children, own in os.walk(root):
        children[:] = [child for child in children if child != ".git"]
        prefix = "" if folder == root else os.path.relpath(folder, root).replace(os.sep, "/")
        names += [join(prefix, file) for file in own]
    wanted = [(_spec(str(as_map(i).get("path"))), as_map(i).get("exclude")) for i in items]
    return sorted(
        name
        for name in names
        if any(spec.fullmatch(name) for spec, exclude in wanted if not exclude)
        and not any(spec.fullmatch(name) for spec, exclude in wanted if exclude)
    )


def require_checked_out(repository: Repository, settings: Mapping[str, Any]) -> None:
    """Raise Unrenderable where what lies here is not what Argo CD lists.

    What is checked out is taken for the next commit of a branch, and of a tag only for itself.
    """
    address, revision = settings.get("repoURL"), settings.get("revision")
    if not isinstance(address, str) or "{{" in f"{address}{revision}":
        return
    if is_elsewhere(repository, address):
        raise Unrenderable(f"no remote of this clone is {address}")
    from tools.argocd.revisions import Unresolved, clone_of

    clone = clone_of(repository) if isinstance(revision, str) else None
    if clone is None or isinstance(clone, Unresolved):
        return
    found = clone.resolve(str(revision), address)
    if isinstance(found, Unresolved):
        if found.certain:
            raise stop(found.reason)
    elif not found.is_branch and not clone.is_current(found):
        raise Unrenderable(f"revision {revision!r} is not what is checked out")


def nothing(repository: Repository, settings: Mapping[str, Any]) -> Unrenderable:
    """Why a generator that found nothing here makes no Applications.

    It is a mistake only if this is its repository, and what is checked out its revision.
    """
    address = str(settings.get("repoURL") or "")
    if not _is_here(repository, address):
        return Unrenderable(f"{address} is not known to be this repository")
    revision = str(settings.get("revision") or "")
    if _is_other(repository, revision, address):
        return Unrenderable(f"revision {revision or 'HEAD'!r} is not what is checked out")
    field = "directories" if settings.get("directories") else "files"
    what = "folder" if field == "directories" else "file"
    patterns = [i.get("path") for i in as_list(settings.get(field)) if not as_map(i).get("exclude")]
    fault = stop(f"no {what} of this repository matches {' or '.join(map(repr, patterns))}")
    fault.path = ("git", field)
    return fault


def _is_here(repository: Repository, address: str) -> bool:
    """Whether a clone's remote is at an address, by whatever protocol it is asked."""
    return any(_place(address) == _place(own) for own in remotes(repository))


def _place(address: str) -> str:
    """Host and path of an address."""
    return re.sub(r"^\w+://", "", normalized(address) or address).rpartition("@")[2]


def _is_other(repository: Repository, revision: str, address: str) -> bool:
    from tools.argocd.revisions import Unresolved, clone_of

    clone = clone_of(repository)
    if isinstance(clone, Unresolved):
        return False
    found = clone.resolve(revision, address)
    return not isinstance(found, Unresolved) and not clone.is_current(found)


def _picked(items: Sequence[Any], name: str, exclude: bool) -> bool:
    return any(
        path_match(str(as_map(item).get("path")), name)
        for item in items
        if bool(as_map(item).get("exclude")) is exclude
    )


def _spec(pattern: str) -> re.Pattern[str]:
    """A pathspec of Git."""
    text = join("", pattern)
    return re.compile(f"{re.escape(text)}(?:/.*)?|{''.join(_wild(text))}", re.DOTALL)


def _wild(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        char = text[position]
        found = _CLASS.match(text, position) if char == "[" else None
        if found:
            yield _class(found[1], found[2])
            position = found.end()
            continue
        if char == "\\" and position + 1 < len(text):
            position += 1
            yield re.escape(text[position])
        else:
            yield {"*": ".*", "?": "."}.get(char) or re.escape(char)
        position += 1


def _class(negation: str, members: str) -> str:
    parts = re.split(r"\[:(\w+):\]", members)
    plain = [part.replace("[", r"\[").replace("]", r"\]") for part in parts[::2]]
    named = "".join(_POSIX.get(name, "") for name in parts[1::2])
    return f"[{'^' if negation else ''}{''.join(plain)}{named}]"
