"""Patterns are matched as Go matches them."""

import random

import pytest

from tests.argocd.judge import CASES, SEED, Question, ask_go, needs_go, text, words
from tools.argocd.glob import TooDeep, glob_answer, glob_match, path_match

PIECES = (
    "shop", "-", "a", "b", "ab", "*", "**", "?", "{a,b}", "{shop,a-*}", "[a-c]", "[!a]", "[!ab]",
    "[ab]", "/", "\\*", "{", "}", ",", "{a*b,c}", "{,a}", "{a,}", "{}", "é", "[é]", "[!é-ü]",
    "{*-a,*-b}", "{a-*,a-?}", "!",
)  # fmt: skip
TEXTS = ("shop", "-", "a", "b", "/", "*", "ab", "é", "ü", ",", "}", "€")
LEAVES = ("a", "b", "ab", "*", "**", "?", "[ab]", "[!a]", "-", "/", "é")
PATH_PIECES = ("a", "b", "/", "*", "?", "[^a]", "[a-c]", "[^é]", "é", "\\*", "[\\]]")


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
        # A brace that stays open ends with the pattern, and a backslash at the end is nothing.
        ("{a", "a", "", True),
        ("a\\", "a", "", True),
        # One `?` or negated class alone takes nothing as well, but no class of one character.
        ("?", "", "", True),
        ("[!a]", "", "", True),
        ("[a]", "", "", False),
        # What is left out by several in a row is looked for as one text.
        ("[!ab][!ab]", "ba", "", True),
        ("[!ab][!ab]", "ab", "", False),
        # An alternative with three fixed texts between stars is found only if it is the whole.
        ("{a*b*c,d}", "abc", "", True),
        ("{a*b*c,d}*", "abcx", "", False),
        ("{a*c,d}*", "abcx", "", True),
        # Alternatives of which the first is a star are taken to be as long as the second.
        ("{dev-*,dev-?-x}1", "dev-a1", "", False),
        ("{dev-?-x,dev-*}1", "dev-a1", "", True),
    ],
)
def test_destinations_and_repositories_match_as_globs(
    pattern: str, text: str, separator: str, matches: bool
) -> None:
    assert glob_match(pattern, text, separator) is matches


def test_a_class_may_take_the_slash_that_a_star_may_not() -> None:
    assert path_match("[^a]b", "/b")
    assert not path_match("*[^x]*b", "ab/b")


def test_a_pattern_at_which_the_library_fails_takes_nothing() -> None:
    assert glob_answer("a{}", "a") is None
    assert not glob_match("a{}", "a")


def test_a_pattern_that_is_nested_too_deeply_is_not_answered() -> None:
    with pytest.raises(TooDeep):
        glob_match("{" * 2000 + "a", "a")


def test_a_pattern_that_takes_long_in_go_does_not_here() -> None:
    assert not glob_match("*a" * 12 + "b", "a" * 60)


def _nested(source: random.Random, depth: int) -> str:
    """A pattern with alternatives in one another."""
    chance = source.random()
    if depth == 0 or chance < 0.4:
        return source.choice(LEAVES)
    if chance < 0.75:
        return "".join(_nested(source, depth - 1) for _ in range(source.randint(1, 3)))
    each = (
        "".join(_nested(source, depth - 1) for _ in range(source.randint(0, 2)))
        for _ in range(source.randint(1, 3))
    )
    return "{" + ",".join(each) + "}"


def _near(source: random.Random, pattern: str, fill: str) -> str:
    """A text that a pattern may take: stars and questions filled in, braces left out."""
    parts = {"*": 2, "?": 1}
    kept = (text(source, fill, parts[c]) if c in parts else c for c in pattern if c not in "{}[]!,")
    return "".join(kept)


def _questions() -> list[Question]:
    source = random.Random(SEED)
    asked: list[Question] = []
    while len(asked) < CASES:
        glob = source.choice(("glob", "segments"))
        written = words(source, PIECES, 5)
        nested = _nested(source, 3)
        asked += [
            ("path", text(source, "aab*?[]^-\\/é", 8), text(source, "aab/-é", 6)),
            ("path", words(source, PATH_PIECES, 5), text(source, "aab/-é€", 6)),
            (glob, text(source, "aab*?[]!-\\{},/é", 9), text(source, "aab/-é", 7)),
            (glob, written, words(source, TEXTS, 5)),
            (glob, written, _near(source, written, "ab/é")),
            (glob, nested, text(source, "aab/-é", 8)),
            (glob, nested, _near(source, nested, "ab-")),
            (glob, _nested(source, 4), text(source, "ab/", 6)),
        ]
    return asked


@pytest.mark.slow
@needs_go
def test_go_agrees_about_patterns() -> None:
    questions = _questions()
    answers = ask_go(questions)
    ours = [
        path_match(pattern, name)
        if kind == "path"
        else glob_match(pattern, name, "/" if kind == "segments" else "")
        for kind, pattern, name in questions
    ]
    differ = [
        (question, answer)
        for question, answer, matches in zip(questions, answers, ours, strict=True)
        if matches is not (answer == "true")
    ]
    print(f"{len(questions) - len(differ)} of {len(questions)} agree (seed {SEED})")
    assert differ == []
    assert sum(ours) > CASES / 10, "enough of the patterns match for this to mean something"
