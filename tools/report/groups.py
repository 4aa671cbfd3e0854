"""Entries of a report that one edit mends, put together: a reader wants each cause once."""

from collections.abc import Iterable, Sequence

from tools.kubernetes.resource import Ref
from tools.rules.finding import Finding, NotJudged
from tools.source.place import FieldPath


def causes(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings of one rule that say the same at one place, together, in the order of the first.

    They differ in their target, and where a kustomization sets a value for many objects, in the
    object. Without a place, objects are told apart.
    """
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        at = finding.source or (_anywhere(finding.resource), finding.path, finding.target)
        key = (finding.rule, finding.severity, at, finding.message, finding.remedy)
        groups.setdefault(key, []).append(finding)
    return list(groups.values())


def obstacles(entries: Iterable[NotJudged]) -> list[list[NotJudged]]:
    """What could not be judged: what blocks by its cause, absent evidence once a rule, and rules
    that lack the same together.
    """
    blocking: dict[object, list[NotJudged]] = {}
    absent: dict[object, list[NotJudged]] = {}
    for entry in entries:
        if entry.blocking:
            at = entry.source or entry.target
            key = (entry.rule, at, _anywhere(entry.resource), entry.reason)
            blocking.setdefault(key, []).append(entry)
        else:
            absent.setdefault(entry.rule, []).append(entry)
    lacking: dict[object, list[NotJudged]] = {}
    for same in absent.values():
        first = same[0]
        lacking.setdefault((first.source, first.target, first.reason), []).extend(same)
    return [*blocking.values(), *lacking.values()]


def objects(findings: Sequence[Finding]) -> list[tuple[Ref, FieldPath]]:
    """The objects that findings are about, with the field, whatever namespace a target gives."""
    found = {
        (_anywhere(finding.resource), finding.path): (finding.resource, finding.path)
        for finding in reversed(findings)
        if finding.resource
    }
    return list(reversed(found.values()))


def _anywhere(resource: Ref | None) -> Ref | None:
    return resource and resource._replace(namespace="")
