"""Git, asked by its program, which reads its own formats best.

It runs nothing that the repository configures (no file system monitor, no filters), fetches
nothing, and is stopped after a while.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.source.place import SourceError

MAX_BYTES = 8 * 1024 * 1024
"""Larger files are left out: nobody writes them by hand."""
_AT_ONCE = 64 * 1024 * 1024
"""Bytes that are asked of Git in one go."""
_SECONDS = 60
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "safe.directory=*")
"""Whoever owns the checkout: in a container that is often somebody else, and nothing is run."""
_ENVIRONMENT = {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}


def git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What Git prints. Raises SourceError, with its own words if it says anything."""
    command = [*_GIT, "-C", str(root), *arguments]
    try:
        done = subprocess.run(
            command,
            input=given,
            env={**os.environ, **_ENVIRONMENT},
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except FileNotFoundError as error:
        raise SourceError(
            "there is no git on the PATH to list the tracked files; install it"
        ) from error
    except subprocess.TimeoutExpired as error:
        sentence = f"git {arguments[0]} takes longer than {_SECONDS} s"
        raise SourceError(sentence) from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise SourceError(f"git {arguments[0]} fails: {said or done.returncode}")
    return done.stdout


def contents(root: Path, blobs: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Blobs by their names and what they hold, those over MAX_BYTES left out.

    Raises SourceError if Git does not have one.
    """
    for portion in _portions(root, blobs):
        yield from _contents(root, portion)


def _portions(root: Path, blobs: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The blobs within limits, as many at a time as fit into memory."""
    portion: list[bytes] = []
    size = 0
    asked = b"".join(blob + b"\n" for blob in blobs)
    for line in git(root, "cat-file", "--batch-check", given=asked).splitlines():
        blob, kind, length = (*line.split(b" "), b"")[:3]
        if kind != b"blob":
            raise SourceError(f"Git does not have the content {blob.decode()}; fetch it")
        if int(length) <= MAX_BYTES:
            portion.append(blob)
            size += int(length)
        if size > _AT_ONCE:
            yield portion
            portion, size = [], 0
    yield portion


def _contents(root: Path, blobs: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Blobs and what they hold. https://git-scm.com/docs/git-cat-file#_batch_output"""
    answer = git(root, "cat-file", "--batch", given=b"".join(blob + b"\n" for blob in blobs))
    position = 0
    while position < len(answer):
        start = answer.index(b"\n", position) + 1
        blob, _, length = answer[position : start - 1].split(b" ")
        position = start + int(length) + 1
        yield blob, answer[start : position - 1]
