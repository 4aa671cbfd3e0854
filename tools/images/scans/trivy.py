"""`trivy image --format json`: https://trivy.dev/latest/docs/configuration/reporting/#json

Schema version 2, since Trivy 0.20. Fields that came later (`CreatedAt`, `PkgIdentifier`) may be
absent; before it a report was a bare list that names no image.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.images.scans.fields import (
    child,
    day,
    digests_in,
    maps,
    moment,
    names_in,
    text,
    texts,
)
from tools.images.scans.report import Report, Unusable, Vulnerability, severity

_IMAGE = "container_image"
_OF_PACKAGES = ("os-pkgs", "lang-pkgs")
_SUPPRESSED = "ExperimentalModifiedFindings"
"""What `--show-suppressed` lists: somebody's VEX or ignore file took it out of the findings."""


def trivy_reports(data: object, file: str) -> list[Report] | None:
    """The report in a file, None if Trivy did not write it. Raises Unusable."""
    if isinstance(data, list) and data and all("Target" in entry for entry in maps({"": data}, "")):
        raise Unusable("is of a Trivy before 0.20, which names no image; scan with a newer one")
    if not isinstance(data, dict) or not {"SchemaVersion", "ArtifactName"} <= data.keys():
        return None
    if data.get("ArtifactType") != _IMAGE:
        raise Unusable(f"is about {text(data, 'ArtifactType') or 'something'!r} and not an image")
    _refuse_partial(data)
    name, metadata = text(data, "ArtifactName"), child(data, "Metadata")
    known_as = texts(metadata, "RepoDigests")
    parts = (text(metadata, "ImageConfig", part) for part in ("os", "architecture", "variant"))
    return [
        Report(
            file,
            "Trivy",
            names_in(*known_as, *texts(metadata, "RepoTags")),
            digests_in(name, *known_as, text(metadata, "ImageID")),
            "/".join(filter(None, parts)),
            moment(data, "CreatedAt"),
            tuple(_found(data)),
        )
    ]


def _refuse_partial(data: Mapping[str, Any]) -> None:
    """Raises Unusable if nobody looked for vulnerabilities.

    Of an operating system that Trivy knows there is a result, be it an empty one.
    """
    classes = {text(result, "Class") for result in maps(data, "Results")} - {""}
    system = text(data, "Metadata", "OS", "Family")
    if system not in ("", "none") and "os-pkgs" not in classes:
        raise Unusable(f"has no result about the packages of {system}; scan with --scanners vuln")
    if classes and not classes.intersection(_OF_PACKAGES):
        raise Unusable("has no result about any package; scan with --scanners vuln")


def _found(data: Mapping[str, Any]) -> Iterator[Vulnerability]:
    for result in maps(data, "Results"):
        yield from map(_vulnerability, maps(result, "Vulnerabilities"))
        for modified in maps(result, _SUPPRESSED):
            if text(modified, "Type") == "vulnerability":
                yield _vulnerability(modified.get("Finding"))
        for entry in maps(result, "Secrets"):
            name, grade = text(entry, "RuleID") or "a secret", severity(text(entry, "Severity"))
            where = text(result, "Target")
            yield Vulnerability((name,), grade, where, "", "", "", "", is_secret=True)


def _vulnerability(entry: object) -> Vulnerability:
    own = text(entry, "VulnerabilityID") or "a vulnerability without a name"
    return Vulnerability(
        tuple(dict.fromkeys([own, *texts(entry, "VendorIDs")])),
        severity(text(entry, "Severity")),
        text(entry, "PkgName"),
        text(entry, "InstalledVersion"),
        text(entry, "FixedVersion"),
        day(entry, "PublishedDate"),
        text(entry, "PkgIdentifier", "PURL") or text(entry, "PkgRef"),
    )
