"""The command `gitops-gate`: `gitops-gate validate …` is `python -m tools.validate …`.

In the wheel this package is `gitops_gate`, with `tools` and `policies` inside it. Its folder goes
first on the path and the working folder goes off it, so that `tools` is ours and never that of the
repository which is looked at.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

HOME = Path(__file__).resolve().parent


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names and return its exit code, 2 for misuse."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = arguments[0] if arguments else ""
    known = commands()
    if command in known:
        return _run(command, arguments[1:])
    if command in ("-h", "--help"):
        print(_usage(known))
        return 0
    if command == "--version":
        from importlib.metadata import version

        print(version("gitops-gate"))
        return 0
    print(_unknown(command, known) if command else _usage(known), file=sys.stderr)
    return 2


def commands() -> list[str]:
    """The name of each command: every module directly in `tools`, every stage with a `__main__`."""
    modules = (file.stem for file in (HOME / "tools").glob("[!_]*.py"))
    stages = (file.parent.name for file in (HOME / "tools").glob("[!_]*/__main__.py"))
    return sorted({*modules, *stages} - {"installed"})


def _run(command: str, arguments: list[str]) -> int:
    import importlib

    here = str(Path.cwd())
    sys.path[:] = [str(HOME), *(folder for folder in sys.path if folder not in ("", here))]
    is_stage = (HOME / "tools" / command).is_dir()
    name = f"tools.{command}.__main__" if is_stage else f"tools.{command}"
    code: int = importlib.import_module(name).main(arguments)
    return code


def _usage(known: Sequence[str]) -> str:
    return f"usage: gitops-gate {{{','.join(known)}}} …   (--help after a command explains it)"


def _unknown(name: str, known: Sequence[str]) -> str:
    import difflib

    nearest = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"the commands are {', '.join(known)}"
    return f"gitops-gate: there is no command {name!r}; {hint}"
