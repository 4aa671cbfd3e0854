"""The reports of scanners that lie in a folder of the repository, and OpenVEX documents in files.

What cannot be read is kept with the reason: a report that nobody can read proves nothing, and must
not hide that others are there.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from tools.images.scans.grype import grype_reports
from tools.images.scans.report import Report, Unread, Unusable
from tools.images.scans.sarif import sarif_reports
from tools.images.scans.trivy import trivy_reports
from tools.images.scans.vex import Vex, statements
from tools.source.repository import Repository, join

SUFFIXES = (".json", ".sarif")
MAX_BYTES = 64 * 1024 * 1024
"""Bytes of one report; those of large images have some ten million."""
MOST = 2_000
"""Reports in one folder."""

Taken = TypeVar("Taken")


class Scans(NamedTuple):
    """All reports in a folder. `state` says in words why there are none at all, "" else."""

    folder: str
    reports: tuple[Report, ...] = ()
    unread: tuple[Unread, ...] = ()
    state: str = ""


@lru_cache(maxsize=4)
def read_scans(repository: Repository, folder: str, beside: tuple[str, ...] = ()) -> Scans:
    """The reports in a folder and below it; `beside` are files there that are something else."""
    if not repository.holds(folder):
        return Scans(folder, state=f"the folder {folder} is not in this repository")
    if not repository.is_folder(folder):
        return Scans(folder, state=f"there is no folder {folder} with reports")
    files = [file for file in _files(repository, folder) if file not in beside]
    if len(files) > MOST:
        return Scans(folder, state=f"{folder} holds {len(files)} reports, more than {MOST}")
    if not files:
        return Scans(folder, state=f"there is no report in {folder}")
    reports, unread = _read_all(repository, files, _reports)
    return Scans(folder, tuple(reports), tuple(unread))


@lru_cache(maxsize=4)
def read_vex(repository: Repository, files: tuple[str, ...]) -> tuple[Vex, tuple[Unread, ...]]:
    """What the OpenVEX documents in some files say, and those that cannot be read."""
    found, unread = _read_all(repository, files, statements)
    return Vex(found), tuple(unread)


def _files(repository: Repository, folder: str) -> list[str]:
    found = []
    for below, children, names in os.walk(repository.path(folder)):
        children.sort()
        inner = os.path.relpath(below, repository.root)
        found += [join(inner, name) for name in names if name.endswith(SUFFIXES)]
    return sorted(found)


def _read_all(
    repository: Repository,
    files: Sequence[str],
    understand: Callable[[object, str], Iterable[Taken]],
) -> tuple[list[Taken], list[Unread]]:
    found: list[Taken] = []
    unread: list[Unread] = []
    for file in files:
        try:
            found += list(understand(_json(repository, file), file))
        except Unusable as error:
            unread.append(Unread(file, str(error)))
    return found, unread


def _reports(data: object, file: str) -> Iterator[Report]:
    for read in (trivy_reports, grype_reports, sarif_reports):
        reports = read(data, file)
        if reports is not None:
            yield from reports
            return
    raise Unusable("is no report of Trivy or Grype, in JSON or SARIF; keep other files elsewhere")


def _json(repository: Repository, file: str) -> object:
    """The JSON in a file. Raises Unusable."""
    if not repository.holds(file):
        raise Unusable("is not in this repository, or is a link that leads out of it")
    try:
        with repository.path(file).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unusable(f"cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise Unusable(f"has more than {MAX_BYTES:,} bytes, the limit for a report")
    if not content.strip():
        raise Unusable("is empty; was the scan broken off?")
    try:
        data: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unusable("is no JSON; was the scan broken off?") from error
    return data
