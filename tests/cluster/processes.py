"""Programs that run for a while beside the tests, and end with them in any case."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_SECONDS_TO_END = 60.0
_LINES = 30
_WIDTH = 400


class ProcessEnded(Exception):
    """A program could not be started or ended too early; the text holds the end of its log."""


class Processes:
    """A folder, and programs that run in it, as long as the context is open.

    A supervising process starts them. It ends all of them and removes the folder when this context
    is left, by whatever exception, and when this process ends in whatever way: see supervisor.py.
    """

    def __init__(self) -> None:
        self._supervisor = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_SUPERVISOR)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C at a terminal is for us; the supervisor is told by our end of the pipe.
            start_new_session=True,
        )
        self.folder = Path(self._receive()["folder"])
        self.identities: dict[str, int] = {}
        """The process ids by name; each leads a group of its own."""

    def __enter__(self) -> "Processes":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        """Start a program; its output goes to NAME.log in the folder.

        It gets PATH and the given environment; its home and temporary files are in the folder.
        Raises ProcessEnded if the system refuses to start it.
        """
        own = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder)}
        full = {**own, "TMPDIR": str(self.folder), **(environment or {})}
        reply = self._ask({"start": name, "command": list(command), "environment": full})
        if "error" in reply:
            raise ProcessEnded(f"{name} cannot be started: {reply['error']}")
        self.identities[name] = reply["process"]

    def stop(self, name: str) -> None:
        """Kill a program and everything that it started."""
        self._ask({"stop": name})
        del self.identities[name]

    def require(self, name: str) -> None:
        """Raise ProcessEnded, with the end of its log, unless the program runs."""
        code: int | None = self._ask({"look": name})["ended"]
        if code is not None:
            how = f"exit code {code}" if code >= 0 else f"signal {-code}"
            raise ProcessEnded(f"{name} ended with {how}; the end of its log:\n{self.log(name)}")

    def log(self, name: str) -> str:
        """The last lines of what a program printed, shortened, without control characters."""
        text = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="backslashreplace")
        lines = text.splitlines()[-_LINES:]
        return "\n".join("".join(c for c in line if c.isprintable())[:_WIDTH] for line in lines)

    def close(self) -> None:
        """End all of them and remove the folder; harmless when that is done."""
        stdin, stdout = self._pipes()
        if stdin.closed:
            return
        # What a supervisor that was killed has not read is of no interest any more.
        with suppress(BrokenPipeError):
            stdin.close()
        try:
            code = self._supervisor.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            code = self._supervisor.wait()
        stdout.close()
        if code:
            self._end_what_the_supervisor_left()

    def _end_what_the_supervisor_left(self) -> None:
        for identity in self.identities.values():
            with suppress(ProcessLookupError):
                os.killpg(identity, signal.SIGKILL)
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        stdin, _ = self._pipes()
        # Whether the other end is gone shows when the answer does not come.
        with suppress(BrokenPipeError):
            stdin.write(json.dumps(request) + "\n")
            stdin.flush()
        return self._receive()

    def _receive(self) -> dict[str, Any]:
        _, stdout = self._pipes()
        line = stdout.readline()
        if not line:
            raise ProcessEnded("the process that supervises the others ended")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _pipes(self) -> tuple[Any, Any]:
        return self._supervisor.stdin, self._supervisor.stdout
