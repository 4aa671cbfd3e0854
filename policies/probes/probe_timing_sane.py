"""The times of a container's probes fit each other.

A probe that may take as long as its period never rests. A liveness probe that gives up as early as
readiness restarts a container that should only have been left alone for a while. A startup probe
that gives up before liveness alone would have makes the start harder instead of easier. Where a
startup probe stands, liveness and readiness are not asked before it succeeded, so their
initialDelaySeconds only add to the time until the pod is ready.

Looks at main containers and native sidecars, with the server's defaults (period 10 s, timeout 1 s,
failureThreshold 3). It takes a 0 for its default, so that `failureThreshold: 0` gives up after
three failures, and not after the first; no number may be below 0. A budget is periodSeconds x
failureThreshold; where neither probe states either, nobody chose them, and the equal defaults are
accepted. Of liveness and readiness that ask the same, `probes-distinct` speaks. The startup budget
counts with its own delay against that of liveness with its delay. Where a delay next to a startup
probe is demanded, set `allowInitialDelay: true`.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.probes import (
    COUNTS,
    LIVENESS,
    PROBES,
    READINESS,
    STARTUP,
    Probe,
    probe_of,
)
from tools.rules.options import RuleOptions
from tools.rules.rule import Cause, Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    allow_initial_delay: bool = False
    """Accept initialDelaySeconds of liveness and readiness next to a startup probe."""


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    remedy="Give each probe a timeout below its period, and startup more time than liveness.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    for container in pod.containers:
        if not container.stays:
            continue
        probes = [probe for field in PROBES if (probe := probe_of(container, field))]
        wrong = [problem for probe in probes for problem in _no_numbers(probe)]
        yield from wrong
        if wrong:
            continue
        for probe in probes:
            yield from _timeout(probe)
        yield from _budgets(container)
        if probe_of(container, STARTUP) and not options.allow_initial_delay:
            yield from _delays(probes)


def _no_numbers(probe: Probe) -> Iterator[Problem]:
    """Numbers that the server replaces by its default, or refuses."""
    for field, default in COUNTS.items():
        value = probe.data.get(field)
        if value == 0 and value is not False:
            taken = f"which the API server takes for the default {default}"
        elif isinstance(value, int) and value < 0:
            taken = "which the API server refuses"
        else:
            continue
        message = f"{field} of {probe.words} is {value}, {taken}"
        yield Problem(probe.at(field), message, remedy=f"Write `{field}: 1` or more.")


def _timeout(probe: Probe) -> Iterator[Problem]:
    timeout, period = probe.seconds("timeoutSeconds"), probe.seconds("periodSeconds")
    if timeout is not None and period is not None and timeout >= period:
        names = ("timeoutSeconds", "periodSeconds")
        stated = [name for name in names if probe.data.get(name)]
        yield Problem.between(
            f"{probe.words} may take {timeout} s and is repeated every {period} s",
            *(Cause(probe.container.pod.workload, probe.at(name), name) for name in stated),
            remedy=_faster(stated[0], timeout, period),
        )


def _budgets(container: Container) -> Iterator[Problem]:
    liveness, readiness, startup = (
        probe_of(container, field) for field in (LIVENESS, READINESS, STARTUP)
    )
    chosen = any(probe and probe.states_budget for probe in (liveness, readiness))
    if chosen and liveness and readiness and _outlives(readiness, liveness):
        yield Problem.between(
            f"{liveness.words} gives up after {liveness.budget} s, not later than readiness, "
            f"which does after {readiness.budget} s",
            *_budget(liveness, readiness),
            remedy=_patient(liveness, readiness.budget),
        )
    if liveness and startup and _at_most(startup.deadline, liveness.deadline, strictly=True):
        yield Problem.between(
            f"{startup.words} gives up after {startup.deadline} s, earlier than liveness, "
            f"which would after {liveness.deadline} s",
            *_budget(startup, liveness),
            remedy=_patient(startup, liveness.deadline),
        )


def _outlives(readiness: Probe, liveness: Probe) -> bool:
    """Whether liveness is no more patient; what both ask alike is wrong before that."""
    differ = liveness.endpoint != readiness.endpoint
    return differ and _at_most(liveness.budget, readiness.budget)


def _budget(*probes: Probe) -> Iterator[Cause]:
    for probe in probes:
        for path in probe.budget_at():
            yield Cause(probe.container.pod.workload, path, f"the {_kind(probe)} probe")


def _faster(stated: str, timeout: int, period: int) -> str:
    if stated == "timeoutSeconds" and period > 1:
        return f"Write `timeoutSeconds: {period - 1}` or less, or raise periodSeconds."
    return f"Write `periodSeconds: {timeout + 1}` or more."


def _patient(probe: Probe, seconds: int | None) -> str | None:
    """What to raise so that liveness gives up later than after some seconds, startup no earlier."""
    period, delay = probe.seconds("periodSeconds"), probe.seconds("initialDelaySeconds")
    if not period or delay is None or seconds is None:
        return None
    is_startup = probe.field == STARTUP
    threshold = -((delay - seconds) // period) if is_startup else seconds // period + 1
    return f"Write `failureThreshold: {threshold}` or more in the {_kind(probe)} probe."


def _kind(probe: Probe) -> str:
    return probe.field.removesuffix("Probe")


def _at_most(left: int | None, right: int | None, *, strictly: bool = False) -> bool:
    """Whether both are known and the left one is not more (`strictly`: less) than the right."""
    if left is None or right is None:
        return False
    return left < right if strictly else left <= right


def _delays(probes: list[Probe]) -> Iterator[Problem]:
    for probe in probes:
        delay = probe.seconds("initialDelaySeconds")
        if probe.field != STARTUP and delay is not None and delay > 0:
            workload, startup = probe.container.pod.workload, probe.container.at(STARTUP)
            yield Problem.between(
                f"{probe.words} waits {delay} s although a startup probe precedes it",
                Cause(workload, probe.at("initialDelaySeconds"), "the delay"),
                Cause(workload, startup, "the startup probe"),
                remedy="Remove initialDelaySeconds; the startup probe covers the start.",
            )
