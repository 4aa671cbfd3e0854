"""A program's source with its amendments, to be built instead of the one in Go's module cache.

Go overlays no file of its module cache, but it builds a module from another folder where a
`replace` in go.mod says so. The folder is named relative to go.mod, so that no path of this machine
enters the binary; `go version -m` shows the replacement.

https://go.dev/ref/mod#go-mod-file-replace
"""

import shutil
from pathlib import Path

from tests.cluster.programs import Amendment, Program, ProgramUnavailable

_COPY = "amended"


def amended(program: Program, original: Path, folder: Path) -> Path:
    """Make `folder` a copy of the program's module that uses an amended copy of `original`.

    `original` is the folder of the Go module that the program requires. Returns `folder`. Raises
    ProgramUnavailable where what is to be amended does not stand there exactly once.
    """
    shutil.copytree(program.module, folder)
    _copy(original, folder / _COPY)
    for amendment in program.amendments:
        _amend(program, amendment, folder / _COPY / amendment.file)
    with (folder / "go.mod").open("a", encoding="utf-8") as file:
        file.write(f"\nreplace {program.requires} => ./{_COPY}\n")
    return folder


def _copy(original: Path, copy: Path) -> None:
    # Nothing may be written in the module cache, and copied modes would keep the copy from going.
    for file in original.rglob("*"):
        if file.is_file():
            target = copy / file.relative_to(original)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def _amend(program: Program, amendment: Amendment, file: Path) -> None:
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    count = text.count(amendment.old)
    if count != 1:
        where = f"{amendment.file} of {program.requires} {program.version}"
        remedy = f"say in programs.py what is to be amended in {program.name} now"
        raise ProgramUnavailable(f"{where} has {count} times, not once: {amendment.old}; {remedy}")
    file.write_text(text.replace(amendment.old, amendment.new), encoding="utf-8")
