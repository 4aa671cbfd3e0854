"""The folders and files that a git generator of an ApplicationSet finds, and their parameters.

`applicationset/generators/git.go` of https://github.com/argoproj/argo-cd/tree/v3.5.1.
"""

import os
import re
from collections.abc import Sequence
from typing import Any

from tools.argocd.glob import path_match
from tools.argocd.gotemplate.texts import sanitized
from tools.kubernetes.resource import as_map
from tools.source.repository import Repository, join


def folders(repository: Repository, items: Sequence[Any]) -> list[str]:
    """The folders of a repository that are meant, by name."""
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
    """The files of a repository that are meant, by name."""
    root = str(repository.root)
    names = [
        os.path.relpath(os.path.join(folder, file), root).replace(os.sep, "/")
        for folder, _, found in os.walk(root)
        for file in found
    ]
    wanted = [(_file_glob(as_map(i).get("path")), as_map(i).get("exclude")) for i in items]
    return sorted(
        name
        for name in names
        if any(glob.fullmatch(name) for glob, exclude in wanted if not exclude)
        and not any(glob.fullmatch(name) for glob, exclude in wanted if exclude)
    )


def path_parameters(folder: str, file: str, prefix: str, go: bool) -> dict[str, Any]:
    """What a folder, or a file in it, is called in templates, with `go` those of Go."""
    name = folder.rpartition("/")[2]
    path: dict[str, Any] = {
        "path": folder,
        "basename": name,
        "basenameNormalized": sanitized(name),
    }
    if file:
        own = file.rpartition("/")[2]
        path |= {"filename": own, "filenameNormalized": sanitized(own)}
    segments = folder.split("/")
    if go:
        path["segments"] = segments
        return {prefix: {"path": path}} if prefix else {"path": path}
    start = f"{prefix}.path" if prefix else "path"
    flat = {f"{start}.{key}": value for key, value in path.items() if key != "path"}
    flat |= {f"{start}[{i}]": segment for i, segment in enumerate(segments) if segment}
    return {start: folder, **flat}


def _picked(items: Sequence[Any], name: str, exclude: bool) -> bool:
    return any(
        path_match(str(as_map(item).get("path")), name)
        for item in items
        if bool(as_map(item).get("exclude")) is exclude
    )


def _file_glob(pattern: Any) -> re.Pattern[str]:
    """A pattern for files, where `**` crosses folders."""
    text = join("", str(pattern))
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", text)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(part) or re.escape(part) for part in parts))
