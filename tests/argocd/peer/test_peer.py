"""argocd-source-lint and the gate over the same repositories.

`found/` has a mistake for each rule of the peer, and for each form of it that it sees: one of our
findings answers each of its findings, at the exact line. `unseen/` has mistakes that only we find,
because we render what Argo CD renders. In `unrepeated/` is nothing wrong, or not what the peer
says; the head of the case gives the reason. case.py explains the marks.
"""

import re
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.argocd.peer.case import Case, Mark, plant, read_case
from tests.argocd.peer.peer import ANSWERS, RULES, ours, peer
from tools.rules.gate import Report

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs/peers.md"


def cases(folder: str) -> list[Path]:
    return sorted((HERE / folder).glob("*.yaml"))


def said_by_peer(clone: Path) -> Counter[Mark]:
    return Counter((said.rule + "?" * said.is_unsure, said.file, said.line) for said in peer(clone))


def found_by_us(report: Report, case: Case) -> set[Mark]:
    """Findings of every rule that answers the peer, or that the case marks."""
    rules = {rule for answers in ANSWERS.values() for rule in answers}
    rules |= {rule for rule, *_ in case.marks.ours}
    return {
        (finding.rule, finding.source.file, finding.source.line)
        for finding in report.findings
        if finding.rule in rules and finding.source
    }


def compared(path: Path, folder: Path) -> tuple[Case, Report]:
    """Both over the repository of a case, as its marks have it."""
    case = read_case(path)
    clone = folder / "clone"
    plant(case, clone)
    report = ours(clone)
    told = "\n".join(f"{f.source} {f.rule}: {f.message}" for f in report.findings)

    assert said_by_peer(clone) == case.marks.peer
    assert found_by_us(report, case) == case.marks.ours, told
    unjudged = {(n.rule, n.source.file, n.source.line) for n in report.not_judged if n.source}
    assert case.marks.unjudged <= unjudged, report.not_judged
    return case, report


@pytest.mark.parametrize("path", cases("found"), ids=lambda path: path.stem)
def test_every_finding_of_the_peer_has_one_of_ours(path: Path, tmp_path: Path) -> None:
    case, _ = compared(path, tmp_path)

    said = {rule for rule, *_ in case.marks.peer}
    assert said, "the peer finds something"
    answered = {rule for rule, *_ in case.marks.ours}
    unjudged = {rule for rule, *_ in case.marks.unjudged}
    for rule in said:
        # Where the peer only says that it cannot look, we have looked, or say so too.
        known = answered | unjudged if rule.endswith("?") else answered & set(ANSWERS[rule])
        assert known, rule


@pytest.mark.parametrize("path", cases("unseen"), ids=lambda path: path.stem)
def test_what_the_peer_cannot_see(path: Path, tmp_path: Path) -> None:
    case, _ = compared(path, tmp_path)

    assert not case.marks.peer
    assert case.marks.ours


@pytest.mark.parametrize("path", cases("unrepeated"), ids=lambda path: path.stem)
def test_what_we_rightly_do_not_repeat(path: Path, tmp_path: Path) -> None:
    case, _ = compared(path, tmp_path)

    assert case.marks.peer
    assert re.search(r"\bArgo CD\b", case.about), "the reason is what Argo CD does"
    answers = {rule for said, *_ in case.marks.peer for rule in ANSWERS[said.rstrip("?")]}
    assert not answers & {rule for rule, *_ in case.marks.ours}


@pytest.mark.parametrize("rule", ANSWERS)
def test_every_rule_of_the_peer_has_a_case(rule: str) -> None:
    marked = (mark for path in cases("found") for mark, *_ in read_case(path).marks.peer)
    assert rule in {mark.rstrip("?") for mark in marked}


def test_the_rules_of_the_peer_are_those_of_the_pinned_version() -> None:
    from argocd_source_lint.policy import DEFAULT_RULE_SEVERITIES

    assert version("argocd-source-lint") == "1.2.2"
    assert set(ANSWERS) == set(DEFAULT_RULE_SEVERITIES)
    assert {rule for answers in ANSWERS.values() for rule in answers} <= set(RULES)


def test_the_page_names_the_same_answers() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## argocd-source-lint\n")[2]
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \|", section.partition("\n## ")[0], re.MULTILINE)

    assert {rule: tuple(re.findall(r"`([a-z-]+)`", answers)) for rule, answers in rows} == ANSWERS
