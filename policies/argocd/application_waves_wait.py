"""Where Applications come in waves, Argo CD waits until those of a wave are healthy.

In an app of apps the waves look like an order: the operators first, then what needs them. But an
Application is an object of which Argo CD does not know when it is healthy, since version 1.8. As
soon as it is created the next wave begins, and everything starts at once, as it would without
waves. A health check for Applications in the ConfigMap `argocd-cm` changes that.

Looks at targets in which an Application has an earlier wave than another object, and for the key
`resource.customizations.health.argoproj.io_Application` in an `argocd-cm` of the run. Where Argo CD
is set up elsewhere, the option `health` says whether it has that check; without a word it is
reported as not judged. ApplicationSets do have a health: it says that their Applications are made,
not that these are healthy.

Read in gitops-engine's `pkg/health/health.go` and `resource_customizations` of Argo CD 3.2.11, the
same in 3.5.1:
https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#argocd-app
"""

from collections.abc import Iterator

from tools.argocd.applications import is_application
from tools.argocd.phases import schedule
from tools.argocd.versions import SYNC_WAVE
from tools.kubernetes.resource import Resource
from tools.rules.fleet import fleet_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

_CHECK = "resource.customizations.health.argoproj.io_Application"
_PATH = ("metadata", "annotations", SYNC_WAVE)


class Options(RuleOptions):
    """How Argo CD is set up."""

    health: bool | None = None
    """Whether its settings have a health check for Applications."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("Application",),
    remedy=f"Write {_CHECK} into argocd-cm, or take the waves out.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    if options.health or not target.resources.of_kind("Application"):
        return
    applied = schedule(target.resources)
    first = min(
        ((each.moments[0], each.resource) for each in applied if is_application(each.resource)),
        key=lambda pair: pair[0],
        default=None,
    )
    last = max(each.moments[-1] for each in applied)
    if first is None or first[0] >= last or _is_set_up(target):
        return
    when, application = first
    behind = f"{last.beside(when)} begins as soon as Application {application.name!r} is created"
    if options.health is False:
        yield Problem(_PATH, f"{behind}: Argo CD knows no health of Applications", application)
    else:
        reason = f"{behind}, unless Argo CD is set up otherwise; say with health whether it is"
        yield Unjudged(reason, application, _PATH)


def _is_set_up(target: Target) -> bool:
    """Whether an argocd-cm of the run has a health check for Applications."""
    fleet = fleet_of(target)
    targets = (target, *(other.target for other in fleet.others))
    return any(_has_check(each) for one in targets for each in one.resources.of_kind("ConfigMap"))


def _has_check(resource: Resource) -> bool:
    data = resource.map("data")
    known = _CHECK in data or "argoproj.io/Application:" in str(data.get("resource.customizations"))
    return resource.name == "argocd-cm" and known
