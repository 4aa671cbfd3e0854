"""Which folders of a repository Argo CD deploys, as far as its Applications stand in it.

https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#applications
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from tools.kubernetes.objects import Read, objects_in
from tools.kubernetes.resource import as_map, lookup
from tools.source.document import Document
from tools.source.place import SourceError
from tools.source.repository import Repository
from tools.source.targets import yaml_files

GROUP = "argoproj.io"
_OWN = "https://kubernetes.default.svc"
"""The cluster that Argo CD itself runs in."""

_TEMPLATE = r"\{\{.*?\}\}"


def is_deployed(repository: Repository, target: str) -> bool:
    """Whether an Application or ApplicationSet of the repository names a target's folder, or one
    above it. Which repository its source is in is not looked at.
    """
    names = [target]
    while "/" in names[-1]:
        names.append(names[-1].rpartition("/")[0])
    return any(fnmatchcase(name, glob) for name in names for glob in _deployed(repository))


def clusters_of(repository: Repository, target: str) -> frozenset[str]:
    """The clusters, by URL or name, to which Applications of the repository deploy a target.

    Only Applications that name the very folder; what an ApplicationSet fills in is not known.
    """
    return frozenset(
        cluster
        for application in _applications(repository)
        if application["kind"] == "Application"
        if target in {posixpath.normpath(p).lstrip("/") for p in _paths(application.get("spec"))}
        if (cluster := _cluster(lookup(application, ("spec", "destination"))))
    )


def _cluster(destination: Any) -> str:
    given = as_map(destination)
    name = given.get("server") or given.get("name")
    return _OWN if name == "in-cluster" else str(name or "").rstrip("/")


@lru_cache(maxsize=4)
def _deployed(repository: Repository) -> frozenset[str]:
    """The paths of all sources, as globs: what an ApplicationSet fills in may be anything."""
    paths = {
        posixpath.normpath(re.sub(_TEMPLATE, "*", path)).lstrip("/")
        for application in _applications(repository)
        for path in _paths(application.get("spec"))
    }
    return frozenset(paths - {"*"})


@lru_cache(maxsize=4)
def _applications(repository: Repository) -> tuple[Mapping[str, Any], ...]:
    """Every Application and ApplicationSet."""
    return tuple(
        found.data
        for document in _documents(repository)
        for found in objects_in([document])
        if isinstance(found, Read)
        if str(found.data["apiVersion"]).startswith(GROUP + "/")
        if found.data["kind"] in ("Application", "ApplicationSet")
    )


def _documents(repository: Repository) -> Iterator[Document]:
    """The documents of the files that mention Argo CD's API group."""
    for file in yaml_files(repository, ""):
        with suppress(SourceError):  # judging the file as a target says why it cannot be read
            if GROUP in repository.text(file):
                yield from repository.documents(file)


def _paths(value: Any) -> Iterator[str]:
    """Every `path` anywhere below: of a source, of several, of a generator's directories."""
    if isinstance(value, list):
        for item in value:
            yield from _paths(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "path" and isinstance(item, str):
                yield item
            yield from _paths(item)
