"""Waivers: findings that a repository accepts, for a reason and until a date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from tools.rules.finding import Finding
from tools.rules.rule import Rule
from tools.rules.typed import ConfigError, build, check_names
from tools.source.document import Document
from tools.source.place import FieldPath, Place


@dataclass(frozen=True)
class Waiver:
    """One accepted violation.

    `resource` is a glob of `Kind/name`, or of a file for findings that stand in source files;
    `environment` limits it to one environment; it stops working after `until`.
    """

    rule: str
    resource: str
    reason: str
    until: date
    environment: str | None
    place: Place

    def accepts(self, finding: Finding, environment: str | None, today: date) -> bool:
        """Whether the waiver covers a finding of a target in an environment."""
        if finding.rule != self.rule or self.is_expired(today):
            return False
        if self.environment not in (None, environment):
            return False
        names = {finding.resource.slug} if finding.resource else set()
        if finding.source:
            names.add(finding.source.file)
        return any(fnmatchcase(name, self.resource) for name in names)

    def is_expired(self, today: date) -> bool:
        """Whether the last day has passed."""
        return today > self.until


def read_waivers(
    document: Document, rules: Mapping[str, Rule], environments: Iterable[str]
) -> tuple[Waiver, ...]:
    """The `waivers:` of a configuration. Raises ConfigError."""
    given = build(tuple[dict[str, Any], ...], document.data.get("waivers", []), ("waivers",))
    return tuple(
        _waiver(entry, ("waivers", index), document, rules, environments)
        for index, entry in enumerate(given)
    )


def _waiver(
    entry: Mapping[str, Any],
    path: FieldPath,
    document: Document,
    rules: Mapping[str, Rule],
    environments: Iterable[str],
) -> Waiver:
    needed = ("rule", "resource", "reason", "until")
    check_names(entry, (*needed, "environment"), path, "name")
    for name in needed:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise ConfigError((*path, name), f"a waiver needs `{name}`, as text")
    check_names({entry["rule"]: None}, rules, (*path, "rule"), "rule")
    environment = entry.get("environment")
    if environment is not None:
        check_names({str(environment): None}, environments, (*path, "environment"), "environment")
    try:
        until = date.fromisoformat(entry["until"])
    except ValueError as error:
        sentence = f"{entry['until']!r} is not a date like 2027-01-31"
        raise ConfigError((*path, "until"), sentence) from error
    place = document.nearest(path)[1]
    return Waiver(entry["rule"], entry["resource"], entry["reason"], until, environment, place)


class Acceptance(NamedTuple):
    """An entry of an option of a rule; `environment` is the one whose rules it belongs to."""

    rule: str
    entry: Any
    environment: str | None
    place: Place


class WaiverBook:
    """The waivers of a run, and which of them were needed.

    `whole` says that the run judged the whole repository with every rule: only then does it mean
    something that a waiver accepted nothing.
    """

    def __init__(
        self,
        waivers: Sequence[Waiver],
        today: date,
        whole: bool,
        accepted: Iterable[Acceptance] = (),
    ) -> None:
        self.waivers = waivers
        self.accepted = tuple(accepted)
        self.today = today
        self.whole = whole
        self._used: set[Waiver] = set()
        self._noted: set[tuple[str, Any]] = set()
        self._missed: set[str | None] = set()

    def miss(self, environment: str | None) -> None:
        """Note that a target of an environment (None: of none) could not be judged in full."""
        self._missed.add(environment)

    def apply(self, finding: Finding, environment: str | None) -> Finding:
        """The finding, with the reason of the first waiver that accepts it."""
        for waiver in self.waivers:
            if waiver.accepts(finding, environment, self.today):
                self._used.add(waiver)
                return finding._replace(waiver=waiver.reason)
        return finding

    def note(self, used: Iterable[tuple[str, Any]]) -> None:
        """Note which entries of their options rules needed."""
        self._noted |= set(used)

    def expired(self) -> list[Waiver]:
        """Waivers whose last day has passed."""
        return [waiver for waiver in self.waivers if waiver.is_expired(self.today)]

    def unused(self) -> list[Waiver]:
        """Waivers in force that accepted nothing although all that they are for was judged."""
        if not self.whole:
            return []
        return [
            waiver
            for waiver in self.waivers
            if waiver not in self._used
            and not waiver.is_expired(self.today)
            and not self._may_be_missed(waiver.environment)
        ]

    def idle(self) -> list[Acceptance]:
        """Entries of options that accepted nothing, as for waivers; their rules tell the end."""
        return [
            one
            for one in self.accepted
            if self.whole
            and (one.rule, one.entry) not in self._noted
            and not self._may_be_missed(one.environment)
        ]

    def _may_be_missed(self, environment: str | None) -> bool:
        """Whether what is accepted there (None: anywhere) may stand where nobody could look."""
        return bool(self._missed) if environment is None else environment in self._missed
