"""Every Application has a name of its own.

An Application is an object, and its namespace and name are all that it is known by. Of two with the
same ones only the last that was applied is there; what the other deployed is pruned, or belongs to
nobody. ApplicationSets do it in silence when two sets of parameters give one name.

Compares the Applications of the run, and those that ApplicationSets make. One that names no
namespace counts as being in `argocd`. Two targets that `policies.yaml` puts into different
environments may repeat a name, for each has an Argo CD of its own then.

Argo CD 3.2 to 3.5:
https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#applications
"""

from collections.abc import Iterator

from tools.argocd.applications import Application
from tools.rules.fleet import Member, fleet_of, place_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

_OF_ARGOCD = "argocd"
"""Where an Application goes that says nothing: to Argo CD, by its own instructions there."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy="Give one of them another name.",
    defers_to=("object-unique",),
)
def check(target: Target, options: None) -> Iterator[Problem]:
    fleet = fleet_of(target)
    if not fleet.applications:
        return
    first: dict[tuple[str, str], Member] = {}
    for member in sorted(fleet.members, key=lambda member: member.target.path):
        application = member.application
        key = (application.namespace or _OF_ARGOCD, application.name)
        other = first.setdefault(key, member)
        apart = other.target.environment != target.environment
        if other is member or member.target is not target or apart or not _is_name(application):
            continue
        path = application.at("metadata", "name")
        place = place_of(other.target, other.application.resource, other.application.at(*path))
        where = f" in {place.file}" if place and other.target is not target else ""
        yield Problem(
            path,
            f"a second Application {application.name!r}; the first is{where or ' above'}",
            application.resource,
        )


def _is_name(application: Application) -> bool:
    """Whether there is a name in which no parameter is missing, as application-set-safe says."""
    return bool(application.name) and not any(c in application.name for c in ("{{", "<no value>"))
