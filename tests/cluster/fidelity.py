"""`python -m tests.cluster.fidelity [--check]`: write `docs/fidelity.md`, or see if it is stale.

What the last run of the cluster tests left in `reports/fidelity` is taken over into
`fidelity.json`, which is kept beside this program, and the page is made of that file: so the page
can be checked where no cluster can run. Exit code 0: written or in step; 1: stale; 2: misuse.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.cluster.programs import API_SERVER, ARGOCD, ETCD, KWOK
from tests.cluster.record import FOLDER
from tools.render.release import PINNED

ROOT = Path(__file__).parents[2]
RECORDED = Path(__file__).with_name("fidelity.json")
PAGE = ROOT / "docs" / "fidelity.md"
COMPARISONS = {
    "argocd": (
        "Applications and AppProjects, each right or wrong in one thing, on a real application "
        "controller: `tests/cluster/argocd_cases.yaml`"
    ),
    "projects": (
        "the same projects before `ValidateProject`, the function with which Argo CD's API server "
        "refuses some, and which its controller never calls"
    ),
    "capacity": (
        "namespaces that fit a node or a quota, or miss it by a little, before the scheduler and "
        "quota admission, in the middle of an update of every Deployment"
    ),
    "repository": (
        "what must hold of this repository's own folder `argocd` and of both overlays on a real "
        "Argo CD: synced, healthy, updated within the quota with all pods all the time, pruned"
    ),
}
_PROGRAMS = {"Kubernetes": API_SERVER, "etcd": ETCD, "kwok": KWOK, "Argo CD": ARGOCD}

Outcome = Mapping[str, Any]


def versions() -> dict[str, str]:
    """The versions of everything that the gate is compared with, as they are pinned now."""
    found = {name: program.version for name, program in _PROGRAMS.items()}
    return {**found, "Kustomize": PINNED.version}


def page(recorded: Outcome) -> str:
    """The page that tells what was recorded."""
    told = recorded["versions"]
    names = [f"{name} {version}" for name, version in told.items()]
    lines = [
        "<!-- Written from tests/cluster/fidelity.json by `python -m tests.cluster.fidelity`. -->",
        "# Does the gate say what a cluster does?",
        "",
        "`make test-cluster` puts the same manifests before the gate and before the programs that",
        "would run them, as plain processes on loopback. This is what the recorded run found.",
        "",
        f"Versions: {', '.join(names)}.",
        "",
        "| compared | cases | agree | differ |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, text in COMPARISONS.items():
        outcome = recorded["comparisons"][name]
        differ = outcome["cases"] - outcome["agree"]
        lines.append(f"| {text} | {outcome['cases']} | {outcome['agree']} | {differ} |")
    return "\n".join([*lines, "", *_differences(recorded), *_LIMITS]) + "\n"


def _differences(recorded: Outcome) -> list[str]:
    rows = [
        f"| {name} | `{d['case']}` | {d['gate']} | {d['cluster']} | {d['why']} |"
        for name in COMPARISONS
        for d in recorded["comparisons"][name]["differences"]
    ]
    if not rows:
        return ["Nothing differs.", ""]
    head = [
        "| comparison | case | the gate | the cluster | why |",
        "| --- | --- | --- | --- | --- |",
    ]
    return ["## Every difference", "", *head, *rows, ""]


_LIMITS = [
    "## What was not put before a cluster",
    "",
    "- kwok plays the kubelet: no container runs, no probe is made, no image is pulled, no volume",
    "  is mounted, and nobody looks whether a ConfigMap or Secret that a container reads is there.",
    "- No packet flows, so `network-flows-exact` is not judged here. Its judge is a second, naive",
    "  evaluator of the same policies: `tests/kubernetes/naive_traffic.py`.",
    "- Played is what only other people's controllers do: the status of an ExternalSecret with its",
    "  Secret, and the address of an Ingress. Nothing measures pods: no autoscaler follows load.",
    "- Argo CD runs in this one version. Where a rule says since when something holds, later",
    "  versions were read and not run. Projects and sync windows are seen by the controller only:",
    "  its API server, its command line and its ApplicationSet controller do not run here.",
    "  One line of it is changed: the controller's metrics listen on loopback, not everywhere.",
]


def taken_over(folder: Path) -> Outcome:
    """The record of a run: what it left in a folder. Raises OSError if something is missing."""
    comparisons = {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in COMPARISONS
    }
    return {"versions": versions(), "comparisons": comparisons}


def main(arguments: Sequence[str]) -> int:
    """Write record and page, or with `--check` compare the page with the record."""
    if arguments not in ([], ["--check"]):
        print("fidelity: only --check can follow", file=sys.stderr)
        return 2
    if arguments:
        recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
        if PAGE.read_text(encoding="utf-8") != page(recorded) or recorded["versions"] != versions():
            print("docs/fidelity.md is stale; run: make fidelity", file=sys.stderr)
            return 1
        return 0
    try:
        recorded = taken_over(FOLDER)
    except OSError as error:
        print(f"fidelity: {error.filename} is missing; run: make test-cluster", file=sys.stderr)
        return 2
    _write(RECORDED, json.dumps(recorded, indent=1, ensure_ascii=False) + "\n")
    _write(PAGE, page(recorded))
    return 0


def _write(file: Path, text: str) -> None:
    new = file.with_name(f"{file.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
