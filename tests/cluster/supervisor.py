"""Runs programs for another process, and ends them when that process is gone.

A script that imports nothing of ours; `processes.py` starts and talks to it. It makes a folder and
says where, then answers each line on standard input, all in JSON:

    -> {"folder": FOLDER}
    {"start": NAME, "command": [...], "environment": {...}}   -> {"process": ID}
    {"look": NAME}                                            -> {"ended": EXIT CODE or null}
    {"stop": NAME}                                            -> {"ended": EXIT CODE}

Standard input is a pipe. However the other process ends, SIGKILL included, the system closes its
end; then everything started here is killed with all that it started itself, and the folder goes.
That needs no signal handler there, no code between fork and exec, and no system but POSIX.

Killed and not asked to end: all that the programs know is in the folder.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

Running = dict[str, "subprocess.Popen[bytes]"]


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    running: Running = {}
    with tempfile.TemporaryDirectory(prefix="gitops-gate-cluster-") as folder:
        try:
            say({"folder": folder})
            for line in sys.stdin:
                say(answer(json.loads(line), Path(folder), running))
        except BrokenPipeError:
            # Whoever asked is gone, which is what the end of the input would say next.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            for process in reversed(running.values()):
                kill(process)
    return 0


def answer(request: dict[str, Any], folder: Path, running: Running) -> dict[str, Any]:
    if name := request.get("start"):
        try:
            running[name] = start(name, request, folder)
        except OSError as error:
            return {"error": f"{request['command'][0]}: {error.strerror}"}
        return {"process": running[name].pid}
    if name := request.get("stop"):
        return {"ended": kill(running.pop(name))}
    return {"ended": ended(running[request["look"]])}


def start(name: str, request: dict[str, Any], folder: Path) -> "subprocess.Popen[bytes]":
    """The program, leading a group of its own, with its output in NAME.log."""
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            request["command"],
            cwd=folder,
            env=request["environment"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def ended(process: "subprocess.Popen[bytes]") -> int | None:
    """The exit code (negative: the signal), None while it runs.

    It stays unwaited for: until `kill`, its number cannot become another process's.
    """
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    found = os.waitid(os.P_PID, process.pid, options)
    if found is None:
        return None
    return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status


def kill(process: "subprocess.Popen[bytes]") -> int:
    """End the whole group of a program."""
    # What macOS says of a group in which all have ended.
    with suppress(PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    sys.exit(main())
