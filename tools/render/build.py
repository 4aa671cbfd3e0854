"""One `kustomize build`, shut in and under limits, that runs while the caller does other things."""

import os
import time
from pathlib import Path

from tools.render.binary import kustomize
from tools.render.process import SHUT_IN, Ended, Process, ProcessFailed

SECONDS = "GITOPS_GATE_SECONDS"
"""The environment variable that gives a render more (or less) time than DEFAULT_SECONDS."""
DEFAULT_SECONDS = 60.0
BYTES = 64 << 20


class RenderFailed(Exception):
    """kustomize gave no render; `reason` is one sentence without control characters.

    Where kustomize said why, `said` is that, in short, `folder` the one (absolute) that it speaks
    of, and `file` the file in it, "" if it names none.
    """

    def __init__(self, reason: str, said: str = "", folder: str = "", file: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.said = said
        self.folder = folder
        self.file = file


class Render:
    """What kustomize made of a folder.

    `text` is its YAML, `warnings` each line it printed beside it, `seconds` the time from its start
    until its end was noticed.
    """

    __slots__ = ("seconds", "text", "warnings")

    def __init__(self, text: str, warnings: tuple[str, ...], seconds: float) -> None:
        self.text = text
        self.warnings = warnings
        self.seconds = seconds


class Run:
    """A kustomize that has been started. Whoever does not want its result must `stop` it."""

    def __init__(self, process: Process, folder: Path, timeout: float, limit: int) -> None:
        self._process = process
        self._folder = folder
        self._timeout = timeout
        self._limit = limit

    @property
    def is_running(self) -> bool:
        """Whether there is still time to do something else."""
        try:
            return self._process.is_running
        except ProcessFailed:
            return False  # `result` says why

    def result(self) -> Render:
        """Wait for the end and return the render.

        Raises RenderFailed if kustomize fails, is killed, takes or prints too much, or prints what
        is not UTF-8.
        """
        try:
            ended = self._process.end(self._timeout, self._limit)
        except ProcessFailed as error:
            raise _failed(self._folder, str(error)) from error
        return self._judge(ended, time.monotonic() - self._process.started)

    def stop(self) -> None:
        """End kustomize if it still runs."""
        self._process.stop()

    def _judge(self, ended: Ended, seconds: float) -> Render:
        stderr = ended.stderr.decode("utf-8", "backslashreplace")
        if ended.code:
            from tools.render.message import failure

            why = failure(stderr, os.path.abspath(self._folder))
            said = why.sentence or f"exit code {ended.code} and no explanation"
            reason = _failed(self._folder, f"failed: {said}").reason
            raise RenderFailed(reason, said, why.folder, why.file)
        try:
            text = ended.stdout.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _failed(
                self._folder, f"printed what is not UTF-8, at byte {error.start + 1}"
            ) from error
        return Render(text, _warnings(stderr), seconds)


def start(
    folder: Path, *, binary: Path | None = None, timeout: float | None = None, limit: int = BYTES
) -> Run:
    """Start `kustomize build` of a folder and return at once.

    `binary` is the pinned kustomize unless given, `timeout` is in seconds from now (else what the
    environment says, else DEFAULT_SECONDS), `limit` the bytes it may print. Raises
    KustomizeUnavailable, and RenderFailed if it cannot be started.

    Remote references, plugins and links out of the repository are to be refused before: here they
    only get nowhere.
    """
    timeout = timeout or _seconds()
    command = [
        str(binary or kustomize()),
        "build",
        "--load-restrictor=LoadRestrictionsRootOnly",
        "--",
        # Absolute, because `github.com/team/app` would be taken for an address.
        os.path.abspath(folder),
    ]
    try:
        process = Process(command, SHUT_IN)
    except ProcessFailed as error:
        raise _failed(folder, f"is impossible: {command[0]} {error}") from error
    return Run(process, folder, timeout, limit)


def _seconds() -> float:
    """What the environment allows a render, in seconds. Raises RenderFailed if it is no number."""
    text = os.environ.get(SECONDS, "")
    if text and not (text.isdigit() and int(text)):
        raise RenderFailed(
            f"{SECONDS} is {text!r}; set it to a whole number of seconds, or unset it"
        )
    return float(text) if text else DEFAULT_SECONDS


def _warnings(stderr: str) -> tuple[str, ...]:
    if not stderr:
        return ()
    from tools.render.message import warnings

    return warnings(stderr)


def _failed(folder: Path, what: str) -> RenderFailed:
    from tools.render.message import plain

    return RenderFailed(plain(f"kustomize build {os.path.relpath(folder)} {what}"))
