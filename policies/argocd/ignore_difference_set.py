"""Self-healing leaves alone what autoscalers and operators write.

With `selfHeal` Argo CD puts every field back that Git states. The autoscaler scales to eight, Argo
CD to the two in Git, within seconds and for ever. An ignored difference alone does not end that: it
hides the field from the comparison, but each sync still writes it, unless
`RespectIgnoreDifferences=true` is among the sync options.

Looks at Applications with automated sync and `selfHeal`, and at fields that are rendered: the
replicas of what a HorizontalPodAutoscaler or ScaledObject scales, the CA bundles that cert-manager
injects, the data of a Secret that an ExternalSecret, a Certificate, a CloudNativePG Cluster or
another well-known custom resource makes too, and what the option `written` adds; who writes may
come from another source of the same Application. A field that Git does not state is nobody's to
fight over, and is silent. For replicas, leaving them out of Git is the better cure; where
`replicas-owned-by-autoscaler` says so, this rule is silent. Cannot see what `argocd-cm` ignores for
all Applications.

Argo CD 3.2 to 3.5:
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#respect-ignore-differences-configs
"""

from collections.abc import Iterator, Sequence
from dataclasses import field

from tools.argocd.applications import Application
from tools.kubernetes.resource import Resource
from tools.rules.fleet import fleet_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

RESPECT = "RespectIgnoreDifferences=true"


class Options(RuleOptions):
    """What others write."""

    written: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """JSON pointers by `Kind.group`: fields that something in the cluster writes."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    remedy="Leave the field out of Git, or ignore it and set RespectIgnoreDifferences=true.",
    defers_to=("replicas-owned-by-autoscaler",),
    options=Options,
    looks_around=True,
)
def check(target: Target, options: Options) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        if application.heals:
            rendered = [part.target for part in fleet.parts(application) if part.target]
            yield from _written(application, rendered, options)


def _written(
    application: Application, rendered: Sequence[Target], options: Options
) -> Iterator[Problem]:
    """What the sources of an Application state and something in any of them writes."""
    from tools.argocd.ignored import ignored
    from tools.argocd.written import Written, written

    def autoscaler_of(workload: Resource) -> Resource | None:
        found = (target.autoscaler_of(workload) for target in rendered)
        return next(filter(None, found), None)

    entries = list(ignored(application))
    hidden: Written | None = None
    resources = [resource for target in rendered for resource in target.resources]
    for found in written(resources, autoscaler_of, options.written):
        covering = [e for e in entries if e.is_about(found.resource) and e.covers(found.pointer)]
        if not covering:
            message = f"{found.sentence}, and selfHeal puts it back"
            path = application.at("spec", "syncPolicy", "automated", "selfHeal")
            stated = (found.resource, found.path, "Git states it here")
            yield Problem(path, message, application.resource, related=(stated,))
        elif RESPECT not in application.sync_options:
            hidden = hidden or found
    if hidden:
        path = application.at("spec", "syncPolicy", "syncOptions")
        message = f"{hidden.sentence}, which is ignored, but without {RESPECT} syncs still write it"
        yield Problem(path, message, application.resource, remedy=f"Add {RESPECT}.")
