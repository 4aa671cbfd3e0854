"""Every image has been scanned, and has no grave vulnerability that nobody has accepted.

New weaknesses of old programs are published every day. An image that nobody scanned brings its own
along, and nobody knows which; one that was scanned last year has those of this year.

Evidence is a report of Trivy or Grype, as JSON or SARIF, in the folder that `policies.yaml` names:

    facts:
      scanReports: scans
      vexDocuments: [scans/vex/shop.json]
    rules:
      image-scanned:
        severityAtLeast: high
        maxAgeDays: 30
        accepted:
          - id: CVE-2026-1234
            package: libxml2
            reason: Nothing in this image parses XML.
            until: "2026-12-31"

A report is about an image if it names its digest: that of the index, of the platform's manifest or
of the configuration, as `images.lock` has them, or as the manifest has it. A tag proves nothing. An
image that is locked for several platforms needs a report about each; scanners look at one of them
at a time. Of each tool the newest report counts. One that does not say when it was made (all SARIF
of Trivy and Grype, and the JSON of old versions) has no age, which only `maxAgeDays: 0` accepts.

What is as grave as `severityAtLeast`, or graver, is a finding: vulnerabilities, and secrets that
Trivy found in the image. What the scanner was told to leave out and still lists (a VEX document or
an ignore file of its own) counts too. A finding is accepted by `accepted`, up to and including its
last day, or by a statement `not_affected` or `fixed` in an OpenVEX document that `vexDocuments`
lists; the last statement about the image and the vulnerability counts. An entry of `accepted` that
names nothing which is found is for waiver-used to tell.

Where `requiredIn` names the environment, no evidence is an error: no report, none about this
digest, one that is too old, a file that cannot be read. Elsewhere such an image is not judged, and
nothing is said where `scanReports` names no folder.

https://kubernetes.io/docs/concepts/security/cloud-native-security/
https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Literal

from tools.images.scans.report import Identity, Report, Unread, Vulnerability
from tools.rules.options import RuleOptions
from tools.rules.rule import (
    Judges,
    Outcome,
    Problem,
    Severity,
    SourceProblem,
    Unjudged,
    Used,
    rule,
)
from tools.rules.scan_evidence import Evidence, Scanned, evidence_in
from tools.rules.target import Target
from tools.source.place import Place

CORRECT = "Make the file again, or take it out of the folder or of `vexDocuments`."
AGAIN = "Scan the image again, and put the report in the place of the old one."
REMOVE = "Build the image without the file, revoke the credential, and scan the new image."


@dataclass(frozen=True)
class Accepted:
    id: str
    """The vulnerability, `CVE-2026-1234`, or the rule by which a secret was found."""
    reason: str
    """Why it does not matter here."""
    until: date
    """The last day on which it is accepted."""
    package: str = ""
    """Only in this package; none: in any."""
    image: str = ""
    """Only in images with this name, a glob: `registry.example.com/shop/*`; none: in any."""

    def __post_init__(self) -> None:
        if not self.id.strip() or not self.reason.strip():
            raise ValueError("what is accepted needs `id` and `reason`, as text")


class Options(RuleOptions):
    severity_at_least: Literal["unknown", "negligible", "low", "medium", "high", "critical"] = (
        "high"
    )
    """The least severity that is a finding; what a scanner cannot rate is `unknown`."""
    max_age_days: int = 30
    """So many days old a report may be; 0: of any age."""
    accepted: tuple[Accepted, ...] = ()
    """Vulnerabilities that are accepted: `id`, `reason`, `until`, perhaps `package` and `image`."""
    required_in: tuple[str, ...] = ("prod",)
    """Environments in which an image without evidence is an error."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Scan the image by its digest, and put the report into the folder that "
    "`facts.scanReports` names.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Outcome]:
    is_required = target.environment in options.required_in
    if not is_required and not target.facts.scan_reports:
        return
    images = list(evidence_in(target))
    for unread in (*target.scans.unread, *target.vex[1]) if images else ():
        yield _unread(unread, is_required)
    for evidence in images:
        for message, remedy in _lacking(evidence, target.today, options):
            use = evidence.uses[0]
            if is_required:
                yield _problem(evidence, message, remedy)
            else:
                yield Unjudged(message, use.pod.workload, use.path)
        yield from _vulnerabilities(evidence, target, options)


