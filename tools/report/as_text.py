"""Findings for a person: the place, the sentence, the source line with a caret, the remedy."""

from collections.abc import Iterable, Iterator, Sequence

from tools.report.excerpt import excerpt, where
from tools.report.printable import printable
from tools.report.terminal import Line, Span
from tools.rules.finding import Finding, NotJudged
from tools.rules.gate import Report
from tools.rules.rule import Severity
from tools.source.place import dotted
from tools.source.repository import Repository

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
MOST_TARGETS = 12
"""Targets that the summary lists one by one; of more, only those with something to say."""


def to_lines(report: Report, repository: Repository) -> Iterator[Line]:
    """The whole report, line by line; equal findings of several targets are told once."""
    width = len(str(max((f.source.line for f in report.findings if f.source), default=1)))
    for group in _grouped(f for f in report.findings if f.waiver is None):
        yield from _finding(group, repository, width)
        yield Line(())
    yield from _all_unjudged(report.not_judged)
    yield from _targets(report)
    yield _summary(report)


def _grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings that only differ in their target (or the namespace it sets), together."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        resource = finding.resource and finding.resource._replace(namespace="")
        at = finding.source or finding.target
        key = (finding.rule, at, finding.path, finding.message, finding.remedy, resource)
        groups.setdefault(key, []).append(finding)
    return list(groups.values())


def _finding(group: Sequence[Finding], repository: Repository, width: int) -> Iterator[Line]:
    finding = group[0]
    style = STYLES[finding.severity]
    yield Line(
        (
            Span(where(finding.source) or finding.target, "bold"),
            Span(": "),
            Span(finding.severity.word, style),
            Span(f": {printable(finding.message)} "),
            Span(f"[{finding.rule}]", "dim"),
        )
    )
    margin = " " * (width + 2)
    if finding.source:
        yield from excerpt(finding.source, repository, width, style)
    for note in _notes(group):
        yield Line((Span(f"{margin}= ", "blue"), Span(note, "dim")))
    yield Line(
        (Span(f"{margin}= ", "blue"), Span("help: ", "bold"), Span(printable(finding.remedy)))
    )


def _notes(group: Sequence[Finding]) -> Iterator[str]:
    finding = group[0]
    targets = ", ".join(dict.fromkeys(f.target for f in group))
    if finding.resource:
        field = f", {printable(dotted(finding.path))}" if finding.path else ""
        name = finding.resource if len(group) == 1 else finding.resource.slug
        yield f"{printable(str(name))}{field} in {targets}"
    for related in dict.fromkeys(r for f in group for r in f.related):
        yield f"{printable(related.message)}: {where(related.place)}"


def _all_unjudged(entries: Sequence[NotJudged]) -> Iterator[Line]:
    """What blocks, one line each; evidence that nobody required, one line a rule."""
    for entry in entries:
        if entry.blocking:
            yield _unjudged(entry)
    absent: dict[str | None, list[NotJudged]] = {}
    for entry in entries:
        if not entry.blocking:
            absent.setdefault(entry.rule, []).append(entry)
    for same in absent.values():
        yield _unjudged(same[0], len(same) - 1)
    if entries:
        yield Line(())


def _unjudged(entry: NotJudged, more: int = 0) -> Line:
    at = where(entry.source) or entry.target
    rule = f" [{entry.rule}]" if entry.rule else ""
    on = f"{entry.resource}: " if entry.resource else ""
    target = f" ({entry.target})" if entry.source and entry.source.file != entry.target else ""
    return Line(
        (
            Span(at, "bold"),
            Span(": "),
            Span("not judged", "bold magenta" if entry.blocking else "dim"),
            Span(f": {printable(on + entry.reason)}{target}"),
            Span(f" (and {more} more)" if more else ""),
            Span(rule, "dim"),
        )
    )


def _targets(report: Report) -> Iterator[Line]:
    """What was looked at, one target a line."""
    shown = report.targets
    if len(shown) > MOST_TARGETS:
        shown = [t for t in shown if t.reason or _counts(report, t.path)]
    width = max((len(target.path) for target in shown), default=0)
    for target in shown:
        outcome = _counts(report, target.path) or "clean"
        if target.reason:
            outcome = "not judged" if outcome == "clean" else f"{outcome}; not judged in full"
        style = {"clean": "green"}.get(outcome, "")
        yield Line(
            (
                Span(f"{printable(target.path):<{width}}  "),
                Span(f"{target.objects:>4} objects  {target.seconds:>6.2f} s  ", "dim"),
                Span(outcome, style),
            )
        )


def _counts(report: Report, target: str) -> str:
    """`2 errors, 1 warning` of one target, "" if there are none."""
    words = []
    for severity in reversed(Severity):
        number = sum(
            f.severity is severity and f.target == target and f.waiver is None
            for f in report.findings
        )
        if number:
            words.append(_number(number, severity.word))
    return ", ".join(words)


def _summary(report: Report) -> Line:
    """The last line: what was looked at, and what was found."""
    objects = sum(target.objects for target in report.targets)
    rules = max((target.rules for target in report.targets), default=0)
    versions = " and ".join(report.kubernetes)
    blocking = sum(entry.blocking for entry in report.not_judged)
    looked = f"{_number(len(report.targets), 'target')}, {_number(objects, 'object')}"
    parts = [_number(report.count(s), s.word) for s in reversed(Severity) if report.count(s)]
    if report.waived:
        parts.append(f"{report.waived} waived")
    if report.not_judged:
        parts.append(f"{len(report.not_judged)} not judged ({blocking} blocking)")
    style = "bold red" if report.count(Severity.ERROR) or blocking else "bold green"
    return Line(
        (
            Span(f"{looked}, {_number(rules, 'rule')}, Kubernetes {versions}: "),
            Span(", ".join(parts) or "nothing to mend", style),
        )
    )


def _number(number: int, word: str) -> str:
    plural = word if number == 1 or word == "info" else f"{word}s"
    return f"{number} {plural}"
