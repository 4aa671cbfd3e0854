"""Fetch or build the pinned kustomize and put it into the cache, one process at a time."""

import fcntl
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tools.render import stamp
from tools.render.download import TooLarge, Unreachable, download
from tools.render.message import plain
from tools.render.process import Process, ProcessFailed, find_program
from tools.render.release import MIRROR, KustomizeUnavailable, Release, platform

MAX_ARCHIVE = 64 << 20
MAX_BINARY = 256 << 20
_BUILD_SECONDS = 900.0
_BUILD_OUTPUT = 1 << 20


def obtain(release: Release, target: Path, cache: Path, environment: Mapping[str, str]) -> None:
    """Make `target` a kustomize of this release, with its stamp.

    From the archive, whose checksum must be the pinned one; if its host cannot be reached, by `go
    install`. Raises KustomizeUnavailable.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(target.parent):
            if stamp.remembered(target, cache) == release.version:
                return
            with _scratch(target.parent) as scratch:
                binary = _fetch_or_build(release, scratch, environment)
                binary.chmod(0o755)
                version = stamp.ask(binary, release)
                if version != release.version:
                    raise _refused(release, f"what was obtained is kustomize {version}")
                binary.replace(target)
            stamp.remember(target, version, cache)
    except OSError as error:
        sentence = f"{cache} cannot be used as cache ({error.strerror or error})"
        remedy = "set GITOPS_GATE_CACHE to a folder that can be written"
        raise KustomizeUnavailable(f"{sentence}; {remedy}") from error


def _fetch_or_build(release: Release, scratch: Path, environment: Mapping[str, str]) -> Path:
    try:
        return _fetch(release, scratch, environment)
    except Unreachable as error:
        # Part of it may be what the host said.
        before = f"no release archive ({plain(str(error))})"
        return _build(release, scratch, environment, before)


def _fetch(release: Release, scratch: Path, environment: Mapping[str, str]) -> Path:
    """The binary out of the archive. Raises Unreachable if there is none to be had."""
    address = environment.get(MIRROR) or release.address
    host = _host(address)
    expected = release.archives.get(platform())
    if expected is None:
        raise Unreachable(f"none is published for {platform()}")
    _note(f"downloading kustomize {release.version} from {host}")
    archive = scratch / "archive"
    url = release.archive(platform(), address)
    try:
        found = download(url, archive, release.patience, MAX_ARCHIVE)
    except TooLarge as error:
        raise _refused(release, f"the archive from {host} has {error}") from error
    if found != expected:
        checksum = f"SHA-256 {found} where {expected} is pinned"
        raise _refused(release, f"the archive from {host} has {checksum}")
    return _unpack(release, archive, scratch / "kustomize")


def _host(address: str) -> str:
    """The host of an address, which may hold a password that must not be shown."""
    try:
        parts = urlsplit(address)
        host = parts.hostname if parts.scheme in ("https", "http") else None
    except ValueError:
        host = None
    if not host:
        raise KustomizeUnavailable(f"{MIRROR} is no http or https address; correct or unset it")
    return host


def _unpack(release: Release, archive: Path, target: Path) -> Path:
    """Copy the file `kustomize` out of the archive: by its name only, and nothing else."""
    try:
        with tarfile.open(archive, "r|gz") as members:
            for member in members:
                if member.name.removeprefix("./") == "kustomize":
                    content = members.extractfile(member) if member.isreg() else None
                    if content is None or member.size > MAX_BINARY:
                        break
                    with target.open("wb") as file:
                        shutil.copyfileobj(content, file)
                    return target
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise _refused(release, f"the archive cannot be unpacked ({error})") from error
    wanted = f"a plain file `kustomize` of at most {MAX_BINARY:,} bytes"
    raise _refused(release, f"the archive does not hold {wanted}")


def _build(release: Release, scratch: Path, environment: Mapping[str, str], before: str) -> Path:
    """The binary built by Go, whose own checksum database guards the sources."""
    go = find_program("go", environment)
    if go is None:
        raise _refused(release, f"{before}, and no Go to build it with")
    _note(f"{before}: building kustomize {release.version} with go, which takes a minute or two")
    # GOOS and GOARCH would make it a binary for another machine.
    passed_on = {k: v for k, v in environment.items() if k not in ("GOOS", "GOARCH")}
    own = {"GOBIN": str(scratch), "GOWORK": "off", "CGO_ENABLED": "0"}
    command = [str(go), "install", "-trimpath", "-ldflags=-s -w", release.module]
    try:
        ended = Process(command, {**passed_on, **own}).end(_BUILD_SECONDS, _BUILD_OUTPUT)
    except ProcessFailed as error:
        raise _refused(release, f"{before}, and {go} {error}") from error
    built = scratch / "kustomize"
    if ended.code or not built.is_file():
        said = plain(ended.stderr.decode("utf-8", "backslashreplace"))[-300:]
        raise _refused(release, f"{before}, and {go} built nothing ({said})")
    return built


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system gives back even if this process is killed."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _note("another process is obtaining kustomize; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder on the file system of the cache, for whoever holds the lock."""
    for abandoned in folder.glob("scratch-*"):
        shutil.rmtree(abandoned)
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=folder) as scratch:
        yield Path(scratch)


def _refused(release: Release, reason: str) -> KustomizeUnavailable:
    return KustomizeUnavailable(f"kustomize cannot be obtained: {reason}; {release.remedy()}")


def _note(text: str) -> None:
    print(f"gitops-gate: {text}", file=sys.stderr, flush=True)
