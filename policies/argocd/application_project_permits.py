"""A project permits the source, the destination and every object of its Applications.

Argo CD asks the project when it syncs, not before. One object that the project does not permit
fails the whole operation: nothing at all is applied, whatever else the commit mends. It is usually
the commit that adds a kind to an overlay, days after somebody wrote the project.

Renders what each Application deploys and matches all objects with the project's lists as Argo CD
does: shell patterns for kinds and groups, upper and lower case told apart, `''` for the core group;
no `clusterResourceWhitelist` permits nothing, no `namespaceResourceWhitelist` everything, an empty
one nothing. An object has to fit `destinations` with its own namespace. A kind that is not
permitted is found at the project's list, where the line is missing; an object in a foreign
namespace at the object. An Application in another namespace than its project's has to be among
`sourceNamespaces`. `CreateNamespace=true` needs the Namespace permitted as well. Not judged is what
another repository holds, and a project that this one does not.

Read in `pkg/apis/application/v1alpha1/app_project_types.go` of Argo CD 3.2.11 and 3.5.1; names in
cluster lists count since 3.3: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.argocd.applications import Application
from tools.kubernetes.resource import Resource
from tools.kubernetes.scope import group_kind, scopes
from tools.kubernetes.spelling import closest
from tools.rules.fleet import Fleet, Found, Part, fleet_of, place_of
from tools.rules.rule import Judges, Outcome, Problem, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

if TYPE_CHECKING:
    from tools.argocd.projects import Denial

_NAMESPACE = {"apiVersion": "v1", "kind": "Namespace"}


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy="Permit it in the AppProject, or do not deploy it with this project.",
    looks_around=True,
)
def check(target: Target, options: None) -> Iterator[Outcome]:
    fleet = fleet_of(target)
    if not fleet.applications:
        return
    from tools.argocd.projects import Undecided

    for application in fleet.applications:
        found = fleet.project(application)
        if found is None:
            known = [project.name for each in (fleet, *fleet.others) for project in each.projects]
            meant = closest(application.project, known)
            hint = f"; did you mean {meant!r}?" if meant else ""
            reason = f"this repository has no AppProject {application.project!r}{hint}"
            yield Unjudged(reason, application.resource, application.at("spec", "project"))
            continue
        judged = _Judged(fleet, application, found)
        try:
            yield from judged.address()
            yield from judged.objects()
        except Undecided as error:
            yield Unjudged(str(error), application.resource, application.at("spec"))


class _Judged:
    """One Application against its project."""

    def __init__(self, fleet: Fleet, application: Application, found: Found) -> None:
        self._fleet = fleet
        self._application = application
        self._project, self._home = found
        self._said: set[tuple[str, ...]] = set()

    def address(self) -> Iterator[Outcome]:
        """Source, destination, and the namespace that the Application itself is in."""
        from tools.argocd.projects import cluster_of

        application, project = self._application, self._project
        for source in application.sources:
            denial = source.repository and project.denies_source(source.repository)
            if denial:
                what = f"comes from {source.repository!r}"
                yield self._at((*source.path, "repoURL"), what, denial)
        yield from self._namespace()
        cluster, namespace = cluster_of(application.destination), application.destination_namespace
        if cluster.server or cluster.name:
            denial = project.denies_destination(cluster, namespace)
            if denial:
                what = f"deploys to namespace {namespace!r} of {cluster.server or cluster.name}"
                yield self._at(("spec", "destination"), what, denial)

    def _namespace(self) -> Iterator[Outcome]:
        """The namespace of the Application, if it is not that of Argo CD, where projects are."""
        from tools.argocd.projects import Denial

        home, own = self._project.resource.namespace, self._application.namespace
        # Another Argo CD in that namespace would have a project `default` of its own.
        if not home or own in ("", home) or self._project.name == "default":
            return
        if not self._project.admits_namespace(own):
            denial = Denial(("spec", "sourceNamespaces"), "no entry of sourceNamespaces matches it")
            yield self._at(("metadata", "namespace"), f"is in namespace {own!r}", denial)

    def _at(self, path: FieldPath, what: str, denial: "Denial") -> Problem:
        application = self._application
        is_here = self._home is self._fleet.target
        related = ((self._project.resource, denial.path, denial.why),) if is_here else ()
        return Problem(
            application.at(*path),
            f"{application.what} {what}, which project {self._project.name!r} does not permit: "
            f"{denial.why}",
            application.resource,
            related=related,
        )

    def objects(self) -> Iterator[Outcome]:
        application = self._application
        for part in self._fleet.parts(application):
            if part.target is None or part.reason:
                path = application.at(*part.source.path, "path")
                reason = f"what {application.what} deploys is not known: {part.reason}"
                yield Unjudged(reason, application.resource, path)
            if part.target is not None:
                yield from self._part(part, part.target)
        if "CreateNamespace=true" in application.sync_options:
            name = application.destination_namespace
            namespace = Resource({**_NAMESPACE, "metadata": {"name": name}})
            yield from self._kind(namespace, False, None)

    def _part(self, part: Part, rendered: Target) -> Iterator[Outcome]:
        from tools.argocd.projects import cluster_of

        known = scopes(rendered.resources.of_kind("CustomResourceDefinition"))
        cluster = cluster_of(self._application.destination)
        for resource in rendered.resources:
            namespaced = known.get(group_kind(resource))
            if namespaced is None:
                yield from self._unknown(resource)
                continue
            yield from self._kind(resource, namespaced, rendered)
            own = resource.namespace
            if namespaced and own and own != self._application.destination_namespace:
                denial = self._project.denies_destination(cluster, own)
                if denial:
                    yield self._foreign(resource, rendered, own)

    def _unknown(self, resource: Resource) -> Iterator[Outcome]:
        denied = self._project.denies_object
        if not (denied(resource, True) or denied(resource, False)):
            return
        if self._once("scope", *group_kind(resource)):
            what = f"{resource.kind} of group {resource.ref.group!r}"
            reason = f"whether {what} is namespaced is not known"
            yield Unjudged(reason, self._application.resource, self._application.at("spec"))

    def _kind(
        self, resource: Resource, namespaced: bool, rendered: Target | None
    ) -> Iterator[Outcome]:
        denial = self._project.denies_object(resource, namespaced)
        if denial is None or not self._once(str(denial.path), *group_kind(resource)):
            return
        group = resource.ref.group
        message = (
            f"project {self._project.name!r} does not permit {resource.kind} of group {group!r}, "
            f"but {self._application.what} deploys {resource.name!r}"
        )
        entry = f"{{group: {group!r}, kind: {resource.kind}}}"
        remedy = f"Add {entry} to {denial.path[1]}, or deploy no {resource.kind}."
        if "Blacklist" in str(denial.path[1]):
            remedy = f"Take the entry out, or deploy no {resource.kind}."
        place = place_of(rendered, resource, ("kind",))
        related = ((place, "deployed here"),) if place else ()
        listed = place_of(self._home, self._project.resource, denial.path)
        if listed:
            yield SourceProblem(listed, message, remedy, related)
        else:
            path = self._application.at("spec", "project")
            yield Problem(path, message, self._application.resource, remedy)

    def _foreign(self, resource: Resource, rendered: Target, namespace: str) -> Outcome:
        message = (
            f"{resource.kind} {resource.name!r} is in namespace {namespace!r}, which project "
            f"{self._project.name!r} of {self._application.what} does not permit"
        )
        place = place_of(rendered, resource, ("metadata", "namespace"))
        if place:
            return SourceProblem(place, message)
        return Problem(
            self._application.at("spec", "destination"), message, self._application.resource
        )

    def _once(self, *key: str) -> bool:
        new = key not in self._said
        self._said.add(key)
        return new
