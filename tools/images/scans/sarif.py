"""SARIF of Trivy and of Grype: https://docs.oasis-open.org/sarif/sarif/v2.1.0/

It says less than their JSON. Trivy's names the image, and not when it was looked at; Grype's names
the image only in its findings, so that a report without any says nothing of any image.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tools.images.scans.fields import child, digests_in, maps, moment, names_in, text, texts
from tools.images.scans.report import Report, Unusable, Vulnerability, scored, severity

_TOOLS = {"trivy": "Trivy", "grype": "Grype"}
_LINE = re.compile(r"^(?P<name>[A-Z][A-Za-z ]{2,20}): ?(?P<value>.*)$", re.MULTILINE)
_IN_IMAGE = re.compile(r" was found in image (?P<image>\S+@sha256:[0-9a-f]{64}) at:")
_SECRET, _OTHERS = "secret", frozenset({"misconfiguration", "license"})
"""Tags of Trivy's rules."""


def sarif_reports(data: object, file: str) -> list[Report] | None:
    """The reports in a file, None if it is no SARIF. Raises Unusable."""
    if not isinstance(data, dict) or "runs" not in data:
        return None
    if not text(data, "version").startswith("2."):
        return None
    found = [_report(run, file) for run in maps(data, "runs")]
    if not found:
        raise Unusable("has no run of a scanner in it; scan again")
    return found


def _report(run: Mapping[str, Any], file: str) -> Report:
    driver = child(run, "tool", "driver")
    tool = _TOOLS.get(text(driver, "name").lower())
    if tool is None:
        name = text(driver, "name") or "nobody"
        raise Unusable(f"is of {name!r}; those of Trivy and Grype are understood")
    results = [result for result in maps(run, "results") if _is_finding(result)]
    references = _images(run, results)
    image_id = text(run, "properties", "imageID")
    digests = digests_in(*references, image_id)
    if not digests:
        raise Unusable(
            "does not say which image it is about: name the digest when you scan, and write JSON, "
            "which says it even where nothing was found"
        )
    rules = {text(rule, "id"): rule for rule in maps(driver, "rules")}
    found = tuple(_vulnerabilities(results, rules))
    return Report(file, tool, names_in(*references), digests, "", _made(run), found)


def _is_finding(result: Mapping[str, Any]) -> bool:
    """What somebody suppressed is one too."""
    return result.get("kind", "fail") == "fail" and result.get("baselineState") != "absent"


def _images(run: Mapping[str, Any], results: list[Mapping[str, Any]]) -> list[str]:
    """What the image is called. Raises Unusable if Grype's findings are about several ones."""
    named = [text(run, "properties", "imageName"), *texts(run, "properties", "repoDigests")]
    said = {
        match["image"]
        for result in results
        if (match := _IN_IMAGE.search(text(result, "message", "text")))
    }
    if len(said) > 1:
        raise Unusable("is about several images; write one report for each")
    return [*filter(None, named), *said]


def _made(run: Mapping[str, Any]) -> datetime | None:
    times = (moment(call, "endTimeUtc") for call in maps(run, "invocations"))
    return max(filter(None, times), default=None)


def _vulnerabilities(
    results: list[Mapping[str, Any]], rules: Mapping[str, Mapping[str, Any]]
) -> Iterator[Vulnerability]:
    for result in results:
        rule = rules.get(text(result, "ruleId"), {})
        tags = frozenset(tag.lower() for tag in texts(rule, "properties", "tags"))
        if not tags & _OTHERS:
            yield _vulnerability(result, rule, tags)


def _vulnerability(
    result: Mapping[str, Any], rule: Mapping[str, Any], tags: frozenset[str]
) -> Vulnerability:
    # Of Trivy the rule is about the first package that has the weakness, the result about its own.
    told = {**_told(child(rule, "help", "text")), **_told(child(result, "message", "text"))}
    package, rule_id = told.get("package", ""), text(result, "ruleId")
    is_secret = _SECRET in tags
    if is_secret:
        uris = (
            text(place, "physicalLocation", "artifactLocation", "uri")
            for place in maps(result, "locations")
        )
        package = next(uris, "")
    # Grype puts the package behind the id.
    name = rule_id.removesuffix(f"-{package}") if package else rule_id
    return Vulnerability(
        (name or "a vulnerability without a name",),
        _severity(told.get("severity", ""), rule, tags),
        package,
        told.get("installed version") or told.get("version", ""),
        told.get("fixed version") or told.get("fix version", ""),
        "",
        next(iter(texts(rule, "properties", "purls")), ""),
        is_secret,
    )


def _told(prose: object) -> dict[str, str]:
    """`Package: curl` and the like, each where it is said first: what follows is a description."""
    told: dict[str, str] = {}
    for match in _LINE.finditer(prose) if isinstance(prose, str) else ():
        told.setdefault(match["name"].lower(), " ".join(match["value"].split()))
    return told


def _severity(told: str, rule: Mapping[str, Any], tags: frozenset[str]) -> str:
    words = (severity(told), *map(severity, sorted(tags)))
    score = scored(child(rule, "properties", "security-severity"))
    return next((word for word in words if word != "unknown"), score)
