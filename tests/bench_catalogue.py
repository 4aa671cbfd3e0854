"""`make bench-catalogue`: the CPU that all rules together add to a run over one overlay.

Compares three runs in turn: one with every rule, one in which every rule is known and none is
asked, and one that knows of no rules. What is measured is the CPU, user and system, of the gate and
of the programs that it starts, so that it matters little what else the machine does. The least of
many runs is what the work takes; the median shows how much the machine disturbs. Exit code 1 if
the least of the first is above that of the last by more than the goal.
"""

import os
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import yaml

ROOT = Path(__file__).parent.parent
GOAL = 40.0
"""Milliseconds that the catalogue may add."""

ALL = "every rule"
KNOWN = "rules known, none asked"
NONE = "no rules"
_PROGRAMS = {
    ALL: "",
    KNOWN: "import tools.rules.config as c; c.select = lambda *given: {}; ",
    NONE: "import tools.rules.catalogue as c; c.discover = dict; ",
}
_START = "import sys; from tools.validate import main; {}sys.exit(main(sys.argv[1:]) not in (0, 1))"


def main(argv: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="bench-catalogue", description="Measure what the rules cost.")
    parser.add_argument("overlay", nargs="?", default="overlays/prod")
    parser.add_argument("--rounds", type=int, default=40)
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "policies.yaml"
        bare.write_text(yaml.safe_dump(_without_rules(ROOT / "policies.yaml")), encoding="utf-8")
        commands = {
            name: [sys.executable, "-c", _START.format(program), arguments.overlay]
            for name, program in _PROGRAMS.items()
        }
        commands[NONE] += ["--config", str(bare)]
        spent = measured(commands, arguments.rounds)
    return _told(spent, arguments.overlay)


def _without_rules(file: Path) -> object:
    """The configuration as it would be without a catalogue."""
    config = yaml.safe_load(file.read_text(encoding="utf-8"))
    for settings in (config, *config.get("environments", {}).values()):
        for about_rules in ("rules", "waivers"):
            settings.pop(about_rules, None)
    return config


def measured(commands: Mapping[str, Sequence[str]], rounds: int) -> Mapping[str, Sequence[float]]:
    """The milliseconds of CPU of each command, run once a round after a first one to warm up."""
    spent: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            milliseconds = _cpu(command)
            if number:
                spent[name].append(milliseconds)
    return spent


def _cpu(command: Sequence[str]) -> float:
    # Python keeps compiled modules unless it is told not to, as it is on some build machines.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(
        command[0], list(command), {**environment, "PYTHONPATH": str(ROOT)}, file_actions=quiet
    )
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} failed")
    return (usage.ru_utime + usage.ru_stime) * 1000


def _told(spent: Mapping[str, Sequence[float]], overlay: str) -> int:
    for name, each in spent.items():
        print(f"{name:<27} {min(each):7.1f} ms of CPU   (median {median(each):.1f})")
    least = {name: min(each) for name, each in spent.items()}
    added = least[ALL] - least[NONE]
    knowing = least[KNOWN] - least[NONE]
    print(
        f"the rules add {added:.1f} ms over {overlay}, goal at most {GOAL:.0f}: "
        f"{knowing:.1f} to know them, {added - knowing:.1f} to import and ask them"
    )
    return int(added > GOAL)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
