"""The run: every target prepared, judged and waived, into one report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from time import perf_counter
from typing import NamedTuple

from tools.render.starts import Starts
from tools.rules.config import Config
from tools.rules.finding import Finding, NotJudged
from tools.rules.neighbours import Surroundings
from tools.rules.prepare import Obstacle, Prepared
from tools.rules.rule import Judges, Rule, Severity
from tools.rules.run import Verdict, judge, judge_configuration
from tools.rules.target import Target
from tools.rules.waiver import WaiverBook
from tools.source.repository import Repository


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
    waiver that accepted nothing an unused one.
    """

    repository: Repository
    rules: Mapping[str, Rule]
    config: Config
    kubernetes: tuple[str, ...]
    whole: bool = False
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    def run(self, starts: Starts) -> Iterator[Report]:
        """Judge targets; yields the report after each one, growing, and whole at the end."""
        report = Report(self.kubernetes)
        book = WaiverBook(self.config.waivers, self.today, self.whole)
        around = Surroundings(self.repository, starts, self.kubernetes, self._equip)
        looks_around = any(rule.looks_around for rule in self.rules.values())
        for start in starts:
            begin = perf_counter()
            if looks_around:
                around.look_ahead(start)
            prepared = around.prepared(start)
            self._judge(prepared, report, book, begin)
            yield report
        if self.config.file:
            settings = self.config.settings(self.rules, None)
            verdict = judge_configuration(self.rules, settings, self.config.file, book)
            self._collect(verdict, report, book)
        report.findings.sort(key=lambda finding: finding.order)
        yield report

    def _judge(self, prepared: Prepared, report: Report, book: WaiverBook, begin: float) -> None:
        target, obstacles = prepared
        path = target.path
        environment = self.config.environment_of(path)
        settings = self.config.settings(self.rules, environment)
        if not target.resources:
            is_component = target.tree and target.tree.root and target.tree.root.is_component
            if not is_component and not any(obstacle.blocking for obstacle in obstacles):
                obstacles.append(Obstacle("there is nothing to judge: no Kubernetes object"))
            settings = {r: s for r, s in settings.items() if self._needs_no_objects(r)}
        verdict = judge(self.rules, settings, target)
        self._collect(verdict, report, book)
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

    def _needs_no_objects(self, rule_id: str) -> bool:
        return self.rules[rule_id].judges is Judges.SOURCE

    def _equip(self, target: Target) -> None:
        """Give a target what `policies.yaml` knows about it."""
        environment = self.config.environment_of(target.path)
        target.environment = environment.name if environment else None
        target.facts = self.config.facts_of(environment)
        target.kubernetes = self.kubernetes
        target.pod_templates = self.config.pod_templates
        target.argocd = self.config.argocd
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
