"""What is installed: the lock files, and the commands."""

import importlib
import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PINNED = re.compile(r"^(\S+)==(\S+)(?: ; python_version [^\\]+)? \\$", re.MULTILINE)

# Every system that the lock files are for.
SYSTEMS = [
    {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "sys_platform": system,
        "platform_system": name,
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    for version in ("3.11", "3.12", "3.13", "3.14")
    for system, name in (("linux", "Linux"), ("darwin", "Darwin"))
]


def pins(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / lock).read_text()))


def declared() -> tuple[list[Requirement], list[Requirement]]:
    """What pyproject.toml asks for at run time, and for development on top of it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run_time, development = project["project"]["dependencies"], project["dependency-groups"]["dev"]
    return [Requirement(r) for r in run_time], [Requirement(r) for r in development]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_address(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    wanted = re.compile(
        r"(\S+==\S+( ; python_version [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?| *#.*|)"
    )

    assert [line for line in lines if not wanted.fullmatch(line)] == []
    assert [line for line in lines if "://" in line or "index" in line] == []


def test_the_development_lock_has_the_same_versions_as_the_run_time_lock() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_the_locks_satisfy_the_project_file() -> None:
    run_time, development = declared()
    wanted = [(r, "requirements.lock") for r in run_time]
    wanted += [(r, "requirements-dev.lock") for r in development]

    unmet = [
        str(requirement)
        for requirement, lock in wanted
        if pins(lock).get(canonicalize_name(requirement.name), "0") not in requirement.specifier
    ]
    assert unmet == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_complete_on_every_system(lock: str) -> None:
    """pip refuses what a lock does not name; the locks are made on one system for all of them."""
    locked = pins(lock)

    missing = {
        (name, requirement.name)
        for name in locked
        for requirement in map(Requirement, distribution(name).requires or [])
        for system in SYSTEMS
        if requirement.marker is None or requirement.marker.evaluate(system)
        if canonicalize_name(requirement.name) not in locked
    }
    assert missing == set()


def test_every_module_directly_in_tools_is_a_command() -> None:
    names = [path.stem for path in (ROOT / "tools").glob("[!_]*.py")]
    modules = [importlib.import_module(f"tools.{name}") for name in names]

    assert "validate" in names
    assert [module.__name__ for module in modules if not callable(vars(module).get("main"))] == []
