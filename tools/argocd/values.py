"""The files with values of a chart that a source names, and the source that each is in.

https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/#helm-value-files-from-external-git-repository
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from tools.argocd.applications import Application, Source
from tools.kubernetes.resource import as_list, as_map
from tools.source.place import SourceError
from tools.source.repository import KUSTOMIZATION_NAMES, Repository, join
from tools.source.targets import yaml_files


class Values(NamedTuple):
    """A file, relative to the root of the repository that `home` names.

    `home` is None where the Application has no source with the `ref` that `name` is then.
    """

    home: Source | None
    name: str


def local_values(application: Application, source: Source, file: object) -> Values | None:
    """Where an entry of `helm.valueFiles` leads; None for what cannot be a file of a repository, or
    has a variable in it.
    """
    if not isinstance(file, str) or "://" in file or "{{" in file:
        return None
    home, name = source, file[1:] if file[:1] == "/" else join(source.folder or "", file)
    if file.startswith("$") and not file.startswith("$ARGOCD_"):
        reference, _, rest = file[1:].partition("/")
        named = [other for other in application.sources if other.text("ref") == reference]
        if not named:
            return Values(None, reference)
        home, name = named[0], join("", rest)
    elif home.folder is None:
        return None
    return None if "$" in name else Values(home, name)


def unused_values(
    repository: Repository,
    taken: Iterable[tuple[Application, Source]],
    is_here: Callable[[Source], bool],
) -> Iterator[str]:
    """The files beside those that sources take values from, which no source takes or mentions.

    Only in folders that are of no chart and no kustomization, where only values are: a file that is
    no map, or a Kubernetes object, makes the folder one of something else.
    """
    used: set[str] = set()
    words: set[str] = set()
    for application, source in taken:
        helm = as_map(source.data.get("helm"))
        for file in as_list(helm.get("valueFiles")):
            words.add(re.split(r"[/:?]", str(file))[-1])
            found = local_values(application, source, file)
            if found and found.home and is_here(found.home):
                used.add(found.name)
            elif found is None and "$" in str(file):
                return  # which file it is only Argo CD knows
        words |= {str(as_map(each).get("path")) for each in as_list(helm.get("fileParameters"))}
    if any("*" in name for name in used):
        return
    for folder in sorted({name.rpartition("/")[0] for name in used}):
        files = [f for f in yaml_files(repository, folder) if f.rpartition("/")[0] == folder]
        if _is_of_values(repository, folder, files):
            yield from (f for f in files if f not in used and f.rpartition("/")[2] not in words)


def _is_of_values(repository: Repository, folder: str, files: Iterable[str]) -> bool:
    above = [folder]
    while above[-1]:
        above.append(above[-1].rpartition("/")[0])
    if any(repository.is_file(join(each, "Chart.yaml")) for each in above):
        return False
    if any(repository.is_file(join(folder, name)) for name in KUSTOMIZATION_NAMES):
        return False
    return bool(folder) and all(_holds_values(repository, file) for file in files)


def _holds_values(repository: Repository, file: str) -> bool:
    with suppress(SourceError):  # judging the file as a target says why it cannot be read
        documents = repository.documents(file)
        return len(documents) == 1 and not {"apiVersion", "kind"} & set(as_map(documents[0].data))
    return False
