"""What the arguments of a command name, and what a repository holds when they name nothing."""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tools.source.kustomization import Kustomization, read_kustomization
from tools.source.place import SourceError
from tools.source.repository import KUSTOMIZATION_NAMES, YAML_SUFFIXES, Repository, join

if TYPE_CHECKING:
    from tools.source.edited import Edited

_OBJECT = r"(?m)^[\"']?(apiVersion|kind)[\"']?\s*:"
_JSON_OBJECT = r'"(apiVersion|kind)"\s*:\s*"'
_FOLDERS_WITHOUT_MANIFESTS = frozenset({"node_modules", "vendor", "__pycache__"})


class Kind(Enum):
    """How a target is read."""

    KUSTOMIZATION = "a folder that Kustomize renders"
    COMPONENT = "a component by itself: its kustomization, and its resources as they are"
    PLAIN = "YAML files as they are"
    CHART = "a Helm chart"


AS_APPLICATION = " as Application "
"""What stands in the path of a target between its folder and the Application that edits it."""


class NamedTarget(NamedTuple):
    """One target: `path` is relative to the repository ("." is its root, "-" standard input).

    `explicit` says that the user named it, and not that it was found. `edited` is the repository
    in which its kustomization is edited; None where it is built as it stands.
    """

    path: str
    kind: Kind
    files: tuple[str, ...] = ()
    explicit: bool = True
    edited: "Edited | None" = None

    @property
    def folder(self) -> str:
        """The folder that is built, "" for the root of the repository."""
        folder = folder_of(self.path)
        return "" if folder == "." else folder


def folder_of(path: str) -> str:
    """The folder of a target's path, whoever edits its kustomization."""
    return path.partition(AS_APPLICATION)[0]


def named_targets(repository: Repository, path: Path) -> list[NamedTarget]:
    """The targets that one argument names.

    A folder with a kustomization is that; any other folder holds plain YAML, and below it the
    kustomizations that no other one there builds on stand for themselves. Raises SourceError with
    one sentence if there is nothing to judge.
    """
    if not os.path.lexists(path):
        raise SourceError(f"there is no {path}; name a folder, a YAML file or -")
    name = repository.name(path)
    if not repository.is_folder(name):
        if name.rpartition("/")[2] in KUSTOMIZATION_NAMES:
            return [_kustomization(repository, name.rpartition("/")[0])]
        return [NamedTarget(name, Kind.PLAIN, (name,))]
    if repository.has_kustomization(name):
        return [_kustomization(repository, name)]
    if repository.is_file(join(name, "Chart.yaml")):
        return [NamedTarget(name or ".", Kind.CHART)]
    return _folder(repository, path, name)


def _folder(repository: Repository, path: Path, name: str) -> list[NamedTarget]:
    below = yaml_files(repository, name)
    charts = _charts(below)
    inner = [f for f in kustomization_folders(repository, name) if f != name]
    files = tuple(
        file
        for file in below
        if not any(file.startswith(f + "/") for f in inner) and not _inside(file, charts)
    )
    if not files and not inner and not charts:
        raise SourceError(f"{path} holds no YAML and no kustomization; name a folder that does")
    found = [_kustomization(repository, folder) for folder in _tops(repository, inner)]
    found += [NamedTarget(chart or ".", Kind.CHART) for chart in charts]
    return [NamedTarget(name or ".", Kind.PLAIN, files), *found] if files else found


def every_target(repository: Repository, exclude: Sequence[str]) -> list[NamedTarget]:
    """Everything in the repository: each kustomization or component that no other one builds on,
    each folder of plain manifests that belongs to none, and each Helm chart.

    `exclude` are globs of files and folders (`tests/**`, `charts/*`).
    """
    folders = [
        folder for folder in kustomization_folders(repository, "") if not excluded(folder, exclude)
    ]
    targets = [
        _kustomization(repository, folder)._replace(explicit=False)
        for folder in _tops(repository, folders)
    ]
    files = [
        file
        for file in yaml_files(repository, "")
        if not excluded(file, exclude) and not _within(file.rpartition("/")[0], folders)
    ]
    charts = _charts(files)
    targets += [NamedTarget(chart or ".", Kind.CHART, explicit=False) for chart in charts]
    files = [file for file in files if not _inside(file, charts)]
    targets += [
        NamedTarget(folder or ".", Kind.PLAIN, manifests, explicit=False)
        for folder, manifests in _manifests(repository, files).items()
    ]
    return sorted(targets, key=lambda target: target.path)


def bare_repository(repository: Repository, exclude: Sequence[str]) -> NamedTarget:
    """The repository as the one target of a run that found none: with the files that half look
    like a manifest, because they have one of an object's two fields.
    """
    files = (f for f in yaml_files(repository, "") if not excluded(f, exclude))
    halves = tuple(file for file in files if _object_fields(repository, file))
    return NamedTarget(".", Kind.PLAIN, halves, explicit=False)


