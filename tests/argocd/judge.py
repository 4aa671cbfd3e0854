"""Questions to Go programs, first of all one that matches as Argo CD does (`matching/main.go`)."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "matching"
SEED = int(os.environ.get("SEED", "20"))
CASES = int(os.environ.get("CASES", "8000"))
Question = tuple[str, str, str]

needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="Go is the judge, not installed")


def answers(program: Path, questions: Iterable[object]) -> list[str]:
    """The lines that a Go program writes, one to each question that it reads as a line of JSON."""
    ended = subprocess.run(
        ["go", "run", "."],
        cwd=program,
        input="".join(json.dumps(question) + "\n" for question in questions),
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.splitlines()


def ask_go(questions: Sequence[Question]) -> list[str]:
    """`true`, `false` or `error` to each question: a matcher's name, a pattern and a text."""
    return answers(PROGRAM, questions)


def text(source: random.Random, alphabet: str, longest: int) -> str:
    """Characters at random."""
    return "".join(source.choice(alphabet) for _ in range(source.randint(0, longest)))


def words(source: random.Random, parts: Sequence[str], longest: int) -> str:
    """Parts at random."""
    return "".join(source.choice(parts) for _ in range(source.randint(1, longest)))
