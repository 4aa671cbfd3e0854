"""`make bench`: one cold run of the gate against `kustomize build` of the same overlay.

Both are started afresh each time, in turn, so that whatever else the machine does meets both.
Prints the medians and their ratio, and where the gate's time goes; exit code 1 if the ratio is
above the goal.
"""

import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from tools.render.binary import kustomize

ROOT = Path(__file__).parent.parent
GOAL = 4.0
"""Times `kustomize build` that a cold run may take."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="bench", description="Compare the gate with kustomize build.")
    parser.add_argument("overlay", nargs="?", default="overlays/prod")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args(argv)
    gate = [sys.executable, "-m", "tools.validate", arguments.overlay]
    render = [str(kustomize()), "build", arguments.overlay]
    bare = [sys.executable, "-c", "pass"]
    commands = {"kustomize build": render, "the gate, cold": gate, "Python, bare": bare}
    medians = compared(commands, arguments.rounds)
    ratio = medians["the gate, cold"] / medians["kustomize build"]
    print(f"ratio {ratio:.2f}, goal at most {GOAL:.0f}, {arguments.overlay}")
    return int(ratio > GOAL)


def compared(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """Run each command once a round; prints and returns the medians in seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            seconds[name].append(_run(command))
    medians = {name: median(times[1:]) for name, times in seconds.items()}  # the first warms up
    for name, value in medians.items():
        print(f"{name:<16} {value * 1000:7.1f} ms   (best {min(seconds[name]) * 1000:.1f})")
    return medians


def _run(command: Sequence[str]) -> float:
    # Python keeps compiled modules unless it is told not to, as it is on some build machines.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    seconds = time.perf_counter() - begin
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} failed: {done.stderr.decode()}")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
