"""Questions to a Go program that reads jq as Argo CD does (`jq/main.go`)."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.argocd.judge import answers

PROGRAM = Path(__file__).parent / "jq"


class Answer(NamedTuple):
    """Why an expression is refused, what it selects, and the error that this ends with."""

    refused: str
    paths: list[list[str | int]] | None
    failed: str


def ask_gojq(questions: Sequence[tuple[str, Any]]) -> list[Answer]:
    """What gojq says to each expression with a document; with None, whether it is refused."""
    return [Answer(*json.loads(line)) for line in answers(PROGRAM, questions)]
