"""Findings for a person: the place, the sentence, the source line with a caret, the remedy."""

from collections.abc import Iterator, Sequence

from tools.report.excerpt import excerpt, where
from tools.report.groups import causes, objects, obstacles
from tools.report.printable import printable
from tools.report.terminal import Line, Span
from tools.rules.finding import Finding, NotJudged
from tools.rules.gate import Report, TargetReport
from tools.rules.rule import Severity
from tools.source.place import dotted
from tools.source.repository import Repository

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
MOST_TARGETS = 12
"""Targets that the summary lists one by one; of more, only those with something to say."""
MOST_NAMES = 3
"""Objects, or targets, that are named where one cause has many consequences."""
CLEAN = "clean"


def to_lines(report: Report, repository: Repository) -> Iterator[Line]:
    """The whole report, line by line; equal findings of several targets are told once."""
    width = len(str(max((f.source.line for f in report.findings if f.source), default=1)))
    confidential = [f.source for f in report.findings if f.source and f.confidential]
    secret = {(place.file, place.line) for place in confidential}
    standing = causes(f for f in report.findings if f.waiver is None)
    # What is wrong with a kustomization comes before what that does to its objects.
    for group in sorted(standing, key=lambda group: group[0].resource is not None):
        at = group[0].source
        hidden = at is not None and (at.file, at.line) in secret
        yield from _finding(group, None if hidden else repository, width)
        yield Line(())
    for entries in obstacles(report.not_judged):
        yield _unjudged(entries)
    if report.not_judged:
        yield Line(())
    yield from _targets(report)
    yield _summary(report)


def _finding(group: Sequence[Finding], repository: Repository | None, width: int) -> Iterator[Line]:
    """One finding; the source line only with a repository to take it from."""
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
    if finding.source and repository:
        yield from excerpt(finding.source, repository, width, style)
    for note in _notes(group):
        yield Line((Span(f"{margin}= ", "blue"), Span(note, "dim")))
    yield Line(
        (Span(f"{margin}= ", "blue"), Span("help: ", "bold"), Span(printable(finding.remedy)))
    )


def _notes(group: Sequence[Finding]) -> Iterator[str]:
    about = objects(group)
    targets = _few(list(dict.fromkeys(_title(f.target) for f in group)))
    if about:
        resource, path = about[0]
        field = f", {printable(dotted(path))}" if path else ""
        name = resource if len(group) == 1 else resource.slug
        yield f"{printable(str(name))}{field} in {targets}"
    if len(about) > 1:
        yield _others([printable(resource.slug) for resource, _ in about])
    for related in dict.fromkeys(r for f in group for r in f.related):
        yield f"{printable(related.message)}: {where(related.place)}"


def _others(names: Sequence[str]) -> str:
    """`likewise Deployment/a, Deployment/b and 3 more` of all but the first name."""
    others = [name for name in dict.fromkeys(names) if name != names[0]]
    if not others:
        return f"likewise in {_number(len(names) - 1, 'other field')} of it"
    return f"likewise {_few(others)}"


def _few(names: Sequence[str]) -> str:
    """`a, b, c and 3 more`."""
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _unjudged(group: Sequence[NotJudged]) -> Line:
    entry = group[0]
    name = entry.resource and (str(entry.resource) if len(group) == 1 else entry.resource.slug)
    sentence = f"{name}: {entry.reason}" if name else entry.reason
    rules = ", ".join(dict.fromkeys(entry.rule for entry in group if entry.rule))
    return Line(
        (
            Span(where(entry.source) or printable(entry.target), "bold"),
            Span(": "),
            Span("not judged", "bold magenta" if entry.blocking else "dim"),
            Span(f": {printable(sentence)}{_extent(group)}"),
            Span(f" [{rules}]" if rules else "", "dim"),
        )
    )


def _extent(group: Sequence[NotJudged]) -> str:
    """How far it goes: the targets of what blocks, the number of objects without evidence."""
    source = group[0].source
    if not group[0].blocking:
        more = len({entry._replace(rule=None) for entry in group}) - 1
        return f" (and {more} more)" if more else ""
    targets = dict.fromkeys(entry.target for entry in group) if source else {}
    others = [printable(target) for target in targets if source and target != source.file]
    return f" ({', '.join(others)})" if others else ""


def _targets(report: Report) -> Iterator[Line]:
    """What was looked at, one target a line."""
    shown = report.targets
    if len(shown) > MOST_TARGETS:
        shown = [t for t in shown if _outcome(report, t) != CLEAN]
    width = max((len(_title(target.path)) for target in shown), default=0)
    for target in shown:
        outcome = _outcome(report, target)
        number = _number(target.objects, "object")
        yield Line(
            (
                Span(f"{_title(target.path):<{width}}  "),
                Span(f"{number:>12}  {target.seconds:>6.2f} s  ", "dim"),
                Span(outcome, "green" if outcome == CLEAN else ""),
            )
        )


def _title(target: str) -> str:
    return "standard input" if target == "-" else printable(target)


def _outcome(report: Report, target: TargetReport) -> str:
    """What a target's row says; what could not be judged is never called clean."""
    counts = _counts(report, target.path)
    blocking = any(entry.blocking and entry.target == target.path for entry in report.not_judged)
    if target.reason and not counts:
        return "not judged"
    if target.reason or blocking:
        return f"{counts}; not judged in full" if counts else "not judged in full"
    return counts or CLEAN


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
    looked = (
        _number(len(report.targets), "target"),
        _number(sum(target.objects for target in report.targets), "object"),
        _number(max((target.rules for target in report.targets), default=0), "rule"),
    )
    versions = " and ".join(report.kubernetes)
    blocks = any(entry.blocking for entry in report.not_judged)
    style = "bold red" if report.count(Severity.ERROR) or blocks else "bold green"
    return Line(
        (
            Span(f"{', '.join(looked)}, Kubernetes {versions}: "),
            Span(", ".join(_results(report)) or "nothing to mend", style),
        )
    )


def _results(report: Report) -> Iterator[str]:
    standing = [finding for finding in report.findings if finding.waiver is None]
    counted = [_number(report.count(s), s.word) for s in reversed(Severity) if report.count(s)]
    if counted:
        # One cause in a base is a finding of each target, and told once.
        told = len(causes(standing))
        counted[-1] += f" from {_number(told, 'cause')}" if told < len(standing) else ""
    yield from counted
    if report.waived:
        yield f"{report.waived} waived"
    if report.not_judged:
        blocking = sum(entry.blocking for entry in report.not_judged)
        yield f"{len(report.not_judged)} not judged ({blocking} blocking)"


def _number(number: int, word: str) -> str:
    plural = word if number == 1 or word == "info" else f"{word}s"
    return f"{number} {plural}"
