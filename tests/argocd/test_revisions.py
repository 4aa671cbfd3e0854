"""What a `targetRevision` stands for in a clone, and what is said about it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.miniature import plant
from tools.argocd.reading import applications_of
from tools.kubernetes.resource import Resource
from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import Config
from tools.rules.gate import Gate, Report
from tools.source.repository import Repository
from tools.source.targets import every_target

ADDRESS = "https://git.example.com/shop.git"
RULES = {
    name: rule
    for name, rule in discover().items()
    if name in ("application-source-resolves", "application-revision-pinned")
}
FILES = """
    --- web/kustomization.yaml
    resources: [../base]
    --- base/kustomization.yaml
    resources: [web.yaml]
    --- base/web.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    data: {page: old}
    --- base/README.md
    About the base.
    """


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(name="server")
def _server(tmp_path: Path) -> Path:
    """Tags 1.0.0 and v1.1.0 (annotated), then a new folder on main; `live` is still at 1.0.0."""
    folder = plant(tmp_path / "server", FILES)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "first")
    git(folder, "tag", "1.0.0")
    git(folder, "branch", "live")
    (folder / "base/README.md").write_text("More about the base.\n")
    commit(folder, "second")
    git(folder, "tag", "--annotate", "--message=later", "v1.1.0")
    plant(folder, "--- new/kustomization.yaml\nresources: [../base]\n")
    web = folder / "base/web.yaml"
    web.write_text(web.read_text().replace("old", "new"))
    commit(folder, "third")
    return folder


@pytest.fixture(name="clone")
def _clone(server: Path, tmp_path: Path) -> Path:
    return cloned(server, tmp_path)


def cloned(server: Path, tmp_path: Path, *arguments: str) -> Path:
    git(tmp_path, "clone", "--quiet", *arguments, f"file://{server}", "clone")
    git(tmp_path / "clone", "remote", "set-url", "origin", ADDRESS)
    return tmp_path / "clone"


def judged(clone: Path, revision: str, path: str = "web") -> Report:
    source = {"repoURL": ADDRESS, "path": path, "targetRevision": revision}
    lines = "".join(f"    {field}: {value!r}\n" for field, value in source.items())
    head = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n"
    (clone / "application.yaml").write_text(f"{head}spec:\n  source:\n{lines}")
    repository = Repository(clone)
    gate = Gate(repository, RULES, Config(), ("1.34", "1.36"), whole=True)
    *_, report = gate.run(Starts(repository, every_target(repository, []), 2))
    return report


def said(report: Report) -> Iterator[tuple[str, str, int]]:
    """What is found about the Application, with the field's line in its source."""
    for finding in report.findings:
        assert finding.source is not None
        yield finding.severity.word, finding.message, finding.source.line - 6


PATH, REVISION = 1, 2
NEWER = "is not what is checked out and judged: base/web.yaml differs"


@pytest.mark.parametrize(
    ("revision", "path", "expected"),
    [
        ("main", "web", []),
        ("HEAD", "web", []),
        ("", "web", []),
        ("refs/heads/main", "new", []),
        ("live", "web", []),
        ("1.0.0", "web", [("info", f"revision '1.0.0' {NEWER}", REVISION)]),
        ("v1.1.0", "web", [("info", f"revision 'v1.1.0' {NEWER}", REVISION)]),
        ("refs/tags/v1.1.0", "web", [("info", f"revision 'refs/tags/v1.1.0' {NEWER}", REVISION)]),
        (
            "1.*",
            "web",
            [
                (
                    "warning",
                    "revision '1.*' is a range, so what is deployed changes by itself",
                    REVISION,
                ),
                ("info", f"revision '1.*' {NEWER}", REVISION),
            ],
        ),
        ("v1.1.0", "new", [("error", "revision 'v1.1.0' has no folder 'new'", PATH)]),
        # What is checked out builds on `live`, and brings the folder to it.
        ("live", "new", []),
        (
            "mian",
            "web",
            [("error", "the repository has no branch, tag or commit 'mian'", REVISION)],
        ),
        # The short name of a branch is `main`.
        (
            "heads/main",
            "web",
            [("error", "the repository has no branch, tag or commit 'heads/main'", REVISION)],
        ),
        (
            "2.*",
            "web",
            [
                (
                    "error",
                    "the repository has no branch, tag or commit '2.*'",
                    REVISION,
                ),
                (
                    "warning",
                    "revision '2.*' is a range, so what is deployed changes by itself",
                    REVISION,
                ),
            ],
        ),
        (
            "0123456789abcdef0123456789abcdef01234567",
            "web",
            [
                (
                    "error",
                    "no branch and no tag of this clone has a commit "
                    "'0123456789abcdef0123456789abcdef01234567'",
                    REVISION,
                )
            ],
        ),
        # A branch of another name that the server keeps for a request.
        ("pull/7/head", "web", []),
    ],
)
def test_a_revision_in_a_whole_clone(
    clone: Path, revision: str, path: str, expected: list[tuple[str, str, int]]
) -> None:
    assert sorted(said(judged(clone, revision, path))) == sorted(expected)


