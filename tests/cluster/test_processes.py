"""Whatever happens to us, what we started ends with us, and its folder goes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cluster.processes import ProcessEnded, Processes

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks in /proc for what was left behind"
)

ROOT = Path(__file__).parents[2]
SLEEP = "/bin/sleep"
SHELL = "/bin/sh"

# Tells what it started, then waits: for a signal, or for the end of its input.
PARENT = """
import json, signal, sys
from tests.cluster.processes import Processes

# A shell has what it starts in the background ignore it, this test included.
signal.signal(signal.SIGINT, signal.default_int_handler)

with Processes() as processes:
    processes.start("one", ["/bin/sleep", "600"])
    processes.start("two", ["/bin/sh", "-c", "sleep 600 & echo $! > child; wait"])
    print(json.dumps([str(processes.folder), processes.identities]), flush=True)
    sys.stdin.read()
    raise RuntimeError("on purpose")
"""


def runs(identity: int) -> bool:
    """Whether a process exists; one that has ended and was not waited for yet does not count."""
    try:
        status = Path(f"/proc/{identity}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def await_end(identities: list[int], folder: Path) -> None:
    deadline = time.monotonic() + 20
    while folder.exists() or any(map(runs, identities)):
        assert time.monotonic() < deadline, (folder, [i for i in identities if runs(i)])
        time.sleep(0.02)


def await_text(file: Path) -> str:
    deadline = time.monotonic() + 20
    while not (file.exists() and file.read_text(encoding="utf-8").endswith("\n")):
        assert time.monotonic() < deadline, file
        time.sleep(0.02)
    return file.read_text(encoding="utf-8")


def test_a_program_runs_in_the_folder_with_little_around_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/bin:/usr/bin")
    monkeypatch.setenv("OUR_OWN", "is not passed on")
    with Processes() as processes:
        # A shell adds variables of its own; this Python shows what it was given.
        script = "import os; print(os.getcwd(), sorted(os.environ.items()))"
        command = [sys.executable, "-I", "-S", "-c", script]
        processes.start("env", command, {"LC_ALL": "C.UTF-8"})
        folder = str(processes.folder)
        await_text(processes.folder / "env.log")
        told = processes.log("env")

    own = {"PATH": "/bin:/usr/bin", "HOME": folder, "TMPDIR": folder, "LC_ALL": "C.UTF-8"}
    assert told == f"{folder} {sorted(own.items())}"


def test_all_end_when_the_context_is_left() -> None:
    with Processes() as processes:
        processes.start("one", [SLEEP, "600"])
        processes.start("two", [SHELL, "-c", "sleep 600 & echo $! > child; wait"])
        folder = processes.folder
        identities = [*processes.identities.values(), int(await_text(folder / "child"))]
        assert [runs(i) for i in identities] == [True, True, True]

    assert [runs(i) for i in identities] == [False, False, False]
    assert not folder.exists()


@pytest.mark.parametrize("end", [None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=str)
def test_all_end_when_we_do(end: signal.Signals | None) -> None:
    """By an exception (where no signal is named) or by a signal."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert parent.stdin and parent.stdout
    with parent, parent.stdin:
        told, started = json.loads(parent.stdout.readline())
        folder = Path(told)
        identities = [*started.values(), int(await_text(folder / "child"))]
        assert [runs(i) for i in identities] == [True, True, True]
        if end is None:
            parent.stdin.close()
        else:
            parent.send_signal(end)
        assert parent.wait(20) != 0

    await_end(identities, folder)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=str)
def test_all_end_when_the_supervisor_does(end: signal.Signals) -> None:
    with Processes() as processes:
        processes.start("one", [SLEEP, "600"])
        identities = list(processes.identities.values())
        folder = processes.folder
        supervisor = int(
            Path(f"/proc/{identities[0]}/stat").read_text().rpartition(")")[2].split()[1]
        )
        os.kill(supervisor, end)
        while runs(supervisor):
            time.sleep(0.02)
        with pytest.raises(ProcessEnded, match=r"^the process that supervises the others ended$"):
            processes.require("one")

    await_end(identities, folder)


def test_a_program_that_ended_is_reported_with_the_end_of_its_log() -> None:
    with Processes() as processes:
        script = 'for i in $(seq 40); do echo "line $i"; done; printf "odd\\0\\033[1m\\n"; exit 3'
        processes.start("short", [SHELL, "-c", script])
        processes.start("long", [SLEEP, "600"])
        with pytest.raises(ProcessEnded) as caught:
            while True:
                processes.require("short")
        processes.require("long")

    lines = [f"line {i}" for i in range(12, 41)]
    head = "short ended with exit code 3; the end of its log:"
    assert str(caught.value).splitlines() == [head, *lines, "odd[1m"]


def test_a_program_can_be_stopped_alone_and_started_again() -> None:
    with Processes() as processes:
        processes.start("one", [SLEEP, "600"])
        processes.start("two", [SLEEP, "600"])
        first, other = processes.identities["one"], processes.identities["two"]
        processes.stop("one")
        assert (runs(first), runs(other)) == (False, True)
        processes.start("one", [SLEEP, "600"])
        processes.require("one")


def test_a_program_that_is_not_there_is_named() -> None:
    with Processes() as processes, pytest.raises(ProcessEnded) as caught:
        processes.start("absent", ["/nonexistent/program"])
    expected = "absent cannot be started: /nonexistent/program: No such file or directory"
    assert str(caught.value) == expected
