"""The target that renders what a source names, if it is a folder of this repository.

https://argo-cd.readthedocs.io/en/stable/user-guide/application_sources/
"""

import os
import re
from collections.abc import Mapping
from typing import Any

from tools.argocd.applications import Source
from tools.argocd.glob import glob_match
from tools.kubernetes.resource import as_map
from tools.source.repository import Repository, join
from tools.source.targets import Kind, NamedTarget

_READ = (".yaml", ".yml", ".json")


def local_target(repository: Repository, source: Source) -> NamedTarget | None:
    """What a source renders, None if the repository has no such folder with manifests.

    A folder with a kustomization is built, one with a Chart.yaml is a chart, and of any other one
    the YAML files are taken, of folders below only with `directory.recurse`.
    """
    folder = source.folder
    if folder is None or folder.startswith("..") or not repository.is_folder(folder):
        return None
    if repository.has_kustomization(folder):
        return NamedTarget(folder or ".", Kind.KUSTOMIZATION)
    if repository.is_file(join(folder, "Chart.yaml")):
        return NamedTarget(folder or ".", Kind.CHART)
    files = plain_files(repository, folder, as_map(source.data.get("directory")))
    return NamedTarget(folder or ".", Kind.PLAIN, files) if files else None


def plain_files(
    repository: Repository, folder: str, settings: Mapping[str, Any]
) -> tuple[str, ...]:
    """The files of a folder that Argo CD applies as they are."""
    include, exclude = settings.get("include"), settings.get("exclude")
    names = _names(repository, folder, settings.get("recurse") is True)
    return tuple(
        join(folder, name)
        for name in names
        if not (isinstance(include, str) and include and not glob_match(include, name))
        and not (isinstance(exclude, str) and exclude and glob_match(exclude, name))
    )


def _names(repository: Repository, folder: str, recurse: bool) -> list[str]:
    top = str(repository.path(folder))
    found = []
    for current, children, files in os.walk(top):
        children[:] = sorted(c for c in children if c[0] != ".") if recurse else []
        prefix = os.path.relpath(current, top)
        found += [join("" if prefix == "." else prefix, f) for f in files if f.endswith(_READ)]
    return sorted(found)


def is_elsewhere(repository: Repository, address: str) -> bool:
    """Whether a clone is one of another repository than the address: no remote has its last name.

    A fork, a mirror and another way to log in keep that name, and count as the same repository.
    """
    known = {_last_name(remote) for remote in remotes(repository)}
    return bool(known) and _last_name(address) not in known


def _last_name(address: str) -> str:
    return re.split(r"[/:]", address.rstrip("/").removesuffix(".git").lower())[-1]


def remotes(repository: Repository) -> tuple[str, ...]:
    """The addresses that the Git configuration of a clone names; () without one."""
    folder = repository.path(".git")
    try:
        if folder.is_file():  # a worktree: the configuration is in the clone it belongs to
            folder = repository.path(folder.read_text(encoding="utf-8").partition(":")[2].strip())
            folder = folder / (folder / "commondir").read_text(encoding="utf-8").strip()
        text = (folder / "config").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    return tuple(re.findall(r"^\s*url\s*=\s*(\S+)", text, re.MULTILINE))