def test_commits_are_named_whole_or_by_their_beginning(clone: Path) -> None:
    first = git(clone, "rev-parse", "1.0.0").strip()
    for revision in (first, first[:7]):
        expected = [("info", f"revision {revision!r} {NEWER}", REVISION)]
        assert list(said(judged(clone, revision))) == expected
    head = git(clone, "rev-parse", "HEAD").strip()
    assert list(said(judged(clone, head))) == []


def test_branches_that_went_apart(clone: Path) -> None:
    """Of a branch with commits of its own nobody knows whether this one will be merged into it."""
    git(clone, "switch", "--quiet", "--create", "topic", "origin/live")
    plant(clone, "--- other/kustomization.yaml\nresources: [../base]\n")
    commit(clone, "a new folder")
    missing = [("info", "revision 'main' has no folder 'other'", PATH)]
    assert list(said(judged(clone, "main", "other"))) == missing
    newer = [("info", f"revision 'main' {NEWER}", REVISION)]
    assert list(said(judged(clone, "main"))) == newer


def test_a_folder_that_only_the_revision_has(clone: Path) -> None:
    git(clone, "rm", "-r", "--quiet", "web")
    commit(clone, "no web any more")
    assert list(said(judged(clone, "1.0.0"))) == []
    assert [message for _, message, _ in said(judged(clone, "HEAD"))] == []


def test_a_branch_that_nobody_pushed(clone: Path) -> None:
    git(clone, "switch", "--quiet", "--create", "mine")
    message = "the repository has no branch, tag or commit 'mine'"
    assert list(said(judged(clone, "mine"))) == [("error", message, REVISION)]


def reasons(report: Report) -> list[str]:
    assert not any(each.blocking for each in report.not_judged)
    return [each.reason for each in report.not_judged]


def test_what_a_clone_does_not_tell(server: Path, tmp_path: Path) -> None:
    clone = cloned(server, tmp_path, "--depth=1")
    report = judged(clone, "mian")
    assert (list(said(report)), reasons(report)) == (
        [],
        [
            "revisions are not looked up: this is a shallow clone, which knows only some revisions",
        ],
    )


def test_a_clone_of_one_branch_knows_no_others(server: Path, tmp_path: Path) -> None:
    clone = cloned(server, tmp_path, "--single-branch")
    report = judged(clone, "live")
    assert (list(said(report)), reasons(report)) == (
        [],
        ["this clone has only some branches or tags, and no 'live'"],
    )


def test_without_git_or_a_remote(server: Path, tmp_path: Path) -> None:
    report = judged(server, "mian")
    reason = "no remote of this clone says whether there is a revision 'mian'"
    assert (list(said(report)), reasons(report)) == ([], [reason])

    report = judged(plant(tmp_path / "plain", FILES), "mian")
    reason = "revisions are not looked up: this is no Git checkout"
    assert (list(said(report)), reasons(report)) == ([], [reason])


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("main", ["base", "new", "web"]),
        ("HEAD", ["base", "new", "web"]),
        ("live", ["base", "new", "web"]),
        ("1.0.0", ["revision '1.0.0' is not what is checked out"]),
        ("mian", ["the repository has no branch, tag or commit 'mian'"]),
    ],
)
def test_a_git_generator_lists_what_is_checked_out(
    clone: Path, revision: str, expected: list[str]
) -> None:
    generator = {"repoURL": ADDRESS, "revision": revision, "directories": [{"path": "*"}]}
    template = {"metadata": {"name": "{{path}}"}}
    data = {"kind": "ApplicationSet", "apiVersion": "argoproj.io/v1alpha1"}
    resource = Resource(
        {**data, "spec": {"generators": [{"git": generator}], "template": template}}
    )

    found = applications_of([resource], Repository(clone))
    names = [application.name for application in found.all]
    assert names + [unmade.reason for _, unmade in found.unmade] == expected


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("main", []),
        ("live", []),  # what is checked out brings the file to it
        ("v1.1.0", ["error: revision 'v1.1.0' has no file 'new/kustomization.yaml'"]),
        ("aside", ["info: revision 'aside' has no file 'new/kustomization.yaml'"]),
        ("mian", []),  # application-source-resolves says that
    ],
)
def test_a_values_file_is_in_the_revision_of_its_source(
    server: Path, tmp_path: Path, revision: str, expected: list[str]
) -> None:
    git(server, "branch", "aside", "1.0.0")
    git(server, "checkout", "--quiet", "aside")
    commit(server, "another way")
    git(server, "checkout", "--quiet", "main")
    clone = cloned(server, tmp_path)
    (clone / "application.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n"
        "  sources:\n"
        "    - {repoURL: https://charts.example.com, chart: web, targetRevision: 1.2.3,\n"
        "       helm: {valueFiles: [$values/new/kustomization.yaml]}}\n"
        f"    - {{repoURL: {ADDRESS}, targetRevision: {revision}, ref: values}}\n"
    )
    repository = Repository(clone)
    rule = {"application-values-exist": discover()["application-values-exist"]}
    gate = Gate(repository, rule, Config(), ("1.36",), whole=True)
    *_, report = gate.run(Starts(repository, every_target(repository, []), 2))

    assert [f"{f.severity.word}: {f.message}" for f in report.findings] == expected
