"""One report of a vulnerability scanner about one image, whichever tool wrote it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from tools.kubernetes.image_reference import ImageReference

SEVERITIES = ("unknown", "negligible", "low", "medium", "high", "critical")
"""From the least; Trivy has no `negligible`."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_BOUNDS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))


class Vulnerability(NamedTuple):
    """A weakness that a scanner found; texts are "" where it does not say.

    `names` are its id and those that it has elsewhere, `fixed` is the version without it, `known`
    the day on which it was published, `purl` the package as a URL. For a credential that lies in
    the image `is_secret` is set, the id is the scanner's rule and `package` the file.
    """

    names: tuple[str, ...]
    severity: str
    package: str
    version: str
    fixed: str
    known: str
    purl: str
    is_secret: bool = False

    @property
    def id(self) -> str:
        return self.names[0]

    @property
    def lasting_name(self) -> str:
        """The one of its names that most tools know, whichever of them found it."""
        return min(self.names, key=lambda name: (not name.startswith("CVE-"), name))


class Report(NamedTuple):
    """What one scanner said about one image; `made` is None where the file does not say when.

    `names` are the repositories that the image was found under, `digests` all that it is known by:
    of an index, a manifest or a configuration. `platform` is `linux/amd64`, "" if it is not said.
    """

    file: str
    tool: str
    names: frozenset[str]
    digests: frozenset[str]
    platform: str
    made: datetime | None
    found: tuple[Vulnerability, ...]


class Unread(NamedTuple):
    """A file that says nothing, and why: a fragment after its name."""

    file: str
    why: str


class Identity(NamedTuple):
    """An image that a statement may be about: its names, and the platforms that it is run on."""

    reference: ImageReference
    digests: frozenset[str]
    platforms: frozenset[str]


class Unusable(Exception):
    """Why a file is no report that proves something: a fragment after the file's name."""


def severity(word: str) -> str:
    """A severity as we spell it; whatever is none is `unknown`."""
    return word.lower() if word.lower() in SEVERITIES else "unknown"


def is_at_least(severity: str, least: str) -> bool:
    """Whether a severity is as grave as another one, or graver."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)


def scored(score: object) -> str:
    """The severity of a CVSS score, by the bounds of CVSS 3 and 4.

    https://www.first.org/cvss/v4.0/specification-document (Qualitative Severity Rating Scale)
    """
    try:
        number = float(str(score))
    except ValueError:
        return "unknown"
    return next((word for bound, word in _BOUNDS if number >= bound), "unknown")


def newest(reports: Iterable[Report]) -> list[Report]:
    """Of each tool the newest of some reports, the newest first; one without a time comes last."""
    by_tool: dict[str, Report] = {}
    for report in reports:
        other = by_tool.get(report.tool)
        if other is None or _order(report) > _order(other):
            by_tool[report.tool] = report
    return sorted(by_tool.values(), key=_order, reverse=True)


def _order(report: Report) -> tuple[datetime, str]:
    return report.made or _LONG_AGO, report.file
