"""Put a report where it belongs: standard output, or a file that is never half-written."""

import os
import sys
from pathlib import Path

from tools.report.terminal import Unwritten, print_lines, reader_may_leave
from tools.rules.gate import Report
from tools.source.repository import Repository


def print_report(report: Report, format_name: str, repository: Repository) -> None:
    """Write the report to standard output, coloured if that is a terminal and text is asked for.

    Raises Unwritten.
    """
    if format_name == "text":
        from tools.report.as_text import to_lines

        print_lines(to_lines(report, repository))
    else:
        with reader_may_leave():
            sys.stdout.write(_format(report, format_name, repository))


def write_report(report: Report, format_name: str, file: Path, repository: Repository) -> None:
    """Write the report to a file by way of a temporary file beside it, to a device as it is.

    Raises Unwritten.
    """
    text = _format(report, format_name, repository)
    try:
        if file.exists() and not file.is_file():
            file.write_text(text, encoding="utf-8")
        else:
            _replace(file.resolve(), text)
    except OSError as error:
        raise Unwritten(f"{file} cannot be written: {error.strerror}") from error


def _replace(file: Path, text: str) -> None:
    """Give a file new content, all of it or nothing."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
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
