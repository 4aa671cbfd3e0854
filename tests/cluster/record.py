"""What a run of the cluster tests found, for `docs/fidelity.md`.

Each comparison writes one file below `reports/fidelity`; `python -m tests.cluster.fidelity` makes
the page of all of them.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "reports" / "fidelity"


def record(name: str, cases: int, agree: int, differences: Sequence[Mapping[str, Any]]) -> None:
    """Keep the outcome of one comparison.

    `differences` have the fields `case`, `gate`, `cluster` and `why`.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    outcome = {"cases": cases, "agree": agree, "differences": list(differences)}
    written = FOLDER / f"{name}.new"
    written.write_text(json.dumps(outcome, indent=1) + "\n", encoding="utf-8")
    written.rename(FOLDER / f"{name}.json")
