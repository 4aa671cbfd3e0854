"""Addresses are compared as Go prints them."""

import random

import pytest

from tests.argocd.judge import CASES, SEED, ask_go, needs_go, words
from tools.argocd.urls import as_go_prints, normalized, same_repository


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


@pytest.mark.slow
@needs_go
def test_go_agrees_about_addresses() -> None:
    source = random.Random(SEED)
    parts = (
        "git.example.com", "*.example", ":22", ":*", ":", "/", "team", "*", "**", "{a,b}", "[x]",
        "?", "%20", "%zz", "~", "!", "user:pw@", "git@", "ssh://", "#", "#a{b", "é", " ", "[::1]",
        "%5B", "a=b&c", '"', "\\", "|", "^", "`", "<", ";", "@", "..", ".git",
        "[fe80::1%25en0]", "%25", "%c3%a9", "'", "$", "%2f",
    )  # fmt: skip
    starts = ("https://host", "https://", "ssh://git@host", "git@host:", "oci://host", "")
    texts = [(source.choice(starts) + words(source, parts, 5)).lower() for _ in range(CASES)]
    printed = [as_go_prints(text) for text in texts]
    answers = ask_go([("url", *pair) for pair in zip(texts, printed, strict=True)])
    differ = [
        (text, ours, answer)
        for text, ours, answer in zip(texts, printed, answers, strict=True)
        # An empty text is printed as one.
        if answer not in (("true",) if ours else ("error", "true"))
    ]
    print(f"{len(texts) - len(differ)} of {len(texts)} agree (seed {SEED})")
    assert differ == []
    assert min(answers.count("true"), answers.count("error")) > CASES / 10
