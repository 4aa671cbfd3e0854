"""What reports of scanners say about the images of a target, matched by digest and by nothing else.

An image for several platforms has another content on each of them, so that each needs a report.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tools.images.lock import NAME, Entry
from tools.images.scans.report import Identity, Report, Vulnerability, is_at_least, newest
from tools.kubernetes.image_reference import ImageReference
from tools.kubernetes.images import ImageUse
from tools.rules.image_evidence import images_in
from tools.rules.target import Target


class Scanned(NamedTuple):
    """An image on one platform, and the newest report of each tool about it, the newest first.

    `platform` is "" if only the image's digest is known. `hint` says why there is no report.
    """

    identity: Identity
    platform: str
    reports: tuple[Report, ...]
    hint: str


class Evidence(NamedTuple):
    """An image of a target with what is known of it on each platform."""

    uses: tuple[ImageUse, ...]
    parts: tuple[Scanned, ...]

    def words(self, parts: Sequence[Scanned]) -> str:
        """`image 'web:1.4.2'`, with the platforms that are meant if it is not all of them."""
        image = f"image {self.uses[0].text!r}"
        if len(parts) == len(self.parts):
            return image
        return f"{image} on {' and '.join(part.platform for part in parts)}"

    def found(self, least: str) -> Iterator[tuple[Vulnerability, Report, Identity]]:
        """Each vulnerability of at least a severity once, in words of the newest such report."""
        told: set[tuple[str, str]] = set()
        for part in self.parts:
            for report in part.reports:
                for one in report.found:
                    names = {(name, one.package) for name in one.names}
                    if is_at_least(one.severity, least) and not names & told:
                        yield one, report, part.identity
                        told |= names


def evidence_in(target: Target) -> Iterator[Evidence]:
    """Each image of a target, with the reports about it."""
    for reference, uses in images_in(target).items():
        entries = target.image_lock.find(reference)
        parts = [_of_entry(reference, entry, entries, target) for entry in entries]
        yield Evidence(uses, tuple(parts or [_of_digest(reference, target)]))


def _of_entry(
    reference: ImageReference, entry: Entry, entries: Sequence[Entry], target: Target
) -> Scanned:
    own = frozenset(filter(None, (entry.digest, entry.config_digest)))
    others = {
        digest
        for other in entries
        if other is not entry
        for digest in (other.digest, other.config_digest)
    }
    others -= {"", *own}
    near = [r for r in target.scans.reports if entry.index_digest in r.digests]
    about = [r for r in target.scans.reports if own & r.digests]
    about += [
        report
        for report in near
        if report not in about
        and not report.digests & others
        and _may_be(report.platform, entry.platform)
    ]
    identity = Identity(reference, own | {entry.pinned}, frozenset({entry.platform}))
    hint = "" if about else _hint(reference, identity.digests, near, target)
    return Scanned(identity, entry.platform, tuple(newest(about)), hint)


def _may_be(stated: str, platform: str) -> bool:
    """Whether a report about an index may be about this platform; it need not say about which."""
    one, other = stated.split("/"), platform.split("/")
    most = min(len(one), len(other))
    return not stated or one[:most] == other[:most]


def _of_digest(reference: ImageReference, target: Target) -> Scanned:
    """An image without an entry in the lock: at most its digest is known."""
    digests = frozenset(filter(None, [reference.digest]))
    identity = Identity(reference, digests, frozenset())
    about = [report for report in target.scans.reports if digests & report.digests]
    hint = "" if about else _hint(reference, digests, (), target)
    return Scanned(identity, "", tuple(newest(about)), hint)


def _hint(
    reference: ImageReference, digests: frozenset[str], near: Iterable[Report], target: Target
) -> str:
    """Why there is no report about an image, as a person would look for it."""
    scans = target.scans
    if scans.state:
        return scans.state
    if not digests:
        lock = target.image_lock.state or f"{NAME} has no entry for it"
        return f"it has no digest that a report could name, and {lock}"
    for report in near:
        return f"{report.file} is about {report.platform or 'another platform'}"
    for report in newest(r for r in scans.reports if reference.name in r.names):
        return f"{report.file} is about another digest of it"
    return f"no report in {scans.folder} is about it"
