"""argocd-source-lint beside the gate: what each says of a clone, and which of our rules answers.

The version that requirements-dev.lock pins is run as its users run it, and read as JSON.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import read_config
from tools.rules.gate import Gate, Report
from tools.source.place import SourceError
from tools.source.repository import Repository
from tools.source.targets import every_target
from tools.source.tracked import WorkTree

RULES = discover()

ANSWERS = {
    "orphan-source": ("application-covers", "file-used"),
    "broken-values-ref": ("application-values-exist",),
    "missing-ignore-diff": ("ignore-difference-set",),
    "phantom-target": ("application-source-resolves",),
    "unresolvable-generator": ("application-set-safe",),
    "double-coverage": ("application-owns-alone",),
    "revision-mismatch": ("application-revision-pinned", "application-source-resolves"),
    "project-scope-violation": ("application-project-permits",),
    "hpa-selfheal-conflict": ("replicas-owned-by-autoscaler", "ignore-difference-set"),
    "sync-validation-disabled": ("sync-validation-enabled",),
    "duplicate-application-name": ("application-name-unique", "object-unique"),
    "malformed-ignore-diff-pointer": ("ignore-difference-valid",),
    "malformed-ignore-diff-jq-expression": ("ignore-difference-valid",),
    "unknown-sync-option": ("sync-option-known",),
    "unknown-resource-hook": ("hook-known",),
    "malformed-sync-wave": ("wave-integer",),
    "floating-target-revision": ("application-revision-pinned",),
}
"""Each of its rules, and ours that find the same."""

_STATED = ("revision-mismatch", "sync-validation-disabled")
"""Its rules whose information is a finding; of the others it says that it cannot look."""


class Said(NamedTuple):
    """One finding of the peer; `line` is None where it names none."""

    rule: str
    file: str
    line: int | None
    application: str
    severity: str
    message: str

    @property
    def is_unsure(self) -> bool:
        """Whether it only says that it cannot look: another repository, a generator, a project."""
        return self.severity == "unverifiable" or (
            self.severity == "info" and self.rule not in _STATED
        )


def peer(folder: Path) -> list[Said]:
    """What the peer says of a clone. Raises SourceError if it does not come to an end."""
    command = [sys.executable, "-m", "argocd_source_lint.cli", str(folder), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode not in (0, 1) or not done.stdout.startswith("{"):
        last = (done.stderr.strip() or done.stdout.strip()).rpartition("\n")[2]
        raise SourceError(f"argocd-source-lint ends with {done.returncode}: {last}")
    return _findings(done.stdout)


def peers(folders: Sequence[Path]) -> dict[Path, list[Said]]:
    """The same of many clones in one process, since most of its time goes into starting."""
    reports = {folder: folder.with_name(f"{folder.name}.json") for folder in folders}
    pairs = [str(path) for pair in reports.items() for path in pair]
    subprocess.run([sys.executable, "-c", _SEVERAL, *pairs], check=True, timeout=300)
    return {folder: _findings(report.read_text()) for folder, report in reports.items()}


_SEVERAL = """
import sys
from argocd_source_lint.cli import app
for folder, report in zip(sys.argv[1::2], sys.argv[2::2]):
    app([folder, "--format", "json", "--output", report], standalone_mode=False)
"""


def _findings(report: str) -> list[Said]:
    return [
        Said(
            each["rule_id"],
            each["file"],
            each["line"],
            each["application"],
            each["severity"],
            each["message"],
        )
        for each in json.loads(report)["findings"]
    ]


def ours(folder: Path) -> Report:
    """What the whole gate says of a clone."""
    repository = Repository(folder)
    config = read_config(repository, RULES, None)
    targets = every_target(repository, ["policies.yaml", *config.exclude])
    gate = Gate(
        repository,
        RULES,
        config,
        config.kubernetes,
        whole=True,
        today=date(2026, 6, 1),
        tracked=WorkTree(repository.root),
    )
    *_, report = gate.run(Starts(repository, targets, 2))
    return report
