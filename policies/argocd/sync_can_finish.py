"""A sync with waves or hooks can finish: every object can become Healthy.

As soon as there is a second wave, or a hook, Argo CD waits after each wave until every object of it
is Healthy, the last wave included. One that never gets there keeps the operation Running: no error,
no next sync, until somebody terminates it. Without waves the same object does no harm.

Judges targets with two waves or a hook. Never Healthy are: a Deployment that is paused, a Job that
is suspended, an autoscaler whose workload the target does not hold though it holds others, and an
ExternalSecret or Certificate whose store or issuer comes in a later wave. An Ingress waits for an
address, and so does a Service of type LoadBalancer: set `ingressAddresses` and `loadBalancers` to
say whether the cluster gives any, else the first of each is reported as not judged.
`metrics: false` says that there is no metrics server, without which no autoscaler is Healthy since
Argo CD 3.5. The annotation `argocd.argoproj.io/ignore-healthcheck` is no way out: it takes the
object out of the Application's health, and the waves wait for it all the same.

Read in gitops-engine's `pkg/sync/sync_context.go` and `pkg/health` of Argo CD 3.2.11 and 3.5.1:
https://argo-cd.readthedocs.io/en/stable/operator-manual/health/
"""

from collections.abc import Iterator

from tools.argocd.phases import ORDERING, is_hook, moments
from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target


class Options(RuleOptions):
    """What the cluster provides; without a word, nobody knows."""

    ingress_addresses: bool | None = None
    """Whether a controller writes addresses into the status of Ingresses."""
    load_balancers: bool | None = None
    """Whether Services of type LoadBalancer get an address."""
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
    why = _why_it_waits(target)
    if why is None:
        return
    from tools.argocd.health import Condition, conditions

    open_questions: set[Condition] = set()
    for resource in target.resources:
        for state in conditions(resource, target):
            given = getattr(options, state.needs.value) if state.needs else False
            if given is False:
                sentence = f"{resource.kind} {resource.name!r} {state.sentence}"
                yield Problem(state.path, f"the sync never ends: {sentence}, and {why}", resource)
            elif given is None and state.needs and state.needs not in open_questions:
                open_questions.add(state.needs)
                reason = f"{resource.kind} {resource.name!r} {state.sentence}; {state.question}"
                yield Unjudged(reason, resource, state.path)


def _why_it_waits(target: Target) -> str | None:
    """Why Argo CD waits for health, None if it does not."""
    hook: Resource | None = next((r for r in target.resources if is_hook(r) and moments(r)), None)
    if hook:
        return f"the hook {hook.name!r} makes Argo CD wait for the health of everything"
    waves = sorted({moment.wave for r in target.resources for moment in moments(r)})
    if len(waves) > 1:
        return f"waves {waves[0]} to {waves[-1]} make Argo CD wait for the health of everything"
    return None
