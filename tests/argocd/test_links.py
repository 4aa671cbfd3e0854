"""Links for which Argo CD refuses a repository."""

import subprocess
from pathlib import Path

import pytest

from tools.argocd.links import outside_links
from tools.source.repository import Repository

LINKS = {
    "apps/base": "../base",
    "apps/web/up-and-down": "../../base/all.yaml",
    "apps/nowhere": "missing.yaml",
    "absolute": "/etc/hostname",
    "apps/outside": "../../elsewhere",
    # On its way it is outside, although it ends inside.
    "roundabout": "../shop/base",
    "apps/web/above": "../../..",
}
OUTSIDE = ["absolute", "apps/outside", "apps/web/above", "roundabout"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "base").mkdir(parents=True)
    (root / "base/all.yaml").write_text("a: b\n")
    for name, target in LINKS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(target)
    return root


def test_links_in_folders(root: Path) -> None:
    assert outside_links(Repository(root)) == OUTSIDE


def test_links_that_git_does_not_hold_do_no_harm(root: Path) -> None:
    (root / ".gitignore").write_text("absolute\n")
    for arguments in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", "-C", root, *arguments], check=True)
    (root / "apps/outside").unlink()
    assert outside_links(Repository(root)) == ["apps/web/above", "roundabout"]
