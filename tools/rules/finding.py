"""What the gate reports: findings, and what it could not judge."""

from typing import NamedTuple

from tools.kubernetes.resource import Ref
from tools.rules.rule import Severity
from tools.source.checksum import sha256
from tools.source.place import FieldPath, Place, dotted


class Related(NamedTuple):
    """Another place that matters to a finding."""

    place: Place
    message: str


class Finding(NamedTuple):
    """One rule, one field of one object (or one place in a file), one sentence.

    `source` is None where no place can be named; `waiver` is the reason of the waiver that accepts
    the finding, None if none does; `confidential` says that what stands there may not be shown;
    `stops` says that nothing can be rendered because of it; `also` are other fields of the object
    that it is about, where several contradict each other; `subject` tells findings about one field
    apart.
    """

    rule: str
    severity: Severity
    target: str
    resource: Ref | None
    path: FieldPath
    message: str
    remedy: str
    source: Place | None
    related: tuple[Related, ...] = ()
    waiver: str | None = None
    confidential: bool = False
    stops: bool = False
    also: tuple[FieldPath, ...] = ()
    subject: str = ""

    @property
    def fingerprint(self) -> str:
        """Identity across runs: it survives a reworded message and a moved line."""
        resource = "/".join(self.resource) if self.resource else ""
        file = self.source.file if self.source and not self.resource else ""
        message = "" if self.resource else self.message
        subject = (self.subject,) if self.subject else ()
        parts = (self.rule, self.target, resource, dotted(self.path), file, message, *subject)
        return sha256("\0".join(parts).encode())[:32]

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key of every report: by file, line and column, then rule."""
        place = self.source or Place("", 0, 0)
        return (
            *place,
            self.rule,
            self.target,
            str(self.resource or ""),
            dotted(self.path),
            self.message,
        )


class NotJudged(NamedTuple):
    """Something that a rule, or the gate itself (`rule` is None), could not judge.

    `blocking` ones cost exit code 3.
    """

    rule: str | None
    target: str
    resource: Ref | None
    source: Place | None
    reason: str
    blocking: bool

    @property
    def order(self) -> tuple[object, ...]:
        place = self.source or Place("", 0, 0)
        return (self.target, self.rule or "", *place, str(self.resource or ""), self.reason)
