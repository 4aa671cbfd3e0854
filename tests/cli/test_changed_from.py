"""`--changed-from`: what a target was where the work tree left a revision."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.command import validate
from tests.miniature import plant

TREE = """
    --- overlay/kustomization.yaml
    resources: [role.yaml]
    --- overlay/role.yaml
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      name: reads
      namespace: shop
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: Role
      name: reader
    """
ONLY = ("--only", "change-allowed")


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    plant(tmp_path, TREE)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message=first")
    return tmp_path


def rename_role(repository: Path, name: str) -> None:
    file = repository / "overlay" / "role.yaml"
    file.write_text(file.read_text().replace("name: reader", f"name: {name}"))


def test_a_change_that_the_server_refuses_is_a_finding_at_its_line(repository: Path) -> None:
    rename_role(repository, "writer")
    ran = validate("overlay", "--changed-from", "main", *ONLY, "--format", "json", cwd=repository)
    [finding] = json.loads(ran.out)["findings"]
    assert (ran.code, ran.err) == (1, "")
    assert finding["path"] == ["roleRef"]
    assert finding["source"] == {"file": "overlay/role.yaml", "line": 9, "column": 9}
    assert finding["message"] == "roleRef.name changes from 'reader' to 'writer'; it is immutable"


def test_without_it_nothing_is_compared(repository: Path) -> None:
    rename_role(repository, "writer")
    assert validate("overlay", *ONLY, cwd=repository).code == 0


def test_what_others_merged_since_is_no_change_of_this_branch(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "topic")
    git(repository, "switch", "--quiet", "main")
    rename_role(repository, "writer")
    git(repository, "commit", "--quiet", "--all", "--message=elsewhere")
    git(repository, "switch", "--quiet", "topic")
    assert validate("overlay", "--changed-from", "main", *ONLY, cwd=repository).code == 0


def test_a_target_that_is_new_has_nothing_to_compare_with(repository: Path) -> None:
    plant(repository, TREE.replace("overlay/", "added/"))
    assert validate("--changed-from", "main", *ONLY, cwd=repository).code == 0


def test_an_earlier_revision_that_does_not_render_is_not_judged(repository: Path) -> None:
    (repository / "overlay" / "kustomization.yaml").write_text("resources: [missing.yaml]\n")
    git(repository, "commit", "--quiet", "--all", "--message=broken")
    (repository / "overlay" / "kustomization.yaml").write_text("resources: [role.yaml]\n")
    ran = validate("overlay", "--changed-from", "HEAD", *ONLY, "--format", "json", cwd=repository)
    [entry] = json.loads(ran.out)["not_judged"]
    assert ran.code == 3
    assert entry["blocking"] and entry["rule"] == "change-allowed"
    assert entry["reason"].startswith("the earlier revision cannot be judged: ")
    assert "missing.yaml" in entry["reason"]


@pytest.mark.parametrize("revision", ["nowhere", "--output=/tmp/x", ""])
def test_what_is_no_revision_is_misuse(repository: Path, revision: str) -> None:
    ran = validate("overlay", f"--changed-from={revision}", *ONLY, cwd=repository)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("gitops-gate: ") and ran.err.count("\n") == 1
    assert repr(revision) in ran.err


def test_links_of_the_revision_lead_nowhere_else(repository: Path) -> None:
    outside = repository.parent / f"{repository.name}-outside.yaml"
    outside.write_text("kind: List\n")
    role = repository / "overlay" / "role.yaml"
    text = role.read_text()
    role.unlink()
    role.symlink_to(outside)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=link")
    role.unlink()
    role.write_text(text)
    ran = validate("overlay", "--changed-from", "HEAD", *ONLY, cwd=repository)
    assert ran.code == 3
    assert "leads out of the repository" in ran.out
