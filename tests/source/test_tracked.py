"""Which files of a repository are searched, and with which content."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.miniature import plant
from tools.source.git import MAX_BYTES
from tools.source.place import SourceError
from tools.source.tracked import Index, Tracked, WorkTree


@pytest.fixture(autouse=True)
def no_settings_of_this_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def contents(tracked: Tracked) -> dict[str, bytes]:
    return {file.name: file.content for file in tracked.files()}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    plant(tmp_path, "--- .gitignore\nignored.env\n--- a/b.yaml\nstaged\n--- gone.txt\nstaged\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    plant(tmp_path, "--- a/b.yaml\nedited\n--- ignored.env\nx\n--- new.txt\nnew\n")
    (tmp_path / "gone.txt").unlink()
    return tmp_path


def test_the_work_tree_is_what_git_tracks_or_would_add(repository: Path) -> None:
    assert contents(WorkTree(repository)) == {
        ".gitignore": b"ignored.env\n",
        "a/b.yaml": b"edited\n",
        "new.txt": b"new\n",
    }


def test_the_checkout_of_somebody_else_is_read(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    refused = subprocess.run(["git", "ls-files"], cwd=repository, capture_output=True, check=False)
    assert b"dubious ownership" in refused.stderr, "what Git itself says of such a checkout"
    assert "a/b.yaml" in contents(WorkTree(repository))
    assert "a/b.yaml" in contents(Index(repository))


def test_the_index_is_what_would_be_committed(repository: Path) -> None:
    assert contents(Index(repository)) == {
        ".gitignore": b"ignored.env\n",
        "a/b.yaml": b"staged\n",
        "gone.txt": b"staged\n",
    }


@pytest.mark.parametrize("kind", [WorkTree, Index])
def test_a_folder_of_a_repository_has_its_own_names(repository: Path, kind: type[Tracked]) -> None:
    assert list(contents(kind(repository / "a"))) == ["b.yaml"]


@pytest.mark.parametrize("kind", [WorkTree, Index])
def test_odd_files(tmp_path: Path, kind: type[Tracked]) -> None:
    """Equal files are both there, names may hold anything, links and huge files are left out."""
    git(tmp_path, "init", "--quiet")
    names = ("one", "the same as one", "line\nbreak", "tab\t", "empty")
    for name in names:
        (tmp_path / name).write_bytes(b"" if name == "empty" else b"\0binary\n\n")
    (tmp_path / "link").symlink_to("one")
    (tmp_path / "huge").write_bytes(b"x" * (MAX_BYTES + 1))
    git(tmp_path, "add", "--all")

    assert contents(kind(tmp_path)) == {
        name: b"" if name == "empty" else b"\0binary\n\n" for name in names
    }


def test_an_empty_repository_holds_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")

    assert (contents(WorkTree(tmp_path)), contents(Index(tmp_path))) == ({}, {})


def test_without_git_every_file_counts(tmp_path: Path) -> None:
    plant(tmp_path, "--- .env\nA=1\n--- a/b\nb\n--- node_modules/c\nc\n--- .venv/d\nd\n")

    assert contents(WorkTree(tmp_path)) == {".env": b"A=1\n", "a/b": b"b\n"}
    with pytest.raises(SourceError, match=r"^git ls-files fails: fatal: not a git repository"):
        contents(Index(tmp_path))


def test_git_that_does_not_answer_is_not_an_empty_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").write_text("broken")
    with pytest.raises(SourceError, match=r"^git ls-files fails: fatal: invalid gitfile format"):
        contents(WorkTree(tmp_path))

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match=r"^there is no git on the PATH"):
        contents(WorkTree(tmp_path))


def test_nothing_that_the_repository_configures_is_run(repository: Path) -> None:
    git(repository, "config", "core.fsmonitor", f"touch {repository}/was-run;")

    contents(WorkTree(repository))
    contents(Index(repository))

    assert not (repository / "was-run").exists()
