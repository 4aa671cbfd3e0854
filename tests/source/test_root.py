"""Where a repository begins, with and without something that marks it."""

from pathlib import Path

import pytest

from tests.miniature import plant
from tools.source.root import repository_of

TREE = """\
--- team/base/kustomization.yaml
resources: []
--- team/overlays/prod/kustomization.yaml
resources: [../../base]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path.resolve(), TREE)


def test_git_marks_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".git").mkdir()
    (root / "team" / "policies.yaml").touch()
    monkeypatch.chdir(root / "team")
    assert repository_of(Path("overlays/prod")) == root


def test_else_the_configuration_does(root: Path) -> None:
    (root / "team" / "policies.yaml").touch()
    assert repository_of(root / "team/overlays/prod") == root / "team"


@pytest.mark.parametrize(
    ("folder", "expected"),
    [(".", "."), ("team", "team"), ("team/overlays", "team"), ("team/overlays/prod", "team")],
)
def test_else_it_holds_all_that_the_target_names(
    root: Path, monkeypatch: pytest.MonkeyPatch, folder: str, expected: str
) -> None:
    monkeypatch.chdir(root / folder)
    assert repository_of(root / "team/overlays/prod") == (root / expected).resolve()
