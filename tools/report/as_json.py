"""Findings as JSON, the format that other programs read."""

import json
from collections.abc import Mapping
from typing import Any

from tools.kubernetes.resource import Ref
from tools.rules.finding import Finding, NotJudged
from tools.rules.gate import Report
from tools.rules.rule import Severity
from tools.source.place import Place

VERSION = 1


def to_json(report: Report) -> str:
    """The report as one JSON object, version 1 of the format; see docs/json.md."""
    return json.dumps(report_data(report), indent=2) + "\n"


def report_data(report: Report) -> Mapping[str, Any]:
    """The report as plain data, in the order of the format."""
    return {
        "version": VERSION,
        "kubernetes": list(report.kubernetes),
        "targets": [target._asdict() for target in report.targets],
        "findings": [_finding(finding) for finding in report.findings],
        "not_judged": [_not_judged(entry) for entry in report.not_judged],
        "summary": {
            "error": report.count(Severity.ERROR),
            "warning": report.count(Severity.WARNING),
            "info": report.count(Severity.INFO),
            "waived": report.waived,
            "not_judged": len(report.not_judged),
        },
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "target": finding.target,
        "resource": _resource(finding.resource),
        "path": list(finding.path),
        "message": finding.message,
        "remedy": finding.remedy,
        "source": _place(finding.source),
        "related": [
            {**related.place._asdict(), "message": related.message} for related in finding.related
        ],
        "fingerprint": finding.fingerprint,
        "waiver": finding.waiver,
    }


def _not_judged(entry: NotJudged) -> Mapping[str, Any]:
    return {
        "rule": entry.rule,
        "target": entry.target,
        "resource": _resource(entry.resource),
        "source": _place(entry.source),
        "reason": entry.reason,
        "blocking": entry.blocking,
    }


def _resource(ref: Ref | None) -> Mapping[str, Any] | None:
    if ref is None:
        return None
    return {
        "apiVersion": ref.api_version,
        "kind": ref.kind,
        "namespace": ref.namespace or None,
        "name": ref.name,
    }


def _place(place: Place | None) -> Mapping[str, Any] | None:
    return place._asdict() if place else None
