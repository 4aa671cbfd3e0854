"""Questions to a Go program that reads jq as Argo CD does (`jq/main.go`)."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

PROGRAM = Path(__file__).parent / "jq"


class Answer(NamedTuple):
    """Why an expression is refused, what it selects, and the error that this ends with."""

    refused: str
    paths: list[list[str | int]] | None
    failed: str


def ask_gojq(questions: Sequence[tuple[str, Any]]) -> list[Answer]:
    """What gojq says to each expression with a document; with None, whether it is refused."""
    ended = subprocess.run(
        ["go", "run", "."],
        cwd=PROGRAM,
        input="".join(json.dumps(question) + "\n" for question in questions),
        capture_output=True,
        text=True,
        check=True,
    )
    return [Answer(*json.loads(line)) for line in ended.stdout.splitlines()]
