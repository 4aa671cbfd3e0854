"""Build a program, or find it in the cache.

A binary is cached under its version and a hash of all that decides what is built: several checkouts
share it, and none gets another one's.

Run, it builds: `python -m tests.cluster.build [NAME …]` prints the path of each program named, else
of all.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.amended import amended
from tests.cluster.programs import PROGRAMS, Program, ProgramUnavailable
from tools.render.process import find_program
from tools.source.cache import cache_folder


def binary(program: Program, environment: Mapping[str, str] | None = None) -> Path:
    """The program's executable, built first if it is not in the cache; progress goes to stderr.

    Raises ProgramUnavailable: no Go, one that is too old, a build that failed, no cache.
    """
    environment = os.environ if environment is None else environment
    folder = cache_folder(environment)
    if folder is None:
        raise ProgramUnavailable("no folder to keep things in: set HOME or GITOPS_GATE_CACHE")
    go = _Go(program, environment)
    target = folder / "programs" / f"{program.name}-{program.version}-{_key(program, go)}"
    if not target.exists():
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _alone(target.parent, program.name):
                if not target.exists():
                    _build(program, target, go)
        except OSError as error:
            sentence = f"{folder} cannot be used as cache ({error.strerror or error})"
            remedy = "set GITOPS_GATE_CACHE to a folder that can be written"
            raise ProgramUnavailable(f"{sentence}; {remedy}") from error
    return target


def module_folder(program: Program, environment: Mapping[str, str] | None = None) -> Path:
    """The folder of the module that a program is of, with the files that come beside its code.

    Raises ProgramUnavailable if Go cannot have it.
    """
    return _module_folder(program, _Go(program, os.environ if environment is None else environment))


def _module_folder(program: Program, go: "_Go") -> Path:
    asked = go.run("mod", "download", "-json", program.requires)
    if asked.returncode:
        said = " ".join(asked.stderr.split())
        raise ProgramUnavailable(f"go cannot have the module {program.requires}: {said}")
    return Path(json.loads(asked.stdout)["Dir"])


class _Go:
    """The Go of this machine, in a program's module."""

    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self._module = program.module
        go = find_program("go", environment)
        if go is None:
            raise ProgramUnavailable(f"no Go on PATH; {self._remedy()}")
        self._path = str(go)
        # These would make it another binary than the one that the cache's name promises.
        foreign = ("GOOS", "GOARCH", "GOFLAGS", "GOEXPERIMENT")
        kept = {name: value for name, value in environment.items() if name not in foreign}
        self._environment = {**kept, "GOWORK": "off", "CGO_ENABLED": "0"}

    def version(self) -> str:
        """What Go builds the module with, such as `go1.26.8`.

        An older Go may fetch the one that go.mod asks for; if it may not, this is where it says so.
        """
        asked = self.run("env", "GOVERSION")
        if asked.returncode:
            said = " ".join(asked.stderr.split())
            raise ProgramUnavailable(f"{self._path} is of no use ({said}); {self._remedy()}")
        return asked.stdout.strip()

    def run(
        self, *arguments: str, folder: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run it in another folder than the program's module where one is given."""
        return subprocess.run(
            [self._path, *arguments],
            cwd=folder or self._module,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
            errors="backslashreplace",
        )

    def _remedy(self) -> str:
        text = (self._module / "go.mod").read_text(encoding="utf-8")
        wanted = re.search(r"^go (\d+\.\d+)", text, re.MULTILINE)
        version = f" {wanted[1]} or later" if wanted else ""
        return f"the programs of the cluster tests are built with Go{version}: install it"


def _key(program: Program, go: _Go) -> str:
    """A hash of all that decides what a build makes."""
    system = os.uname()
    sources = sorted(program.module.rglob("*.go"))
    parts = [
        *(source.read_bytes() for source in sources),
        (program.module / "go.mod").read_bytes(),
        (program.module / "go.sum").read_bytes(),
        "\0".join([*program.arguments(), go.version(), system.sysname, system.machine]).encode(),
        *("\0".join(amendment).encode() for amendment in program.amendments),
    ]
    digests = b"".join(hashlib.sha256(part).digest() for part in parts)
    return hashlib.sha256(digests).hexdigest()[:16]


def _build(program: Program, target: Path, go: _Go) -> None:
    """Build under another name, then rename: what has the name is whole."""
    title, prefix = f"{program.name} {program.version}", f"{program.name}-build-"
    _note(f"building {title}, once on this machine; it takes minutes")
    begin = time.monotonic()
    for abandoned in target.parent.glob(f"{prefix}*"):
        shutil.rmtree(abandoned)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent) as scratch:
        built, folder = Path(scratch, program.name), program.module
        if program.amendments:
            folder = amended(program, _module_folder(program, go), Path(scratch, "module"))
        ended = go.run("build", "-o", str(built), *program.arguments(), folder=folder)
        if ended.returncode or not built.is_file():
            end = "\n".join(ended.stderr.splitlines()[-20:])
            raise ProgramUnavailable(f"go could not build {title}:\n{end}")
        built.rename(target)
    _note(f"built {title} in {time.monotonic() - begin:.0f} s")


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """Hold a program's lock, which the system gives back even if this process is killed."""
    with (folder / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _note(f"another process is building {name}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _note(text: str) -> None:
    print(f"cluster tests: {text}", file=sys.stderr, flush=True)


def main(names: Sequence[str]) -> int:
    """Build what is missing; 2 and a sentence on stderr if a program cannot be had."""
    if unknown := [name for name in names if name not in PROGRAMS]:
        _note(f"there is no program {unknown[0]}, only {', '.join(PROGRAMS)}")
        return 2
    try:
        for name in names or PROGRAMS:
            print(binary(PROGRAMS[name]))
    except ProgramUnavailable as error:
        _note(str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