def _charts(files: Sequence[str]) -> list[str]:
    """The folders of Helm charts among files, those inside another chart left out."""
    found = {file.rpartition("/")[0] for file in files if file.rpartition("/")[2] == "Chart.yaml"}
    return sorted(chart for chart in found if not _inside(chart, found - {chart}))


def _inside(name: str, folders: Collection[str]) -> bool:
    """Whether a file or folder lies below one of the folders; its templates are no YAML."""
    return any(not folder or name.startswith(f"{folder}/") for folder in folders)


def _manifests(repository: Repository, files: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The files that look like manifests, by folder.

    A file with only one of an object's two fields counts where others have both: the one that is
    missing may be misspelt.
    """
    fields = {file: _object_fields(repository, file) for file in files}
    folders = dict.fromkeys(f.rpartition("/")[0] for f in files if len(fields[f]) > 1)
    return {
        folder: tuple(f for f in files if f.rpartition("/")[0] == folder and fields[f])
        for folder in folders
    }


def kustomization_folders(repository: Repository, below: str) -> list[str]:
    """Every folder with a kustomization at or below a folder, sorted."""
    found = {
        file.rpartition("/")[0]
        for file in _walk(repository, below)
        if file.rpartition("/")[2] in KUSTOMIZATION_NAMES
    }
    return sorted(found)


def yaml_files(repository: Repository, below: str) -> list[str]:
    """Every YAML or JSON file at or below a folder except kustomization files, sorted."""
    return sorted(
        file
        for file in _walk(repository, below)
        if file.endswith(YAML_SUFFIXES) and file.rpartition("/")[2] not in KUSTOMIZATION_NAMES
    )


def excluded(name: str, patterns: Sequence[str]) -> bool:
    """Whether a glob names the file or folder, or a folder above it."""
    above = [name]
    while "/" in above[-1]:
        above.append(above[-1].rpartition("/")[0])
    return any(fnmatchcase(part, p.rstrip("/")) for part in above for p in patterns)


def _kustomization(repository: Repository, folder: str) -> NamedTarget:
    """A folder with a kustomization as a target; one that cannot be read is judged as such."""
    read = _read(repository, folder)
    kind = Kind.COMPONENT if read and read.is_component else Kind.KUSTOMIZATION
    return NamedTarget(folder or ".", kind)


def _read(repository: Repository, folder: str) -> Kustomization | None:
    try:
        file = repository.kustomization_in(folder)
        return read_kustomization(repository, file) if file else None
    except SourceError:
        return None  # judged as a target of its own, which says what is wrong with it


def _uses(repository: Repository, folder: str) -> list[str]:
    """What the kustomization of a folder names; of several, of which one is too many, all do."""
    found: list[str] = []
    for file in repository.kustomizations(folder):
        with suppress(SourceError):
            kustomization = read_kustomization(repository, file)
            found += [join(folder, reference.value) for reference in kustomization.references]
    return found


def _within(folder: str, folders: Sequence[str]) -> bool:
    return any(folder == f or not f or folder.startswith(f + "/") for f in folders)


def _tops(repository: Repository, folders: Sequence[str]) -> list[str]:
    """Folders whose kustomization, or component, is used by no other one.

    Of kustomizations that only use each other in a circle, the first one.
    """
    read = {folder: _read(repository, folder) for folder in folders}
    uses = {folder: _uses(repository, folder) for folder in folders}
    used = {name for names in uses.values() for name in names}
    alone = [folder for folder, k in read.items() if not (k and k.is_component and folder in used)]
    tops: list[str] = []
    reached: set[str] = set()
    for folder in sorted(alone, key=lambda folder: folder in used):
        if folder not in reached:
            tops.append(folder)
            _reach(folder, uses, reached)
    return tops


def _reach(folder: str, uses: Mapping[str, Sequence[str]], reached: set[str]) -> None:
    """Add a folder, and all that it is built from, to those reached."""
    todo = [folder]
    while todo:
        current = todo.pop()
        if current not in reached:
            reached.add(current)
            todo += uses.get(current, ())


def _object_fields(repository: Repository, file: str) -> frozenset[str]:
    """Which of `apiVersion` and `kind`, the fields of every object, a file nobody named has."""
    try:
        text = repository.text(file)
    except SourceError:
        return frozenset({"apiVersion", "kind"})  # judging it says why it cannot be read
    pattern = _JSON_OBJECT if file.endswith(".json") else _OBJECT
    return frozenset(match[1] for match in re.finditer(pattern, text))


def _walk(repository: Repository, below: str) -> Iterator[str]:
    """Files below a folder; hidden folders and folders of other people's code are left out."""
    top = str(repository.path(below))
    prefix = len(str(repository.root).rstrip("/")) + 1
    for folder, children, files in os.walk(top):
        children[:] = sorted(
            c for c in children if c[0] != "." and c not in _FOLDERS_WITHOUT_MANIFESTS
        )
        for file in files:
            yield os.path.join(folder, file)[prefix:]
