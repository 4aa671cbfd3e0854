"""The run: every target prepared, judged and waived, into one report."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from tools.images.lock import NAME as LOCK
from tools.images.lock import UNREADABLE, ImageLock, read_lock
from tools.kubernetes.resource import ResourceSet
from tools.render.starts import Starts
from tools.rules.accepted import acceptances
from tools.rules.config import Config
from tools.rules.finding import Finding, NotJudged
from tools.rules.fleet import fleet_of
from tools.rules.neighbours import Surroundings
from tools.rules.obstacle import Obstacle, explained
from tools.rules.prepare import Prepared
from tools.rules.rule import BrokenRule, Judges, Rule, Severity
from tools.rules.run import (
    IN_EACH_TARGET,
    Verdict,
    concerns,
    judge,
    judge_configuration,
    judge_relation,
    judge_repository,
    may_concern,
    without_echoes,
)
from tools.rules.target import Target
from tools.rules.waiver import WaiverBook
from tools.source.place import SourceError
from tools.source.repository import Repository
from tools.source.targets import folder_of

if TYPE_CHECKING:
    from tools.rules.earlier import Earlier
    from tools.source.tracked import Tracked


class TargetReport(NamedTuple):
    """What happened to one target; `reason` says why it was not judged."""

    path: str
    status: str
    reason: str | None
    objects: int
    rules: int
    seconds: float


@dataclass
class Report:
    """Everything that a format prints."""

    kubernetes: tuple[str, ...]
    targets: list[TargetReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_judged: list[NotJudged] = field(default_factory=list)

    def count(self, severity: Severity) -> int:
        """Findings of a severity that no waiver accepts."""
        return sum(f.severity is severity and f.waiver is None for f in self.findings)

    @property
    def waived(self) -> int:
        return sum(f.waiver is not None for f in self.findings)

    def exit_code(self, fail_on: Severity) -> int:
        """0 clean, 1 findings at or above the threshold, 3 something could not be judged."""
        if any(entry.blocking for entry in self.not_judged):
            return 3
        return int(any(f.severity >= fail_on and f.waiver is None for f in self.findings))


@dataclass
class Gate:
    """Rules and configuration, ready to judge targets of one repository.

    `whole` says that the run covers the whole repository with every rule, which is what makes a
    waiver that accepted nothing an unused one. `tracked` are the files of the whole repository,
    None where only what the arguments name is judged; `earlier` is the state of the repository that
    targets are compared with, if any.
    """

    repository: Repository
    rules: Mapping[str, Rule]
    config: Config
    kubernetes: tuple[str, ...]
    whole: bool = False
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    tracked: "Tracked | None" = None
    earlier: "Earlier | None" = None

    def run(self, starts: Starts) -> Iterator[Report]:
        """Judge targets; yields the report after each one, growing, and whole at the end."""
        report = Report(self.kubernetes)
        accepted = acceptances(self.config, self.rules) if self.whole else ()
        book = WaiverBook(self.config.waivers, self.today, self.whole, accepted)
        kept: list[Target] = []
        lock = self._lock(report)
        self._warm_up()
        expect = self._expect if self.rules else None
        around = Surroundings(self.repository, starts, self.kubernetes, self.equip, expect)
        looks_around = any(rule.looks_around for rule in self.rules.values())
        for start in starts:
            begin = perf_counter()
            if looks_around:
                around.look_ahead(start)
            prepared = around.prepared(start)
            prepared.target.image_lock = lock
            self._judge(prepared, report, book, begin)
            if self._is_related(prepared):
                kept.append(prepared.target)
            for named in fleet_of(prepared.target).edited:
                starts.add(named)
            yield report
        for verdict in (*self._relations(kept), *self._repository()):
            self._collect(verdict, report, book)
        if self.config.file:
            for target in {entry.target for entry in report.not_judged if entry.blocking}:
                environment = self.config.environment_of(target)
                book.miss(environment.name if environment else None)
            settings = self.config.settings(self.rules, None)
            verdict = judge_configuration(self.rules, settings, self.config.file, book)
            self._collect(verdict, report, book)
        # What two rules say about one file they may have said in two targets.
        report.findings[:] = without_echoes(report.findings, self.rules, _has_waiver)
        report.findings.sort(key=lambda finding: finding.order)
        yield report

    def _judge(self, prepared: Prepared, report: Report, book: WaiverBook, begin: float) -> None:
        target, obstacles = prepared
        path, around = target.path, target.neighbours
        if around and path != folder_of(path):
            obstacles[:] = [o._replace(place=o.place and around.real(o.place)) for o in obstacles]
        target.earlier = self.earlier.rendered(path) if self.earlier else None
        environment = self.config.environment_of(path)
        settings = self.config.settings(self.rules, environment)
        if not target.resources:
            is_component = target.tree and target.tree.root and target.tree.root.is_component
            if not is_component and not any(obstacle.blocking for obstacle in obstacles):
                obstacles.append(Obstacle("there is nothing to judge: no Kubernetes object"))
            settings = {r: s for r, s in settings.items() if self._needs_no_objects(r)}
        verdict = judge(self.rules, settings, target, self._is_waived)
        self._collect(verdict, report, book)
        obstacles = explained(obstacles, verdict.findings)
        report.not_judged += [
            NotJudged(None, path, None, obstacle.place, obstacle.reason, obstacle.blocking)
            for obstacle in obstacles
        ]
        reason = next((o.reason for o in obstacles if o.blocking), None)
        report.targets.append(
            TargetReport(
                path,
                "not judged" if reason else "judged",
                reason,
                len(target.resources),
                len(settings),
                round(perf_counter() - begin, 4),
            )
        )

    def _is_waived(self, finding: Finding) -> bool:
        environment = self.config.environment_of(finding.target)
        name = environment.name if environment else None
        return any(w.accepts(finding, name, self.today) for w in self.config.waivers)

    def _is_related(self, prepared: Prepared) -> bool:
        """Whether a target is to be kept, because a rule will compare it with others."""
        path = prepared.target.path
        if folder_of(path) != path or any(obstacle.blocking for obstacle in prepared.obstacles):
            return False
        relations = (rule for rule in self.rules.values() if rule.judges is Judges.RELATION)
        return any(concerns(rule, prepared.target) for rule in relations)

    def _relations(self, targets: Sequence[Target]) -> Iterator[Verdict]:
        """What the rules about several targets say, each about those in which it is on."""
        settings = {
            target.path: self.config.settings(self.rules, self.config.environment_of(target.path))
            for target in targets
        }
        for rule in self.rules.values():
            subjects = [
                (target, settings[target.path][rule.id])
                for target in targets
                if rule.id in settings[target.path] and concerns(rule, target)
            ]
            if rule.judges is Judges.RELATION and subjects:
                yield judge_relation(rule, subjects)

    def _needs_no_objects(self, rule_id: str) -> bool:
        return self.rules[rule_id].judges is Judges.SOURCE

    def _repository(self) -> Iterator[Verdict]:
        """What the rules about tracked files say, if those are to be judged."""
        if self.tracked is not None:
            for rule_id, setting in self.config.settings(self.rules, None).items():
                if self.rules[rule_id].judges is Judges.REPOSITORY:
                    yield judge_repository(self.rules[rule_id], setting, self.tracked)

    def _warm_up(self) -> None:
        """Begin what those rules will need, while targets are rendered and judged."""
        settings = self.config.settings(self.rules, None) if self.tracked is not None else {}
        for rule in (self.rules[rule_id] for rule_id in settings):
            begin = rule.warm_up if rule.judges is Judges.REPOSITORY else None
            if begin is not None:
                begin()

    def _expect(self, written: ResourceSet) -> None:
        """Import the rules that will judge such objects, while Kustomize renders them."""
        for rule in self.rules.values():
            if rule.judges in IN_EACH_TARGET and may_concern(rule, written):
                with suppress(BrokenRule):  # told when the rule is asked
                    rule.define()

    def _lock(self, report: Report) -> ImageLock:
        """What the repository knows about images; a file that cannot be read is reported once."""
        try:
            return read_lock(self.repository)
        except SourceError as error:
            reason = error.sentence
            report.not_judged.append(NotJudged(None, LOCK, None, error.place, reason, True))
            return UNREADABLE

    def equip(self, target: Target) -> None:
        """Give a target what `policies.yaml` knows about it."""
        environment = self.config.environment_of(target.path)
        target.environment = environment.name if environment else None
        target.facts = self.config.facts_of(environment)
        target.today = self.today
        target.kubernetes = self.kubernetes
        target.pod_templates = self.config.pod_templates
        target.argocd = self.config.argocd
        target.tracked = self.tracked
        target.policies = self.config.document
        target.schema_folders = self.config.schemas
        target.kinds_without_schema = self.config.kinds_without_schema

    def _collect(self, verdict: Verdict, report: Report, book: WaiverBook) -> None:
        """Add findings, waived where a waiver says so.

        A file that several targets share is judged with each of them, as their objects are: what
        an environment demands or waives holds for the files of its targets too.
        """
        for finding in verdict.findings:
            environment = self.config.environment_of(finding.target)
            report.findings.append(book.apply(finding, environment.name if environment else None))
        report.not_judged.extend(verdict.not_judged)
        book.note(verdict.used)


def _has_waiver(finding: Finding) -> bool:
    return finding.waiver is not None
