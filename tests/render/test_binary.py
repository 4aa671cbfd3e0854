"""Which kustomize is taken, and what is said when it is not the pinned one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.render.loopback import KUSTOMIZE, program
from tools.render.binary import KustomizeUnavailable, kustomize
from tools.render.release import PINNED

OTHER = "#!/bin/sh\necho v5.4.3\n"
ROOT = Path(__file__).parents[2]
REMEDY = "put kustomize 5.8.1 first on PATH, or name a kustomize 5.8.1 in GITOPS_GATE_KUSTOMIZE"


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    return {"GITOPS_GATE_CACHE": str(tmp_path / "cache"), "PATH": "/nonexistent", **variables}


def counting(log: Path, version: str = "v5.8.1") -> str:
    """A kustomize that notes each run."""
    return f"#!/bin/sh\necho run >> '{log}'\necho {version}\n"


def test_the_pin_is_the_archive_that_is_published() -> None:
    assert PINNED.archive("linux_amd64", PINNED.address) == (
        "https://github.com/kubernetes-sigs/kustomize/releases/download/"
        "kustomize%2Fv5.8.1/kustomize_v5.8.1_linux_amd64.tar.gz"
    )
    assert PINNED.module == "sigs.k8s.io/kustomize/kustomize/v5@v5.8.1"
    assert {"linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"} <= set(PINNED.archives)
    assert {len(bytes.fromhex(checksum)) for checksum in PINNED.archives.values()} == {32}


def test_a_named_binary_is_taken_before_the_one_on_path(tmp_path: Path) -> None:
    named = program(tmp_path / "own" / "kustomize-5.8.1", KUSTOMIZE)
    program(tmp_path / "bin" / "kustomize", OTHER)
    variables = environment(tmp_path, GITOPS_GATE_KUSTOMIZE=str(named), PATH=str(tmp_path / "bin"))

    assert kustomize(environment=variables) == named


@pytest.mark.parametrize("name", ["absent", "folder", "text"])
def test_a_named_binary_must_be_a_program(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("not executable")
    named = tmp_path / name

    with pytest.raises(KustomizeUnavailable) as raised:
        kustomize(environment=environment(tmp_path, GITOPS_GATE_KUSTOMIZE=str(named)))

    assert str(raised.value) == (
        f"GITOPS_GATE_KUSTOMIZE names {named}, which is no program; "
        "name a kustomize 5.8.1 or unset it"
    )


def test_the_pinned_version_on_path_is_taken(tmp_path: Path) -> None:
    first = program(tmp_path / "first" / "kustomize", KUSTOMIZE)
    program(tmp_path / "second" / "kustomize", OTHER)
    path = os.pathsep.join([str(tmp_path / "first"), str(tmp_path / "second")])

    assert kustomize(environment=environment(tmp_path, PATH=path)) == first


@pytest.mark.parametrize("variable", ["PATH", "GITOPS_GATE_KUSTOMIZE"])
def test_another_version_is_an_error_and_never_passed_over(tmp_path: Path, variable: str) -> None:
    other = program(tmp_path / "bin" / "kustomize", OTHER)
    program(tmp_path / "later" / "kustomize", KUSTOMIZE)
    path = os.pathsep.join([str(other.parent), str(tmp_path / "later")])
    value = path if variable == "PATH" else str(other)

    with pytest.raises(KustomizeUnavailable) as raised:
        kustomize(environment=environment(tmp_path, **{variable: value}))

    assert str(raised.value) == f"{other} is kustomize 5.4.3, not the pinned 5.8.1; {REMEDY}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "#!/bin/sh\nexit 3\n",
            "does not say which version it is when it runs on its own (exit code 3)",
        ),
        ("#!/bin/sh\n", "does not say which version it is when it runs on its own (exit code 0)"),
        ("#!/bin/sh\nkill -9 $$\n", "was ended by signal SIGKILL"),
        ("no program for any machine", "cannot be started: Exec format error"),
    ],
)
def test_a_kustomize_that_does_not_answer_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    broken = program(tmp_path / "bin" / "kustomize", text)

    with pytest.raises(KustomizeUnavailable) as raised:
        kustomize(environment=environment(tmp_path, PATH=str(broken.parent)))

    assert str(raised.value) == f"{broken} {said}; {REMEDY}"


def test_a_kustomize_in_the_working_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = program(tmp_path / "repository" / "bin" / "kustomize", counting(tmp_path / "log"))
    own = program(tmp_path / "own" / "kustomize", KUSTOMIZE)
    monkeypatch.chdir(trap.parent)
    path = os.pathsep.join([".", "", "../bin", str(own.parent)])

    assert kustomize(environment=environment(tmp_path, PATH=path)) == own
    assert not (tmp_path / "log").exists()


def test_a_binary_is_asked_once_for_its_version(tmp_path: Path) -> None:
    binary = program(tmp_path / "bin" / "kustomize", counting(tmp_path / "log"))
    variables = environment(tmp_path, PATH=str(binary.parent))

    assert [kustomize(environment=variables) for _ in range(3)] == [binary] * 3
    assert (tmp_path / "log").read_text() == "run\n"


def test_a_binary_that_changed_is_asked_again(tmp_path: Path) -> None:
    binary = program(tmp_path / "bin" / "kustomize", KUSTOMIZE)
    variables = environment(tmp_path, PATH=str(binary.parent))
    kustomize(environment=variables)

    # The same file and the same size: only the time of the change tells.
    program(binary, OTHER)
    os.utime(binary, ns=(0, binary.stat().st_mtime_ns + 1))

    with pytest.raises(KustomizeUnavailable, match=r"is kustomize 5\.4\.3"):
        kustomize(environment=variables)


def test_a_stamp_counts_for_its_own_path_only(tmp_path: Path) -> None:
    binary = program(tmp_path / "bin" / "kustomize", counting(tmp_path / "log"))
    kustomize(environment=environment(tmp_path, PATH=str(binary.parent)))
    moved = binary.rename(tmp_path / "kustomize")

    assert kustomize(environment=environment(tmp_path, PATH=str(tmp_path))) == moved
    assert (tmp_path / "log").read_text() == "run\nrun\n"


def test_a_cache_that_cannot_be_written_does_not_matter_to_a_binary_at_hand(
    tmp_path: Path,
) -> None:
    binary = program(tmp_path / "bin" / "kustomize", KUSTOMIZE)
    (tmp_path / "file").write_text("where a folder would have to be")
    variables = environment(
        tmp_path, PATH=str(binary.parent), GITOPS_GATE_CACHE=str(tmp_path / "file" / "cache")
    )

    assert kustomize(environment=variables) == binary


def run_module(variables: dict[str, str], *code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *(code or ("-m", "tools.render.binary"))]
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=30
    )


def test_the_module_prints_the_path(tmp_path: Path) -> None:
    binary = program(tmp_path / "bin" / "kustomize", KUSTOMIZE)

    ran = run_module(environment(tmp_path, PATH=str(binary.parent)))

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"{binary}\n", "")


def test_the_module_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    other = program(tmp_path / "bin" / "kustomize", OTHER)

    ran = run_module(environment(tmp_path, PATH=str(other.parent)))

    sentence = f"gitops-gate: {other} is kustomize 5.4.3, not the pinned 5.8.1; {REMEDY}\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", sentence)


def test_what_is_known_is_found_without_the_modules_that_download(tmp_path: Path) -> None:
    binary = program(tmp_path / "bin" / "kustomize", KUSTOMIZE)
    variables = environment(tmp_path, PATH=str(binary.parent))
    kustomize(environment=variables)
    code = "import sys; from tools.render.build import kustomize; kustomize(); print(*sys.modules)"

    # -S: what the machine's own start-up files import is not ours.
    ran = run_module(variables, "-S", "-c", code)

    heavy = {
        "dataclasses",
        "hashlib",
        "inspect",
        "json",
        "shutil",
        "socket",
        "subprocess",
        "tarfile",
        "tempfile",
        "threading",
        "typing",
        "urllib.request",
    }
    assert (ran.returncode, ran.stderr) == (0, "")
    assert heavy & set(ran.stdout.split()) == set()
