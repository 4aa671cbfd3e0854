"""A sync with waves or hooks can finish: every object can become Healthy.

As soon as there is a second wave, or a second phase because of a hook, Argo CD waits after each
wave until every object of it is Healthy, the last wave included. One that never gets there keeps
the operation Running: no error, no next sync, until somebody terminates it. One that is Degraded
ends it as failed, each time anew. With a single wave the same object does no harm; the sync ends as
soon as everything is applied, and waits for no more than a hook of the phase Sync.

Never Healthy are: a Deployment that is paused; a Job that is suspended, that runs no pods or, if it
is no hook, deletes itself as soon as it has finished; a Rollout that somebody has to promote; an
autoscaler whose workload comes in a later wave or not at all; an ExternalSecret or Certificate
whose store or issuer comes later; an APIService whose server does; a PersistentVolumeClaim that is
bound for its first pod, where that comes later. A child Application is no problem: Argo CD has no
health for it, and does not wait. A suspended CronJob counts as Healthy.

An Ingress waits for an address, and so does a Service of type LoadBalancer; a Gateway waits for its
controller, and some claims for a pod, as their storage class says. The options tell what the
cluster does; without a word the first of each is reported as not judged. `metrics: false` says that
there is no metrics server, without which an autoscaler is Degraded since Argo CD 3.5. The
annotation `argocd.argoproj.io/ignore-healthcheck` is no way out: it takes the object out of the
Application's health, and the waves wait for it all the same.

Cannot see what the programs do: a Job that fails, a pod that never gets ready. Nor does it know
that a sync which prunes counts as one more wave where `PruneLast=true` is set.

Read in gitops-engine's `pkg/sync/sync_context.go`, `pkg/sync/sync_tasks.go` and `pkg/health` and in
`resource_customizations` of Argo CD 3.2.11, of autoscalers and Gateways in 3.5.1 as well:
https://argo-cd.readthedocs.io/en/stable/operator-manual/health/
"""

from collections.abc import Iterator

from tools.argocd.phases import ORDERING, SYNC_FAIL, Applied, Moment, is_hook, schedule
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target


class Options(RuleOptions):
    """What the cluster provides; without a word, nobody knows."""

    ingress_addresses: bool | None = None
    """Whether a controller writes addresses into the status of Ingresses."""
    load_balancers: bool | None = None
    """Whether Services of type LoadBalancer get an address."""
    gateways: bool | None = None
    """Whether a controller programs Gateways."""
    claims_bind_at_once: bool | None = None
    """Whether volume claims are bound before a pod uses them (`volumeBindingMode: Immediate`)."""
    metrics: bool | None = None
    """Whether a metrics server measures pods."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    fields=ORDERING,
    remedy="Mend the object, or take out the waves and hooks that make Argo CD wait for it.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    applied = schedule(target.resources)
    why = _why_it_waits(applied)
    if why is None:
        return
    from tools.argocd.health import conditions
    from tools.argocd.states import Condition

    open_questions: set[Condition] = set()
    for resource in target.resources:
        if not (_all_wait(applied) or is_hook(resource)):
            continue
        for state in conditions(resource, target):
            given = getattr(options, state.needs.value) if state.needs else False
            sentence = f"{resource.kind} {resource.name!r} {state.sentence}"
            if given is False:
                ends = "the sync fails" if state.fails else "the sync never ends"
                message = f"{ends}: {why}, and {sentence}{state.denied}"
                yield Problem(state.path, message, resource, state.remedy)
            elif given is None and state.needs and state.needs not in open_questions:
                open_questions.add(state.needs)
                yield Unjudged(f"{sentence}; {state.question}", resource, state.path)


def _steps(applied: list[Applied]) -> list[Moment]:
    """What a sync that goes well comes through, in order."""
    return sorted({m for each in applied for m in each.moments if m.phase != SYNC_FAIL})


def _all_wait(applied: list[Applied]) -> bool:
    """Whether the sync waits for the health of all objects.

    It does with more than one step. With one it is over as soon as everything is applied, unless
    there is a hook to look after; then a further one for failures counts as a step.
    """
    fails = any(moment.phase == SYNC_FAIL for each in applied for moment in each.moments)
    hooks = any(is_hook(each.resource) and each.moments[0].phase != SYNC_FAIL for each in applied)
    return len(_steps(applied)) > 1 or (fails and hooks)


def _why_it_waits(applied: list[Applied]) -> str | None:
    """Why Argo CD waits for health, None if it does not."""
    steps = _steps(applied)
    hooks = [h for h in applied if is_hook(h.resource) and h.moments[0].phase != SYNC_FAIL]
    if not _all_wait(applied):
        return "Argo CD waits for each hook to complete" if hooks else None
    if hooks and (len({step.phase for step in steps}) > 1 or len(steps) == 1):
        other = next((h for h in hooks if h.moments[0].phase != "Sync"), hooks[0])
        name, phase = other.resource.name, other.moments[0].phase
        return f"the {phase} hook {name!r} makes Argo CD wait for the health of everything"
    waves = sorted(step.wave for step in steps)
    return f"waves {waves[0]} to {waves[-1]} make Argo CD wait for the health of everything"
