"""Constraints of `targetRevision` take the tags that Argo CD takes for them."""

import random

import pytest

from tests.argocd.judge import CASES, SEED, ask_go, needs_go
from tools.argocd.constraint import constraint, newest
from tools.argocd.semver import BadVersion, semver


@pytest.mark.parametrize(
    ("revision", "tag"),
    [
        ("1.2.*", "v1.2.10"),
        ("~1.2", "v1.2.10"),
        ("^1", "v1.4.0"),
        ("*", "2.0.0"),
        (">= 1.0 < 1.2.10", "1.2.3"),
        ("1.0 - 1.2", "v1.2.10"),
        ("<1 || >=2", "2.0.0"),
        (">2.0.0-0 <3", "2.1.0-rc.1"),
        (">2.0.0-0", "2024.03-LTS"),
        ("^*", None),
        ("3.x", None),
        # Whole versions and words are looked for as they are.
        ("1.2.3", None),
        ("v1", None),
        ("main", None),
    ],
)
def test_a_constraint_is_the_newest_tag_that_fits(revision: str, tag: str | None) -> None:
    tags = ("1.2.3", "2.0.0", "2.1.0-rc.1", "2024.03-LTS", "latest", "v1.2.10", "v1.4.0")
    assert newest(revision, tags) == tag


def test_a_tag_that_is_nearly_a_version_makes_constraints_useless() -> None:
    assert newest("1.*", ("1.2.3", "1.2.3-01")) is None


@pytest.mark.slow
@needs_go
def test_go_agrees_about_versions() -> None:
    source = random.Random(SEED)
    operators = ("", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "==", "~=")
    numbers = ("0", "0", "1", "1", "2", "10", "01", "x", "*", "1x")
    rests = ("", "", "", "", "-0", "-a", "-a.1", "-a.b", "-01", "-1", "+b", "-a+b", "-")
    joints = (" ", ",", ", ", " || ", "||", " - ", "")

    def text(choices: tuple[str, ...]) -> str:
        parts = (source.choice(choices) for _ in range(source.choice((1, 2, 3, 3))))
        return source.choice(("", "", "v")) + ".".join(parts) + source.choice(rests)

    def wanted() -> str:
        each = (
            source.choice(operators) + source.choice(("", "", " ")) + text(numbers)
            for _ in range(source.choice((1, 1, 2, 3)))
        )
        return source.choice(joints).join(each)

    questions = [("semver", wanted(), text(numbers[:7])) for _ in range(CASES)]
    answers = ask_go(questions)
    differ = [
        (question, answer, ours)
        for question, answer in zip(questions, answers, strict=True)
        if (ours := _fits(*question[1:])) != answer
    ]
    print(f"{len(questions) - len(differ)} of {len(questions)} agree (seed {SEED})")
    assert differ == []
    assert min(answers.count("true"), answers.count("false")) > len(answers) / 20


def _fits(pattern: str, text: str) -> str:
    """What the Go program says of a constraint and a version."""
    try:
        if semver(pattern) is not None:
            return "error"
    except BadVersion:
        pass  # which may be a constraint still
    wanted = constraint(pattern)
    try:
        version = semver(text)
    except BadVersion:
        return "error"
    if wanted is None or version is None:
        return "error"
    return "true" if wanted.fits(version) else "false"
