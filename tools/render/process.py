"""Start a program now, read what it prints later, and let it outlast no limit.

`os.posix_spawn` rather than `subprocess`: kustomize starts before anything else is imported, and
importing `subprocess` would take longer than all that is done here until kustomize runs.
"""

import os
import resource
import select
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

NOWHERE = "/nonexistent"

SHUT_IN = {
    # No program can be found, so git, ssh and helm cannot be started.
    "PATH": NOWHERE,
    "HOME": NOWHERE,
    "TMPDIR": NOWHERE,
    # Nothing may listen on port 1 without being root: every request fails at once.
    "HTTP_PROXY": "http://127.0.0.1:1",
    "HTTPS_PROXY": "http://127.0.0.1:1",
    # kustomize ends before its heap matters; fewer collections save a fifth of its time.
    "GOGC": "400",
}
"""The whole environment of a kustomize: no home, no programs, no network but loopback."""

MEMORY = 4 << 30
"""Bytes of memory that a program may fill. Rendering 10,000 objects takes a tenth of it."""
CPU_SECONDS = 600
"""Seconds of CPU after which the system ends it."""

_STDERR = 2
_CHUNK = 1 << 16
_LOOK = 0.1


class ProcessFailed(Exception):
    """A program did not end as it should; the text completes a sentence that begins with it."""


class Ended:
    """What a program left: its exit code and what it printed."""

    __slots__ = ("code", "stderr", "stdout")

    def __init__(self, code: int, stdout: bytes, stderr: bytes) -> None:
        self.code = code
        self.stdout = stdout
        self.stderr = stderr


class Process:
    """A program that runs in a process group of its own, without standard input."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it. Raises ProcessFailed if the system refuses to."""
        _occupy_standard_streams()
        self.started = time.monotonic()
        self._code: int | None = None
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        self._output: dict[int, list[bytes]] = {out: [], err: []}
        try:
            self._pid = _spawn(command, environment, out_end, err_end)
        except OSError as error:
            os.close(out)
            os.close(err)
            raise ProcessFailed(f"cannot be started: {error.strerror}") from error
        finally:
            os.close(out_end)
            os.close(err_end)
        self._streams = [out, err]
        _limit(self._pid)

    @property
    def is_running(self) -> bool:
        """Whether the program has not ended yet. Raises ProcessFailed if nobody can tell."""
        return not self._has_exited()

    def end(self, timeout: float, limit: int) -> Ended:
        """Read everything and wait for the end.

        `timeout` counts in seconds from the start, `limit` is the bytes that both outputs may have
        together. Raises ProcessFailed if either is exceeded, if a signal ended the program, or if
        it left a process behind that still holds its output; the whole group is killed then.
        """
        # Whoever comes late still gets a second to read what is waiting.
        deadline = max(self.started + timeout, time.monotonic() + 1)
        out, err = self._output
        try:
            complete = self._read(deadline, limit) and self._wait(deadline)
        finally:
            self.stop()
        if not complete:
            raise ProcessFailed(f"did not end within {timeout:g} seconds")
        code = self._code or 0
        if code < 0:
            raise ProcessFailed(f"was ended by signal {_signal_name(-code)}")
        return Ended(code, b"".join(self._output[out]), b"".join(self._output[err]))

    def stop(self) -> None:
        """Kill whatever still runs of the group; harmless when all has ended."""
        for stream in self._streams:
            os.close(stream)
        self._streams = []
        if self._code is None:
            self._kill_group()
            self._code = _exit_code(self._pid, 0)

    def _read(self, deadline: float, limit: int) -> bool:
        """Read until both outputs are closed; whether that was before the deadline."""
        poller = select.poll()
        for stream in self._streams:
            poller.register(stream, select.POLLIN)
        total, opened = 0, len(self._streams)
        while opened:
            gone = self._has_exited()
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            ready = poller.poll(min(left, _LOOK) * 1000)
            if gone and not ready:
                self._kill_group()
                raise ProcessFailed("left a process behind that holds its output open")
            for stream, _ in ready:
                chunk = os.read(stream, _CHUNK)
                if not chunk:
                    poller.unregister(stream)
                    opened -= 1
                self._output[stream].append(chunk)
                total += len(chunk)
            if total > limit:
                raise ProcessFailed(f"printed more than {limit:,} bytes")
        return True

    def _wait(self, deadline: float) -> bool:
        pause = 0.0001
        while not self._has_exited():
            if time.monotonic() > deadline:
                return False
            time.sleep(pause)
            pause = min(2 * pause, 0.05)
        return True

    def _has_exited(self) -> bool:
        if self._code is None:
            self._code = _exit_code(self._pid, os.WNOHANG)
        return self._code is not None

    def _kill_group(self) -> None:
        try:
            os.killpg(self._pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # The group is empty, or (on macOS) holds only what nobody has waited for yet.
            return


def find_program(name: str, environment: Mapping[str, str]) -> Path | None:
    """The first executable `name` on PATH.

    Relative folders of PATH are passed over: what lies in the repository under judgement is never
    run.
    """
    for folder in environment.get("PATH", os.defpath).split(os.pathsep):
        candidate = os.path.join(folder, name)
        if os.path.isabs(folder) and os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return Path(candidate)
    return None


def _spawn(command: Sequence[str], environment: Mapping[str, str], out: int, err: int) -> int:
    return os.posix_spawn(
        command[0],
        list(command),
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, out, 1),
            (os.POSIX_SPAWN_DUP2, err, 2),
        ],
        setpgroup=0,
        setsigmask=(),
        # Python ignores these two; a program that inherits that would not end with its reader.
        setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),
    )


def _limit(pid: int) -> None:
    """Bound what a program may use, also when we are killed and nobody is left to stop it.

    Only Linux can set the limits of another process; elsewhere the time limit must do.
    """
    if not hasattr(resource, "prlimit"):
        return
    try:
        resource.prlimit(pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))
        resource.prlimit(pid, resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    except (OSError, ValueError):
        # It has ended already, or a lower limit is in force here: that one holds then.
        return


def _occupy_standard_streams() -> None:
    """Where 0, 1 or 2 is closed, a pipe would get that number and be taken for the stream."""
    while (stream := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(stream)


def _exit_code(pid: int, options: int) -> int | None:
    """The exit code (negative: the signal) of a child, None while it runs."""
    try:
        found, status = os.waitpid(pid, options)
    except ChildProcessError as error:
        raise ProcessFailed("ended unobserved, because SIGCHLD is ignored here") from error
    return os.waitstatus_to_exitcode(status) if found else None


def _signal_name(number: int) -> str:
    return next((s.name for s in signal.Signals if s == number), str(number))
