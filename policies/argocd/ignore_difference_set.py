"""Self-healing leaves alone what autoscalers and operators write.

With `selfHeal` Argo CD puts every field back that Git states. The autoscaler scales to eight, Argo
CD to the two in Git, within seconds and for ever. An ignored difference alone does not end that: it
hides the field from the comparison, but each sync still writes it, unless
`RespectIgnoreDifferences=true` is among the sync options.

Looks at Applications with automated sync and `selfHeal`, and at fields that are rendered: the
replicas of what a HorizontalPodAutoscaler or ScaledObject scales, the CA bundles that cert-manager
injects, the data of a Secret that an ExternalSecret, a Certificate, a CloudNativePG Cluster or
another well-known custom resource makes too, and what the option `written` adds; who writes may
come from another source or Application, into the same cluster and namespace. A field that Git does
not state is nobody's to fight over, and is silent. For replicas, leaving them out of Git is the
better cure; where `replicas-owned-by-autoscaler` says so, this rule is silent. Cannot see what
`argocd-cm` ignores for all Applications.

Argo CD 3.2 to 3.5:
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#respect-ignore-differences-configs
"""

from collections.abc import Iterator
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING

from tools.argocd.applications import Application
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

if TYPE_CHECKING:
    from tools.argocd.written import Writers, Written

RESPECT = "RespectIgnoreDifferences=true"


class Options(RuleOptions):
    """What others write."""

    written: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """JSON pointers by `Kind.group`: fields that something in the cluster writes."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("Application", "ApplicationSet"),
    remedy="Leave the field out of Git, or ignore it and set RespectIgnoreDifferences=true.",
    defers_to=("replicas-owned-by-autoscaler",),
    options=Options,
    looks_around=True,
)
def check(target: Target, options: Options) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        if application.heals:
            yield from _fought_over(fleet, application, options)


def _fought_over(fleet: Fleet, application: Application, options: Options) -> Iterator[Problem]:
    from tools.argocd.ignored import ignored

    entries = list(ignored(application))
    hidden: Written | None = None
    for found in _written(fleet, application, options):
        covering = [e for e in entries if e.is_about(found.resource) and e.covers(found.pointer)]
        if not covering:
            message = f"{found.sentence}, and selfHeal puts it back"
            path = application.at("spec", "syncPolicy", "automated", "selfHeal")
            stated = (found.resource, found.path, "Git states it here")
            subject = f"{found.resource.ref} {found.pointer}"
            yield Problem(path, message, application.resource, related=(stated,), subject=subject)
        elif RESPECT not in application.sync_options:
            hidden = hidden or found
    if hidden:
        path = application.at("spec", "syncPolicy", "syncOptions")
        message = f"{hidden.sentence}, which is ignored, but without {RESPECT} syncs still write it"
        yield Problem(path, message, application.resource, remedy=f"Add {RESPECT}.")


def _written(fleet: Fleet, application: Application, options: Options) -> "Iterator[Written]":
    """What an Application states, and something that any Application deploys there writes."""
    from tools.argocd.projects import cluster_of
    from tools.argocd.written import written_by_itself

    writers = _writers(fleet.target)
    cluster, namespace = cluster_of(application.destination), application.destination_namespace
    for part in fleet.parts(application):
        for resource in part.target.resources if part.target else ():
            yield from writers.of(resource, cluster, namespace)
            yield from written_by_itself(resource, options.written)


@lru_cache(maxsize=8)
def _writers(target: Target) -> "Writers":
    """The autoscalers and custom resources of all Applications of the run."""
    from tools.argocd.projects import cluster_of
    from tools.argocd.written import Writers

    writers = Writers()
    for application, home in fleet_of(target).members:
        cluster, namespace = cluster_of(application.destination), application.destination_namespace
        for part in fleet_of(home).parts(application):
            if part.target is not None:
                writers.add(part.target.resources, cluster, namespace)
    return writers
