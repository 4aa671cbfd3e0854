"""Findings as annotations of a GitHub pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterable, Sequence

from tools.report.groups import causes, objects, obstacles
from tools.report.printable import printable
from tools.rules.finding import Finding
from tools.rules.gate import Report
from tools.rules.rule import Severity
from tools.source.place import Place

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def to_github(report: Report) -> str:
    """One workflow command a line: findings that no waiver accepts, and what blocks the run."""
    lines = []
    for group in causes(f for f in report.findings if f.waiver is None):
        finding = group[0]
        text = f"{_subject(group)}{finding.message}\n{finding.remedy}"
        lines.append(_command(_COMMANDS[finding.severity], finding.source, finding.rule, text))
    for entries in obstacles(entry for entry in report.not_judged if entry.blocking):
        entry = entries[0]
        targets = _listed(entry.target for entry in entries)
        text = f"{targets} could not be judged: {entry.reason}"
        lines.append(_command("error", entry.source, entry.rule or "not judged", text))
    return "".join(f"{line}\n" for line in lines)


def _subject(group: Sequence[Finding]) -> str:
    """`Deployment a/web in prod: `, "" for a finding about no object."""
    about = objects(group)
    if not about:
        return ""
    names = [str(about[0][0])] if len(group) == 1 else [ref.slug for ref, _ in about]
    return f"{_listed(names)} in {_listed(finding.target for finding in group)}: "


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _command(name: str, place: Place | None, title: str, text: str) -> str:
    properties = {"title": title}
    if place:
        properties = {
            "file": place.file,
            "line": str(place.line),
            "col": str(place.column),
            **properties,
        }
    joined = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    lines = [printable(line) for line in text.split("\n")]
    return f"::{name} {joined}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
