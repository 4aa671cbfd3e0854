"""Which version a binary is, asked once and remembered while the file stays the same.

Asking costs some milliseconds of every run. A stamp holds the path, the size, the time of the last
change and the answer, under the number of the file's inode.
"""

import os
from pathlib import Path

from tools.render.process import SHUT_IN, Process, ProcessFailed
from tools.render.release import KustomizeUnavailable, Release

_SECONDS = 10.0
_BYTES = 1 << 16


def remembered(binary: Path, cache: Path) -> str | None:
    """The version that this very file gave before, None if it was never asked or has changed."""
    try:
        stamp, identity = _stamp(binary, cache)
        text = stamp.read_text("utf-8", "surrogateescape")
    except OSError:
        # No binary, no stamp, or one that cannot be read: nothing is known, so it will be asked.
        return None
    known, _, version = text.rpartition("\n")
    return version if known == identity else None


def remember(binary: Path, version: str, cache: Path) -> None:
    """Write the stamp of a binary. Raises OSError where the cache cannot be written."""
    stamp, identity = _stamp(binary, cache)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    scratch = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    scratch.write_text(f"{identity}\n{version}", "utf-8", "surrogateescape")
    scratch.replace(stamp)


def require(binary: Path, release: Release, cache: Path) -> None:
    """Raise KustomizeUnavailable unless the binary is of the release's version."""
    version = remembered(binary, cache)
    if version is None:
        version = ask(binary, release)
        _try_to_remember(binary, version, cache)
    if version != release.version:
        sentence = f"{binary} is kustomize {version}, not the pinned {release.version}"
        raise KustomizeUnavailable(f"{sentence}; {release.remedy()}")


def ask(binary: Path, release: Release) -> str:
    """The version a binary reports, such as `5.8.1`.

    It runs shut in as a render does, so that a launcher which picks a version by the folder or the
    user's home fails here and not later. Raises KustomizeUnavailable if it does not answer.
    """
    try:
        ended = Process([str(binary), "version"], SHUT_IN).end(_SECONDS, _BYTES)
    except ProcessFailed as error:
        raise KustomizeUnavailable(f"{binary} {error}; {release.remedy()}") from error
    version = ended.stdout.decode("ascii", "backslashreplace").strip().removeprefix("v")
    if ended.code or not version.isprintable() or not version:
        sentence = f"{binary} does not say which version it is when it runs on its own"
        raise KustomizeUnavailable(f"{sentence} (exit code {ended.code}); {release.remedy()}")
    return version


def _try_to_remember(binary: Path, version: str, cache: Path) -> None:
    try:
        remember(binary, version, cache)
    except OSError:
        # A cache that cannot be written makes the next run ask again, and nothing worse.
        return


def _stamp(binary: Path, cache: Path) -> tuple[Path, str]:
    """Where the stamp of a binary is, and what it must begin with."""
    status = os.stat(binary)
    identity = f"{binary}\n{status.st_size} {status.st_mtime_ns}"
    return cache / "stamps" / f"{status.st_dev}-{status.st_ino}", identity
