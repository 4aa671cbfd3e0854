"""Every rule against its fixtures, and every rule against the contract.

A fixture stands in `tests/policies/<group>/`: `<rule>.yaml` is a target of plain objects,
`<rule>/` a miniature repository; `<rule>.<case>.yaml` and `<rule>.<case>/` are further cases. A
line marked `# expect: <id>` is a finding, every other line stays silent. What `policies.yaml` says
stands in the miniature repository's own one, or in the first line of a file as
`# given: {facts: …, rules: …}`. A folder `earlier` in a miniature repository is what it was at the
revision to compare with. A new rule needs no edit here.
"""

import re
from datetime import date
from pathlib import Path

import pytest

from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import Config, parse_config, read_config
from tools.rules.earlier import Earlier
from tools.rules.gate import Gate, Report
from tools.rules.rule import Judges, Rule
from tools.source.document import parse
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget, every_target
from tools.source.tracked import WorkTree

FIXTURES = Path(__file__).parent / "policies"
RULES = discover()
EXPECT = re.compile(r"#\s*expect:\s*(?P<ids>[a-z0-9, -]+?)\s*$")
GIVEN = re.compile(r"^#\s*given:\s*(?P<yaml>\{.*\})\s*$")
QUOTED = re.compile(r"'[^']*'")
SENTENCE = re.compile(r"(?!.*\b(?:None|True|False)\b|.*  )[^\n]*[^\n.]")
REMEDY = re.compile(r"(?!.*\bNone\b|.*  )[A-Z][^\n]*\.")
SUMMARY_COLUMNS = 100
TODAY = date(2026, 6, 1)
RENDERED = (Judges.OBJECT, Judges.POD, Judges.TARGET)

Places = list[tuple[str, int]]


def fixtures() -> list[Path]:
    return sorted(p for group in FIXTURES.iterdir() if group.is_dir() for p in group.iterdir())


def rule_of(fixture: Path) -> Rule:
    return RULES[fixture.name.partition(".")[0].replace("_", "-")]


def expected(fixture: Path, rule: Rule) -> Places:
    """Every marked line, as (file, line)."""
    folder = fixture if fixture.is_dir() else fixture.parent
    files = fixture.rglob("*") if fixture.is_dir() else [fixture]
    return sorted(
        (path.relative_to(folder).as_posix(), number)
        for path in files
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := EXPECT.search(line))
        for name in match["ids"].split(",")
        if name.strip() == rule.id
    )


def configuration(fixture: Path, repository: Repository) -> Config:
    if fixture.is_dir():
        return read_config(repository, RULES, None)
    match = GIVEN.match(fixture.read_text(encoding="utf-8").partition("\n")[0])
    return parse_config(parse(match["yaml"], "given")[0], RULES) if match else Config()


def earlier(fixture: Path, targets: list[NamedTarget]) -> Earlier | None:
    folder = fixture / "earlier"
    return Earlier(Repository(folder), "earlier", targets, 2) if folder.is_dir() else None


def judge(fixture: Path, rule: Rule) -> Report:
    repository = Repository(fixture if fixture.is_dir() else fixture.parent)
    config = configuration(fixture, repository)
    if fixture.is_dir():
        targets = every_target(repository, ["policies.yaml", "earlier", *config.exclude])
    else:
        targets = [NamedTarget(fixture.name, Kind.PLAIN, (fixture.name,))]
    rules = RULES if rule.judges is Judges.CONFIGURATION else {rule.id: rule}
    gate = Gate(
        repository,
        rules,
        config,
        config.kubernetes,
        whole=True,
        today=TODAY,
        tracked=WorkTree(repository.root),
        earlier=earlier(fixture, targets),
    )
    *_, report = gate.run(Starts(repository, targets, 2))
    report.findings = [finding for finding in report.findings if finding.rule == rule.id]
    return report


@pytest.mark.parametrize("fixture", fixtures(), ids=lambda path: path.name)
def test_fixture(fixture: Path) -> None:
    rule = rule_of(fixture)
    report = judge(fixture, rule)

    places = {(f.source, f.message, f.resource): f.source for f in report.findings}.values()
    assert None not in places, "every finding has a place"
    found = sorted((place.file, place.line) for place in places if place)
    assert found == expected(fixture, rule), "\n".join(
        f"{f.source}: {f.message}" for f in report.findings
    )
    for finding in report.findings:
        assert SENTENCE.fullmatch(QUOTED.sub("''", finding.message)), (
            "one fragment that needs no Python to be read"
        )
        assert REMEDY.fullmatch(finding.remedy), "whole sentences on one line"
    told = {(finding.fingerprint, finding.message) for finding in report.findings}
    assert len({fingerprint for fingerprint, _ in told}) == len(told), "two share a fingerprint"
    crashes = [n.reason for n in report.not_judged if n.blocking and n.rule]
    assert crashes == []
    if rule.judges not in (Judges.SOURCE, Judges.REPOSITORY):
        assert [target.reason for target in report.targets if target.reason] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rule_is_proven(rule: Rule) -> None:
    """By a fixture with a finding, and by one or more objects that it judges and accepts."""
    own = [path for path in fixtures() if rule_of(path) is rule]
    assert any(expected(path, rule) for path in own), "no fixture line expects this rule"
    if rule.judges in (Judges.OBJECT, Judges.POD):
        reports = [judge(path, rule) for path in own]
        flagged = {f.resource for report in reports for f in report.findings}
        assert sum(t.objects for r in reports for t in r.targets) > len(flagged)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_contract(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert rule.summary.endswith("."), "the first line of the docstring is one sentence"
    assert len(rule.summary) <= SUMMARY_COLUMNS
    assert len(rule.doc.split("\n\n")) > 1, "say why, not only what"
    assert "http" in rule.doc, "name the document that the rule rests on"
    assert rule.remedy.endswith(".")
    assert rule.judges in (*RENDERED, Judges.RELATION) or not rule.kinds
    assert rule.judges in RENDERED or not rule.fields
