"""No object is managed by two Applications.

Each of the two writes its own tracking id onto the object and takes it from the other at every
sync; with `selfHeal` they never stop. One that prunes, or is deleted, deletes the object under the
feet of the other. Argo CD says `SharedResourceWarning` in a condition and carries on, unless
`FailOnSharedResource=true` makes the sync fail.

Compares what the Applications of the run render, by cluster, group, kind, namespace and name; an
object without a namespace is in that of the destination. The finding is at the source of the later
Application. Two Applications in different clusters share nothing; a cluster that one names and the
other gives by address counts as different. Of a chart, which is not rendered, one release in one
namespace is the same as itself. What other repositories hold cannot be seen.

Read in `controller/state.go` and `controller/sync.go` of Argo CD 3.2.11 and 3.5.1:
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#fail-the-sync-if-a-shared-resource-is-found
"""

from collections.abc import Iterator
from functools import lru_cache

from tools.argocd.applications import Application
from tools.kubernetes.resource import Ref, as_map
from tools.kubernetes.scope import group_kind, scopes
from tools.rules.fleet import Fleet, Member, fleet_of, place_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.targets import Kind

Owned = tuple[object, str, str, str, str]
"""Cluster, group, kind, namespace and name."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy="Leave the object to one Application, or give the two different folders.",
    looks_around=True,
)
def check(target: Target, options: None) -> Iterator[Problem]:
    fleet = fleet_of(target)
    if not fleet.applications:
        return
    members = sorted(fleet.members, key=lambda member: member.target.path)
    for index, member in enumerate(members):
        if member.target is not target:
            continue
        mine = _owned(target, index, member.application)
        for position, other in enumerate(members[:index]):
            shared = mine.keys() & _owned(other.target, position, other.application).keys()
            if shared and not _same(member.application, other.application):
                yield _problem(member, other, [mine[key] for key in sorted(shared, key=str)])


def _problem(member: Member, other: Member, shared: list[Ref]) -> Problem:
    application = member.application
    path = application.sources[0].path if application.sources else ("spec",)
    more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
    place = place_of(other.target, other.application.resource, other.application.at(*path))
    where = f", in {place.file}" if place and other.target is not member.target else ""
    own = ((other.application.resource, other.application.at(*path), "the other one"),)
    return Problem(
        application.at(*path, "path"),
        f"{application.what} manages {shared[0]}{more}, which {other.application.what}"
        f"{where} manages too",
        application.resource,
        related=own if other.target is member.target else (),
    )


def _same(one: Application, other: Application) -> bool:
    """Two of one name are one Application: application-name-unique speaks of them."""
    return (one.namespace, one.name) == (other.namespace, other.name)


@lru_cache(maxsize=512)
def _owned(target: Target, index: int, application: Application) -> dict[Owned, Ref]:
    from tools.argocd.projects import cluster_of

    fleet: Fleet = fleet_of(target)
    cluster = cluster_of(application.destination)
    found: dict[Owned, Ref] = {}
    for part in fleet.parts(application):
        if part.target is None:
            continue
        named = fleet.named(part.source)
        if named and named.kind is Kind.CHART:
            helm = as_map(part.source.data.get("helm"))
            name = str(helm.get("releaseName") or application.name)
            release = Ref("", "Helm release", application.destination_namespace, name)
            found[(cluster, named.path, release.kind, release.namespace, name)] = release
        known = scopes(part.target.resources.of_kind("CustomResourceDefinition"))
        for resource in part.target.resources:
            namespace = resource.namespace or application.destination_namespace
            namespaced = known.get(group_kind(resource), bool(resource.namespace))
            key = (cluster, *group_kind(resource), namespace if namespaced else "", resource.name)
            found[key] = resource.ref
    return found
