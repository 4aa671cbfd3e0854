"""Put a report where it belongs: standard output, or a file that is never half-written."""

import os
import sys
from pathlib import Path

from tools.rules.gate import Report
from tools.source.repository import Repository


def print_report(report: Report, format_name: str, repository: Repository) -> None:
    """Write the report to standard output, coloured if that is a terminal and text is asked for."""
    if format_name == "text":
        from tools.report.as_text import to_lines
        from tools.report.terminal import print_lines

        print_lines(to_lines(report, repository))
    else:
        from tools.report.terminal import reader_may_leave

        with reader_may_leave():
            sys.stdout.write(_format(report, format_name, repository))


def write_report(report: Report, format_name: str, file: Path, repository: Repository) -> None:
    """Write the report to a file by way of a temporary file beside it."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_text(_format(report, format_name, repository), encoding="utf-8")
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _format(report: Report, format_name: str, repository: Repository) -> str:
    if format_name == "json":
        from tools.report.as_json import to_json

        return to_json(report)
    if format_name == "github":
        from tools.report.as_github import to_github

        return to_github(report)
    from tools.report.as_text import to_lines

    return "".join(f"{line.text}\n" for line in to_lines(report, repository))
