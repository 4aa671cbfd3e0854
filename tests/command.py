"""Run a command of the toolkit as a user does, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def run(
    command: str,
    *arguments: str,
    cwd: Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> Ran:
    """`python -m tools.<command>` in a folder, with some of the environment set."""
    done = subprocess.run(
        [sys.executable, "-m", f"tools.{command}", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def validate(
    *arguments: str, cwd: Path, stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> Ran:
    """`python -m tools.validate` in a folder, with some of the environment set."""
    return run("validate", *arguments, cwd=cwd, stdin=stdin, environment=environment)
