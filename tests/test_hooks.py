"""The hook as another repository uses it: installed by pre-commit from a clone of this one."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.render.binary import kustomize

ROOT = Path(__file__).parents[1]

# What each of these would break if it were imported in place of ours.
TRAPS = ("tools/__init__.py", "tools/validate.py", "policies/__init__.py", "yaml.py")
TRAP = "raise SystemExit('a module of the judged repository was run')\n"

KUSTOMIZATION = "resources:\n  - deployment.yaml\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: shop
          image: registry.example.com/shop:1.4.2
          securityContext:
            privileged: false
"""

TOKEN = "glpat-" + "x9Kq2LmZp7RtVw4YbNcD"


class Commands:
    """Commands run in a folder, with an environment that holds no settings of this user's git."""

    def __init__(self, home: Path) -> None:
        self.environment = {
            **os.environ,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GITOPS_GATE_KUSTOMIZE": str(kustomize()),
            "PRE_COMMIT_HOME": str(home),
            # virtualenv would look for newer versions of itself in the background.
            "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        }
        for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "PYTHONPATH"):
            self.environment.pop(name, None)

    def run(
        self, folder: Path, *command: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=folder,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=500,
        )

    def output(self, folder: Path, *command: str) -> str:
        ran = self.run(folder, *command)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def commit(self, folder: Path) -> str:
        """Commit the folder as a new repository; the revision."""
        self.output(folder, "git", "init", "--quiet")
        self.output(folder, "git", "add", "--all", "--force")
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        self.output(folder, "git", *who, "commit", "--quiet", "--message", "snapshot")
        return self.output(folder, "git", "rev-parse", "HEAD").strip()


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def snapshot(commands: Commands, target: Path) -> str:
    """Commit the working tree of this project, with what is not committed yet; the revision."""
    listed = commands.output(
        ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"
    )
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes((ROOT / name).read_bytes())
    return commands.commit(target)


@pytest.mark.slow
def test_another_repository_with_its_own_tools_is_judged(tmp_path: Path) -> None:
    commands = Commands(tmp_path / "home")
    project, shop = tmp_path / "project", tmp_path / "shop"
    hooks = [
        {"id": "gitops-gate", "args": ["--only", "not-privileged"]},
        {"id": "gitops-gate-secrets"},
    ]
    config = {"repos": [{"repo": str(project), "rev": snapshot(commands, project), "hooks": hooks}]}
    write(
        shop,
        {
            **dict.fromkeys(TRAPS, TRAP),
            ".pre-commit-config.yaml": yaml.safe_dump(config),
            "overlays/demo/kustomization.yaml": KUSTOMIZATION,
            "overlays/demo/deployment.yaml": DEPLOYMENT,
        },
    )
    commands.commit(shop)
    # By its file: `-m` would have the traps of the working folder on the path of pre-commit.
    pre_commit = (str(Path(sys.executable).with_name("pre-commit")), "run", "--all-files")

    clean = commands.run(shop, *pre_commit, "--verbose")

    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "Passed" in clean.stdout
    assert "overlays/demo" in clean.stdout

    write(shop, {"overlays/demo/deployment.yaml": DEPLOYMENT.replace("false", "true")})

    planted = commands.run(shop, *pre_commit)

    assert planted.returncode == 1
    assert "exit code: 1" in planted.stdout
    assert "not-privileged" in planted.stdout
    # Line and column of `true`.
    assert "overlays/demo/deployment.yaml:17:25" in planted.stdout

    # The other hook sees what is staged, in any file, whatever has been done to the file since.
    write(shop, {"notes.txt": f"The token is {TOKEN}.\n"})
    commands.output(shop, "git", "add", "notes.txt")
    write(shop, {"notes.txt": "mended, but not staged\n"})

    staged = commands.run(shop, *pre_commit, "gitops-gate-secrets")

    assert staged.returncode == 1
    assert "notes.txt:1:14: error: this is a credential" in staged.stdout
    assert TOKEN not in staged.stdout + staged.stderr

    # The path of Python decides nothing either: neither by PYTHONPATH nor by `-m`.
    [script] = (tmp_path / "home").glob("repo*/py_env-*/bin/gitops-gate")
    judge = ("validate", "overlays/demo", "--only", "not-privileged")
    plain = commands.run(shop, str(script), *judge)
    beside = commands.run(shop, str(script), *judge, PYTHONPATH=".")
    as_module = commands.run(
        shop, str(script.with_name("python")), "-m", "gitops_gate", *judge, PYTHONPATH="."
    )

    assert "overlays/demo/deployment.yaml:17:25" in plain.stdout
    for ran in (beside, as_module):
        assert (ran.returncode, without_time(ran.stdout)) == (1, without_time(plain.stdout))

    # What is no command is refused with the nearest one that is.
    misspelt = commands.run(shop, str(script), "validat")

    assert (misspelt.returncode, misspelt.stdout, misspelt.stderr) == (
        2,
        "",
        "gitops-gate: there is no command 'validat'; did you mean 'validate'?\n",
    )


def without_time(report: str) -> str:
    """A report without the seconds that each target took."""
    return re.sub(r"\d+\.\d\d s", "", report)


def published_hooks() -> dict[str, Mapping[str, Any]]:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return {hook["id"]: hook for hook in hooks}


@pytest.mark.parametrize(
    ("hook", "entry"),
    [
        ("gitops-gate", "make --silent validate"),
        (
            "gitops-gate-secrets",
            "make --silent validate 'ARGS=--staged --only secret-value-not-in-repository'",
        ),
    ],
)
def test_our_own_hook_differs_from_the_published_one_only_in_how_it_starts(
    hook: str, entry: str
) -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    [own] = [own for own in hooks if own["id"] == hook]

    assert own == {**published_hooks()[hook], "entry": entry, "language": "system"}


@pytest.mark.parametrize(
    ("file", "judged"),
    [
        ("overlays/prod/kustomization.yaml", True),
        ("base/Kustomization", True),
        ("argocd/project.yml", True),
        ("base/settings.env", True),
        ("README.md", False),
        ("base/Kustomization.md", False),
        ("tools/validate.py", False),
    ],
)
def test_the_hook_runs_when_what_kustomize_reads_has_changed(file: str, judged: bool) -> None:
    published = published_hooks()["gitops-gate"]

    assert (re.search(published["files"], file) is not None) == judged
