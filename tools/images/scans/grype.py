"""`grype IMAGE --output json`: https://github.com/anchore/grype#output-formats

Its fields have grown with its versions: the first ones had `fixedInVersion` in the place of `fix`,
and no time of the scan.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.images.scans.fields import child, digests_in, maps, moment, names_in, text, texts
from tools.images.scans.report import Report, Unusable, Vulnerability, severity

_BY_SOMEBODY = ("vulnerability", "vex-status", "fix-state")
"""Fields of rules by which a match is ignored because a person said so, on the command line, in a
configuration or in a VEX document. Grype's own rules only name packages."""


def grype_reports(data: object, file: str) -> list[Report] | None:
    """The report in a file, None if Grype did not write it. Raises Unusable."""
    if not isinstance(data, dict) or text(data, "descriptor", "name").lower() != "grype":
        return None
    if not isinstance(data.get("matches"), list):
        raise Unusable("has no list of matches; scan again")
    if text(data, "source", "type") != "image":
        raise Unusable(f"is about a {text(data, 'source', 'type') or 'something'} and not an image")
    target = child(data, "source", "target")
    known_as = (text(target, "userInput"), *texts(target, "repoDigests"))
    ids = (text(target, name) for name in ("manifestDigest", "imageID"))
    parts = (text(target, name) for name in ("os", "architecture", "variant"))
    return [
        Report(
            file,
            "Grype",
            names_in(*known_as, *texts(target, "tags")),
            digests_in(*known_as, *ids),
            "/".join(filter(None, parts)),
            moment(data, "descriptor", "timestamp"),
            tuple(map(_vulnerability, _matches(data))),
        )
    ]


def _matches(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What was found, and what was found and left out because somebody said so."""
    yield from maps(data, "matches")
    for match in maps(data, "ignoredMatches"):
        rules = maps(match, "appliedIgnoreRules")
        if any(rule.get(name) for rule in rules for name in _BY_SOMEBODY):
            yield match


def _vulnerability(match: Mapping[str, Any]) -> Vulnerability:
    own = match.get("vulnerability")
    related = (text(entry, "id") for entry in maps(match, "relatedVulnerabilities"))
    names = [text(own, "id") or "a vulnerability without a name", *filter(None, related)]
    return Vulnerability(
        tuple(dict.fromkeys(names)),
        severity(text(own, "severity")),
        text(match, "artifact", "name"),
        text(match, "artifact", "version"),
        ", ".join(texts(own, "fix", "versions")) or text(own, "fixedInVersion"),
        "",
        text(match, "artifact", "purl"),
    )
