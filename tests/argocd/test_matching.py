"""Patterns and addresses are matched as Go matches them."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.argocd.glob import glob_match, path_match
from tools.argocd.semver import BadVersion, constraint, newest, semver
from tools.argocd.urls import _as_go_prints, normalized, same_repository

PROGRAM = Path(__file__).parent / "matching"
Question = tuple[str, str, str]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*", "", True),
        ("*", "Deployment", True),
        ("*", "a/b", False),
        ("Deploy*", "Deployment", True),
        ("deployment", "Deployment", False),
        ("?ob", "Job", True),
        ("?ob", "CronJob", False),
        ("[CJ]ob", "Job", True),
        ("[A-C]ob", "Job", False),
        ("[^C]ob", "Job", True),
        ("[!C]ob", "Job", False),
        ("{Job,Pod}", "Job", False),
        ("\\*", "*", True),
        ("*.k8s.io", "networking.k8s.io", True),
        ("", "", True),
        ("", "apps", False),
        ("[", "[", False),
        ("[]a]", "a", False),
        ("a[", "a", False),
        ("\\", "\\", False),
    ],
)
def test_kinds_and_groups_match_as_file_names(pattern: str, text: str, matches: bool) -> None:
    assert path_match(pattern, text) is matches


@pytest.mark.parametrize(
    ("pattern", "text", "separator", "matches"),
    [
        ("*", "a/b", "", True),
        ("*", "a/b", "/", False),
        ("**", "a/b", "/", True),
        ("team-*", "team-a", "", True),
        ("team-*", "team", "", False),
        ("{dev,test}-shop", "test-shop", "", True),
        ("{dev,test}-shop", "prod-shop", "", False),
        ("shop-?", "shop-1", "", True),
        ("shop-?", "shop-10", "", False),
        ("shop-[!0-3]", "shop-4", "", True),
        ("shop-[!0-3]", "shop-2", "", False),
        ("https://git.example.com/*", "https://git.example.com/shop", "/", True),
        ("https://git.example.com/*", "https://git.example.com/team/shop", "/", False),
        ("https://git.example.com/**", "https://git.example.com/team/shop", "/", True),
        ("a,b", "a,b", "", True),
        ("a\\*", "a*", "", True),
        # The two ends are looked for each by itself.
        ("ab*ba", "aba", "", True),
        ("[", "[", "", False),
        ("{a", "a", "", False),
        ("", "", "", True),
    ],
)
def test_destinations_and_repositories_match_as_globs(
    pattern: str, text: str, separator: str, matches: bool
) -> None:
    assert glob_match(pattern, text, separator) is matches


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://git.example.com/Team/Shop.git", "https://git.example.com/team/shop"),
        ("git@git.example.com:team/shop.git", "git@git.example.com/team/shop"),
        ("ssh://git@git.example.com/team/shop.git", "git@git.example.com/team/shop"),
        ("ssh://git@git.example.com:22/team/shop", "git@git.example.com:22/team/shop"),
        (" https://git.example.com/shop ", "https://git.example.com/shop"),
        ("https://git.example.com/*", "https://git.example.com/*"),
        # Braces are escaped before they are compared, so they choose nothing any more.
        ("https://git.example.com/{a,b}", "https://git.example.com/%7Ba,b%7D"),
        ("https://{a,b}.example.com/shop", ""),
        ("https://git.example.com:port/shop", ""),
        ("*", "*"),
    ],
)
def test_addresses_are_normalized(address: str, same: str) -> None:
    assert normalized(address) == same


def test_two_addresses_of_one_repository() -> None:
    assert same_repository("https://git.example.com/Shop.git", "https://git.example.com/shop")
    assert not same_repository("https://git.example.com/shop", "git@git.example.com:shop")


def _text(source: random.Random, alphabet: str, longest: int) -> str:
    return "".join(source.choice(alphabet) for _ in range(source.randint(0, longest)))


def _words(source: random.Random, parts: tuple[str, ...], longest: int) -> str:
    return "".join(source.choice(parts) for _ in range(source.randint(1, longest)))


def _questions() -> list[Question]:
    """Patterns with texts that they nearly match; fixed, so that a failure comes again."""
    source = random.Random(20)
    pieces = ("shop", "-", "a", "*", "**", "?", "{a,b}", "{shop,a-*}", "[a-c]", "[!a]", "/", "\\*")
    texts = ("shop", "-", "a", "b", "/", "*")
    asked: list[Question] = []
    for _ in range(1500):
        asked += [
            ("path", _text(source, "aab*?[]^-\\/", 7), _text(source, "aab/-", 5)),
            ("glob", _text(source, "aab*?[]!-\\", 7), _text(source, "aab/-", 6)),
            ("segments", _text(source, "aab/**?", 7), _text(source, "aab/-", 6)),
            ("glob", _words(source, pieces, 4), _words(source, texts, 4)),
            ("segments", _words(source, pieces, 4), _words(source, texts, 4)),
        ]
    return [question for question in asked if _is_claimed(question)]


def _is_claimed(question: Question) -> bool:
    """Whether anything is claimed about it: see the documentation of the module."""
    kind, pattern, _ = question
    return kind == "path" or not ("***" in pattern or pattern.endswith("\\"))


def _ask_go(questions: list[Question]) -> list[str]:
    ended = subprocess.run(
        ["go", "run", "."],
        cwd=PROGRAM,
        input="".join(json.dumps(question) + "\n" for question in questions),
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.split()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("go") is None, reason="Go is the judge, and is not installed")
def test_go_agrees_about_patterns() -> None:
    questions = _questions()
    answers = _ask_go(questions)
    ours = [
        path_match(pattern, text)
        if kind == "path"
        else glob_match(pattern, text, "/" if kind == "segments" else "")
        for kind, pattern, text in questions
    ]
    differ = [
        (question, answer)
        for question, answer, matches in zip(questions, answers, ours, strict=True)
        if matches is not (answer == "true")
    ]
    assert differ == []
    assert sum(ours) > 500, "enough of the patterns match for this to mean something"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("go") is None, reason="Go is the judge, and is not installed")
def test_go_agrees_about_addresses() -> None:
    source = random.Random(20)
    parts = (
        "git.example.com", "*.example", ":22", ":*", ":", "/", "team", "*", "**", "{a,b}", "[x]",
        "?", "%20", "%zz", "~", "!", "user:pw@", "git@", "ssh://",
    )  # fmt: skip
    starts = ("https://host", "https://", "ssh://git@host", "git@host:", "")
    texts = [source.choice(starts) + _words(source, parts, 5) for _ in range(3000)]
    printed = [_as_go_prints(text) for text in texts]
    answers = _ask_go([("url", *pair) for pair in zip(texts, printed, strict=True)])
    differ = [
        (text, ours, answer)
        for text, ours, answer in zip(texts, printed, answers, strict=True)
        if answer != ("true" if ours else "error")
    ]
    assert differ == []


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
@pytest.mark.skipif(shutil.which("go") is None, reason="Go is the judge, and is not installed")
def test_go_agrees_about_versions() -> None:
    source = random.Random(20)
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

    questions = [("semver", wanted(), text(numbers[:7])) for _ in range(20000)]
    answers = _ask_go(questions)
    differ = [
        (question, answer, ours)
        for question, answer in zip(questions, answers, strict=True)
        if (ours := _fits(*question[1:])) != answer
    ]
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
