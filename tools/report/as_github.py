"""Findings as annotations of a GitHub pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from tools.report.printable import printable
from tools.rules.gate import Report
from tools.rules.rule import Severity
from tools.source.place import Place

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def to_github(report: Report) -> str:
    """One workflow command a line: findings that no waiver accepts, and what blocks the run."""
    lines = []
    for finding in report.findings:
        if finding.waiver is None:
            subject = f"{finding.resource} in {finding.target}: " if finding.resource else ""
            text = f"{subject}{finding.message}\n{finding.remedy}"
            lines.append(_command(_COMMANDS[finding.severity], finding.source, finding.rule, text))
    for entry in report.not_judged:
        if entry.blocking:
            title = entry.rule or "not judged"
            text = f"{entry.target} could not be judged: {entry.reason}"
            lines.append(_command("error", entry.source, title, text))
    return "".join(f"{line}\n" for line in lines)


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
