"""Automated sync prunes, heals, retries, and never empties an environment.

Half of automation is worse than none. Without `prune` what is deleted in Git keeps running, and
keeps its ports and permissions. Without `selfHeal` a change by hand stays until the next commit
takes it back by surprise. Without a retry one hiccup of the API server leaves the Application
OutOfSync until somebody looks. With `allowEmpty` a render that comes out empty, by a bad merge,
deletes everything.

Looks at `spec.syncPolicy` of Applications, and of those that ApplicationSets make. Whether an
environment is to be synced by itself is for it to say: `automated` lists the environments of
`policies.yaml` whose Applications have to be, `manual` those whose must not; an Application belongs
to the environment of the folder that it deploys. The other options take back what is demanded of
automated ones.

Argo CD 3.2 to 3.5 (`enabled` since 3.1):
https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
"""

from collections.abc import Iterator

from tools.argocd.applications import Application
from tools.kubernetes.resource import lookup
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

POLICY = ("spec", "syncPolicy")
AUTOMATED = (*POLICY, "automated")


class Options(RuleOptions):
    """What is demanded."""

    automated: tuple[str, ...] = ()
    """Environments whose Applications sync by themselves."""
    manual: tuple[str, ...] = ()
    """Environments whose Applications are synced by hand."""
    prune: bool = True
    """Whether automated sync has to prune."""
    self_heal: bool = True
    """Whether automated sync has to heal."""
    retry: bool = True
    """Whether automated sync has to retry."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("Application", "ApplicationSet"),
    remedy="Write automated: {prune: true, selfHeal: true} and retry: {limit: 5}.",
    options=Options,
    looks_around=True,
)
def check(target: Target, options: Options) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        for path, message in _faults(fleet, application, options):
            yield Problem(application.at(*path), message, application.resource)


Fault = tuple[tuple[str, ...], str]


def _faults(fleet: Fleet, application: Application, options: Options) -> Iterator[Fault]:
    automated = application.automated
    if options.automated or options.manual:
        yield from _chosen(fleet, application, options)
    if automated is None:
        return
    if options.prune and automated.get("prune") is not True:
        yield (*AUTOMATED, "prune"), "what is deleted in Git keeps running: prune is not true"
    if options.self_heal and automated.get("selfHeal") is not True:
        yield (*AUTOMATED, "selfHeal"), "changes by hand stay: selfHeal is not true"
    if automated.get("allowEmpty") is True:
        yield (*AUTOMATED, "allowEmpty"), "an empty render deletes everything: allowEmpty is true"
    if options.retry and not lookup(application.policy, ("retry", "limit")):
        yield (*POLICY, "retry"), "a failed sync is not tried again: there is no retry.limit"


def _chosen(fleet: Fleet, application: Application, options: Options) -> Iterator[Fault]:
    """What the environments of the Application want."""
    for environment in fleet.environments(application):
        if environment in options.automated and application.automated is None:
            yield AUTOMATED, f"{application.what} of {environment} is not synced automatically"
        if environment in options.manual and application.automated is not None:
            yield AUTOMATED, f"{application.what} of {environment} is synced automatically"
