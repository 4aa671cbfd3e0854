"""Run rules over one target: a rule names the field, the engine finds its place."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.kubernetes.resource import Resource, ResourceSet
from tools.rules.blame import blame, consequences
from tools.rules.finding import Finding, NotJudged, Related
from tools.rules.rule import (
    Consequences,
    Judges,
    Outcome,
    Problem,
    Rule,
    Severity,
    SourceProblem,
    Unjudged,
    Used,
)
from tools.rules.target import Target
from tools.source.place import FieldPath, Place, dotted
from tools.source.repository import Repository
from tools.trace.location import Location

if TYPE_CHECKING:
    from tools.source.tracked import Tracked


class Setting(NamedTuple):
    """How one rule runs on one target: `policies.yaml` applied to the rule's defaults.

    `options` is None where nothing but the defaults holds.
    """

    severity: Severity
    options: Any = None


class Verdict(NamedTuple):
    """The outcome of rules on one target, in stable order.

    `used` are the entries that rules needed of what their options accept, with the rule's id.
    """

    findings: list[Finding]
    not_judged: list[NotJudged]
    used: set[tuple[str, Any]]


IN_EACH_TARGET = (Judges.OBJECT, Judges.POD, Judges.TARGET, Judges.SOURCE)
"""What is judged target by target; everything else comes after all of them."""
REPOSITORY = "."
"""What stands for the whole repository where findings name their target."""


def judge(
    rules: Mapping[str, Rule],
    settings: Mapping[str, Setting],
    target: Target,
    is_waived: Callable[[Finding], bool] = lambda finding: False,
) -> Verdict:
    """Run the rules that have a setting. A rule that raises is not judged, and that blocks."""
    verdict = Verdict([], [], set())
    explained: list[tuple[Finding, Consequences]] = []
    for rule_id, setting in settings.items():
        if rules[rule_id].judges not in IN_EACH_TARGET or not concerns(rules[rule_id], target):
            continue
        run = _Run(rules[rule_id], setting, target)
        try:
            for outcome in run.outcomes():
                run.record(outcome, verdict)
                if isinstance(outcome, Problem | SourceProblem) and outcome.explains:
                    explained += [(verdict.findings[-1], what) for what in outcome.explains]
        except Exception as error:  # a defect of one rule must not hide what the others found
            verdict.not_judged.append(run.crash(error))
    told = without_echoes(verdict.findings, rules, is_waived)
    still = {id(finding) for finding in told if not is_waived(finding)}
    explained = [(by, what) for by, what in explained if id(by) in still]
    explained_away = consequences(told, explained, rules)
    # What a waiver accepts stays, so that the waiver is not reported as accepting nothing.
    verdict.findings[:] = [f for f in told if is_waived(f) or id(f) not in explained_away]
    verdict.findings.sort(key=lambda finding: finding.order)
    verdict.not_judged.sort(key=lambda entry: entry.order)
    return verdict


def concerns(rule: Rule, target: Target) -> bool:
    """Whether a target holds anything that a rule about what is rendered could find wrong."""
    if rule.judges is Judges.SOURCE:
        return True
    if rule.judges is Judges.POD and not target.pods:
        return False
    if rule.judges is Judges.RELATION and not rule.kinds:
        return target.environment is not None and bool(target.resources)
    return may_concern(rule, target.resources)


def may_concern(rule: Rule, resources: ResourceSet) -> bool:
    """Whether some object has a kind and a field that a rule asks for, if it asks for any."""
    if rule.kinds and rule.kinds.isdisjoint(resources.kinds):
        return False
    return not rule.fields or not rule.fields.isdisjoint(resources.keys)


def judge_relation(rule: Rule, subjects: Sequence[tuple[Target, Setting]]) -> Verdict:
    """Run a rule about several targets; a finding belongs to the target that holds its object.

    The options are the same in all the settings, the severities need not be. What names no object
    is reported for the first target.
    """
    verdict = Verdict([], [], set())
    homes = {id(resource): target for target, _ in subjects for resource in target.resources}
    runs = {target.path: _Run(rule, setting, target, homes) for target, setting in subjects}
    first = next(iter(runs.values()))
    try:
        targets = {target.path: target for target, _ in subjects}
        for outcome in rule.check(targets, first.options):
            resource = outcome.resource if isinstance(outcome, Problem | Unjudged) else None
            run = runs[homes[id(resource)].path] if resource else first
            run.record(outcome, verdict)
    except Exception as error:  # as in judge
        verdict.not_judged.append(first.crash(error))
    return verdict


def without_echoes(
    findings: list[Finding], rules: Mapping[str, Rule], is_waived: Callable[[Finding], bool]
) -> list[Finding]:
    """One mistake is one finding: a rule is silent where one that it defers to has spoken.

    Where a finding compares several fields, that is any of them. What is waived is no mistake, and
    what follows from it is said.
    """
    heard = frozenset[str]().union(*(rule.defers_to for rule in rules.values()))
    spoken = (f for f in findings if f.rule in heard and not is_waived(f))
    said = {(f.rule, f.source): f.severity for f in spoken}

    def is_echo(finding: Finding) -> bool:
        others = rules[finding.rule].defers_to if finding.source else ()
        places = (finding.source, *(related.place for related in finding.related))
        return any(
            said.get((other, place), 0) >= finding.severity for other in others for place in places
        )

    return [finding for finding in findings if not is_echo(finding)]


def judge_repository(rule: Rule, setting: Setting, tracked: "Tracked") -> Verdict:
    """Run a rule about the files of a repository, whatever targets it has."""
    verdict = Verdict([], [], set())
    run = _Run(rule, setting, Target(REPOSITORY, Repository(tracked.root), ResourceSet(())))
    try:
        for outcome in rule.check(tracked, run.options):
            run.record(outcome, verdict)
    except Exception as error:  # as in judge
        verdict.not_judged.append(run.crash(error))
    return verdict


def judge_configuration(
    rules: Mapping[str, Rule], settings: Mapping[str, Setting], file: str, subject: Any
) -> Verdict:
    """Run the rules about `policies.yaml` itself, which see what the whole run made of it."""
    verdict = Verdict([], [], set())
    target = Target(file, Repository(Path()), ResourceSet(()))
    for rule_id, setting in settings.items():
        rule = rules[rule_id]
        if rule.judges is Judges.CONFIGURATION:
            run = _Run(rule, setting, target)
            for outcome in rule.check(subject, run.options):
                run.record(outcome, verdict)
    return verdict


class _Run:
    """One rule on one target. `homes` says which objects, by identity, belong to other ones."""

    def __init__(
        self,
        rule: Rule,
        setting: Setting,
        target: Target,
        homes: Mapping[int, Target] = MappingProxyType({}),
    ) -> None:
        self.rule = rule
        self.setting = setting
        self.target = target
        self.homes = homes
        self.subject: Resource | None = None

    @property
    def options(self) -> Any:
        given = self.setting.options
        return self.rule.options if given is None else given

    def outcomes(self) -> Iterator[Outcome]:
        target, options = self.target, self.options
        check, judges = self.rule.check, self.rule.judges
        if judges is Judges.POD:
            for pod in target.pods:
                self.subject = pod.workload
                yield from check(pod, target, options)
        elif judges is Judges.OBJECT:
            for resource in self._objects():
                self.subject = resource
                yield from check(resource, target, options)
        else:
            yield from check(target, options)

    def _objects(self) -> Iterable[Resource]:
        kinds = self.rule.kinds
        return self.target.resources.of_kind(*kinds) if kinds else self.target.resources

    def record(self, outcome: Outcome, verdict: Verdict) -> None:
        if isinstance(outcome, Problem):
            verdict.findings.append(self._placed(self._finding(outcome)))
        elif isinstance(outcome, SourceProblem):
            verdict.findings.append(self._placed(self._source_finding(outcome)))
        elif isinstance(outcome, Used):
            verdict.used.add((self.rule.id, outcome.entry))
        else:
            entry = self._not_judged(outcome)
            verdict.not_judged.append(entry._replace(source=self._real(entry.source)))

    def _placed(self, finding: Finding) -> Finding:
        """A finding at the places that a person can edit."""
        around = self.target.neighbours
        places = (finding.source, *(related.place for related in finding.related))
        if around is None or all(place == self._real(place) for place in places):
            return finding
        related = ((self._real(place), message) for place, message in finding.related)
        return finding._replace(
            source=self._real(finding.source),
            related=tuple(Related(place, message) for place, message in related if place),
        )

    def _real(self, place: Place | None) -> Place | None:
        around = self.target.neighbours
        return around.real(place) if around and place else place

    def _finding(self, problem: Problem) -> Finding:
        resource = problem.resource or self.subject
        if resource is None:
            raise TypeError(f"{self.rule.id} yields a Problem without saying on which object")
        blamed = blame(problem, resource, self._locate)
        return Finding(
            rule=self.rule.id,
            severity=min(self.setting.severity, problem.severity or self.setting.severity),
            target=self.target.path,
            resource=blamed.resource.ref,
            path=blamed.path,
            message=problem.message,
            remedy=problem.remedy or self.rule.remedy,
            source=blamed.place,
            related=blamed.related,
            also=blamed.also,
            subject=problem.subject or _edited(problem),
            confidential=self.rule.confidential or resource.kind == "Secret",
        )

    def _locate(
        self, resource: Resource, path: FieldPath, kustomization: str = "", part: str = ""
    ) -> Location:
        trace = self._home(resource).trace
        if trace is None:
            return Location(None, "resource", path, reason="this target has no source files")
        if kustomization == "resources" or (kustomization and resource.get(*path) is None):
            return trace.common(resource, path, kustomization) or trace.locate(resource, path)
        return trace.locate(resource, path, part)

    def _home(self, resource: Resource) -> Target:
        """The target that an object belongs to."""
        home = self.homes.get(id(resource))
        if home is None and self.rule.looks_around and self.target.neighbours:
            home = self.target.neighbours.home_of(resource)
        return home or self.target

    def _source_finding(self, problem: SourceProblem) -> Finding:
        return Finding(
            rule=self.rule.id,
            severity=self.setting.severity,
            target=self.target.path,
            resource=None,
            path=(),
            message=problem.message,
            remedy=problem.remedy or self.rule.remedy,
            source=problem.place,
            related=tuple(Related(place, message) for place, message in problem.related),
            confidential=self.rule.confidential,
            stops=problem.stops,
        )

    def _not_judged(self, outcome: Unjudged) -> NotJudged:
        resource = outcome.resource or self.subject
        place: Place | None = outcome.place
        if place is None and resource is not None:
            place = self._locate(resource, outcome.path).place
        ref = resource.ref if resource else None
        return NotJudged(
            self.rule.id, self.target.path, ref, place, outcome.reason, outcome.blocking
        )

    def crash(self, error: Exception) -> NotJudged:
        on = f" on {self.subject.ref}" if self.subject else ""
        reason = (
            f"the rule failed{on} ({type(error).__name__}: {error}); this is a defect of the rule"
        )
        ref = self.subject.ref if self.subject else None
        return NotJudged(self.rule.id, self.target.path, ref, None, reason, True)


def _edited(problem: Problem) -> str:
    """The field to change, where the server names one above it for several that are wrong."""
    return "" if problem.edit in (None, problem.path) else dotted(problem.edit or ())