def _unread(unread: Unread, is_required: bool) -> SourceProblem | Unjudged:
    place = Place(unread.file, 1, 1)
    message = f"{unread.file} {unread.why}"
    return SourceProblem(place, message, CORRECT) if is_required else Unjudged(message, place=place)


def _problem(evidence: Evidence, message: str, remedy: str | None) -> Problem:
    first, *others = evidence.uses
    related = tuple((use.pod.workload, use.path, "and here") for use in others)
    return Problem(first.path, message, first.pod.workload, remedy, related)


def _lacking(evidence: Evidence, today: date, options: Options) -> Iterator[tuple[str, str | None]]:
    """What the reports about an image do not show: a sentence, and a remedy of its own."""
    reasons: dict[str, list[Scanned]] = {}
    for part in evidence.parts:
        if not part.reports:
            reasons.setdefault(part.hint, []).append(part)
    for hint, parts in reasons.items():
        yield f"nothing shows that {evidence.words(parts)} was scanned: {hint}", None
    for part in evidence.parts:
        age = _age(part.reports[0], today, options) if part.reports else ""
        if age:
            about = f"the newest report about {evidence.words([part])}"
            yield f"{about}, {part.reports[0].file}, {age}", AGAIN


def _age(report: Report, today: date, options: Options) -> str:
    """What is wrong with the age of a report, "" if nothing is."""
    if not options.max_age_days:
        return ""
    if report.made is None:
        return "does not say when it was made"
    days = (today - report.made.date()).days
    if days < -1:
        return f"was made on {report.made.date()}, which is still to come"
    if days <= options.max_age_days:
        return ""
    return f"is {days} days old; {options.max_age_days} are allowed"


def _vulnerabilities(
    evidence: Evidence, target: Target, options: Options
) -> Iterator[Problem | Used]:
    for one, report, image in evidence.found(options.severity_at_least):
        statement = target.vex[0].last(one, image)
        if statement and statement.is_harmless:
            continue
        accepted = [each for each in options.accepted if _names(each, one, image)]
        yield from map(Used, accepted)
        until = max((each.until for each in accepted), default=None)
        if until and target.today <= until:
            continue
        message = f"image {evidence.uses[0].text!r} {_words(one, report)}"
        expired = f"; it was accepted until {until}" if until else ""
        problem = _problem(evidence, message + expired, _remedy(one))
        yield problem._replace(subject=f"{one.lasting_name} {one.package}")


def _names(accepted: Accepted, found: Vulnerability, image: Identity) -> bool:
    return (
        accepted.id in found.names
        and accepted.package in ("", found.package)
        and (not accepted.image or fnmatchcase(image.reference.name, accepted.image))
    )


def _words(found: Vulnerability, report: Report) -> str:
    day = f" on {report.made.date()}" if report.made else ""
    says = f"found by {report.tool}{day} ({report.file})"
    if found.is_secret:
        return f"holds a secret in {found.package} ({found.id}, {found.severity}); {says}"
    package = " ".join(filter(None, (found.package, found.version))) or "a package"
    fixed = f"fixed in {found.fixed}" if found.fixed else "not fixed yet"
    known = f", known since {found.known}" if found.known else ""
    return f"has {found.id} ({found.severity}) in {package}, {fixed}{known}; {says}"


def _remedy(found: Vulnerability) -> str:
    if found.is_secret:
        return REMOVE
    accept = "accept it under `accepted` in policies.yaml, with a reason and a last day"
    if not found.fixed:
        return f"Do without {found.package or 'the package'}, or {accept}."
    return f"Build the image with {found.package} {found.fixed}, and scan it; or {accept}."
