"""argocd-source-lint and the gate over the same repositories.

`found/` has a mistake for each rule of the peer, and for each form of it that it sees: one of our
findings answers each of its findings, at the exact line. `unseen/` has mistakes that only we find,
because we render what Argo CD renders. In `unrepeated/` is nothing wrong, or not what the peer
says; the head of the case gives the reason. case.py explains the marks.
"""

import re
from collections import Counter
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.argocd.peer.beside import main
from tests.argocd.peer.case import Case, Mark, plant, read_case
from tests.argocd.peer.peer import ANSWERS, RULES, Said, ours, peer, peers
from tests.miniature import plant as plant_files
from tools.rules.gate import Report
from tools.source.place import SourceError

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs/peers.md"


def cases(folder: str) -> list[Path]:
    return sorted((HERE / folder).glob("*.yaml"))


Beside = dict[Path, tuple[Path, list[Said]]]


@pytest.fixture(scope="module", name="planted")
def _planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Beside:
    """The clone of each case that is run, and what the peer says of it."""
    own = (item for item in request.session.items if item.path == request.path)
    calls = [item.callspec for item in own if hasattr(item, "callspec")]
    paths = {call.params["path"] for call in calls if "path" in call.params}
    folder = tmp_path_factory.mktemp("clones")
    clones = {path: folder / f"{path.parent.name}-{path.stem}" for path in sorted(paths)}
    for path, clone in clones.items():
        plant(read_case(path), clone)
    said = peers(list(clones.values()))
    return {path: (clone, said[clone]) for path, clone in clones.items()}


def found_by_us(report: Report, case: Case) -> set[Mark]:
    """Findings of every rule that answers the peer, or that the case marks."""
    rules = {rule for answers in ANSWERS.values() for rule in answers}
    rules |= {rule for rule, *_ in case.marks.ours}
    return {
        (finding.rule, finding.source.file, finding.source.line)
        for finding in report.findings
        if finding.rule in rules and finding.source
    }


def compared(path: Path, planted: Beside) -> Case:
    """Both over the repository of a case, as its marks have it."""
    case = read_case(path)
    clone, said = planted[path]
    report = ours(clone)
    told = "\n".join(f"{f.source} {f.rule}: {f.message}" for f in report.findings)

    by_peer = Counter((each.rule + "?" * each.is_unsure, each.file, each.line) for each in said)
    assert by_peer == case.marks.peer
    assert found_by_us(report, case) == case.marks.ours, told
    unjudged = {(n.rule, n.source.file, n.source.line) for n in report.not_judged if n.source}
    assert case.marks.unjudged <= unjudged, report.not_judged
    return case


@pytest.mark.parametrize("path", cases("found"), ids=lambda path: path.stem)
def test_every_finding_of_the_peer_has_one_of_ours(path: Path, planted: Beside) -> None:
    case = compared(path, planted)

    said = {rule for rule, *_ in case.marks.peer}
    assert said, "the peer finds something"
    answered = {rule for rule, *_ in case.marks.ours}
    unjudged = {rule for rule, *_ in case.marks.unjudged}
    for rule in said:
        # Where the peer only says that it cannot look, we have looked, or say so too.
        known = answered | unjudged if rule.endswith("?") else answered & set(ANSWERS[rule])
        assert known, rule


@pytest.mark.parametrize("path", cases("unseen"), ids=lambda path: path.stem)
def test_what_the_peer_cannot_see(path: Path, planted: Beside) -> None:
    case = compared(path, planted)

    assert all(rule.endswith("?") for rule, *_ in case.marks.peer), "it says that it cannot look"
    assert case.marks.ours


@pytest.mark.parametrize("path", cases("unrepeated"), ids=lambda path: path.stem)
def test_what_we_rightly_do_not_repeat(path: Path, planted: Beside) -> None:
    case = compared(path, planted)

    assert case.marks.peer
    assert re.search(r"\bArgo CD\b", case.about), "the reason is what Argo CD does"
    answers = {rule for said, *_ in case.marks.peer for rule in ANSWERS[said.rstrip("?")]}
    assert not answers & {rule for rule, *_ in case.marks.ours}


NUMBER = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://charts.example.com
    chart: web
    targetRevision: 1.2
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""


def test_a_number_in_one_application_hides_all_others_from_the_peer(tmp_path: Path) -> None:
    """It ends with a traceback and no report; we name the line and judge the rest."""
    case = read_case(HERE / "found/malformed-ignore-diff-pointer.yaml")
    plant(Case(case.about, [*case.steps, ("argocd/number.yaml", NUMBER)]), tmp_path / "clone")

    with pytest.raises(SourceError, match="argocd-source-lint ends with 1"):
        peer(tmp_path / "clone")
    report = ours(tmp_path / "clone")
    places = {(f.rule, f.source.file, f.source.line) for f in report.findings if f.source}
    assert {("schema-valid", "argocd/number.yaml", 9), *case.marks.ours} <= places


WHOLE = """
    --- argocd/web.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web, namespace: argocd}
    spec:
      source: {repoURL: https://git.example.com/shop, targetRevision: live, path: apps/web}
      destination: {server: https://kubernetes.default.svc, namespace: shop}
      ignoreDifferences: [{group: cert-manager.io, kind: Certificate, jsonPointers: [spec]}]
      syncPolicy: {automated: {selfHeal: true}}
    --- apps/web/certificate.yaml
    apiVersion: cert-manager.io/v1
    kind: Certificate
    metadata: {name: web}
    spec: {secretName: web-tls}
    """


def test_whole_repositories_beside_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pointer has an answer; what an operator makes has none, for the reason of its case."""
    assert main([str(plant_files(tmp_path, WHOLE))]) == 1

    first, second, _ = capsys.readouterr().out.splitlines()
    assert "the peer finds 2 and cannot look at 0, 1 without an answer" in first
    assert second == "  missing-ignore-diff argocd/web.yaml:8"


@pytest.mark.parametrize("rule", ANSWERS)
def test_every_rule_of_the_peer_has_a_case(rule: str) -> None:
    marked = (mark for path in cases("found") for mark, *_ in read_case(path).marks.peer)
    assert rule in {mark.rstrip("?") for mark in marked}


def test_the_rules_of_the_peer_are_those_of_the_pinned_version() -> None:
    policy = import_module("argocd_source_lint.policy")

    assert version("argocd-source-lint") == "1.2.2"
    assert set(ANSWERS) == set(policy.DEFAULT_RULE_SEVERITIES)
    assert {rule for answers in ANSWERS.values() for rule in answers} <= set(RULES)


def test_the_page_names_the_same_answers() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## argocd-source-lint\n")[2]
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \|", section.partition("\n## ")[0], re.MULTILINE)

    assert {rule: tuple(re.findall(r"`([a-z-]+)`", answers)) for rule, answers in rows} == ANSWERS
