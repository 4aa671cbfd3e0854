"""A project grants what its Applications use, and no more.

Whoever can write into the repository can deploy whatever the project permits: that is the fence
around a leaked token or a careless merge. A wildcard, a kind that nobody renders any more, a
destination of an old environment are holes in it that nobody looks through until somebody does.

Renders every Application of the project, and looks at its destinations, `sourceRepos` and resource
lists. An entry that no Application and no rendered object needs is found, and so are wildcards for
all kinds, and `namespaceResourceWhitelist` missing, which permits every kind that lives in a
namespace. Kinds that controllers make below what is rendered may be listed, because Argo CD hides
children that are not (`children`). Silent about a project with an Application that is not rendered
here, and about one that no Application of the run is in.

Argo CD 3.2 to 3.5: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tools.argocd.applications import Application
from tools.kubernetes.resource import Resource
from tools.kubernetes.scope import group_kind, scopes
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

if TYPE_CHECKING:
    from tools.argocd.projects import Cluster, Project

_WILD = frozenset("*?[")


class Options(RuleOptions):
    """What may be granted without being rendered."""

    children: tuple[str, ...] = (
        "Pod",
        "ReplicaSet.apps",
        "ControllerRevision.apps",
        "EndpointSlice.discovery.k8s.io",
        "Endpoints",
        "Job.batch",
        "PersistentVolumeClaim",
        "CertificateRequest.cert-manager.io",
        "Order.acme.cert-manager.io",
        "Challenge.acme.cert-manager.io",
    )
    """Kinds that controllers make, as `Kind.group`."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("AppProject",),
    remedy="Delete the grant, or write the kinds that are used.",
    options=Options,
    looks_around=True,
)
def check(target: Target, options: Options) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for project in fleet.projects:
        users = [m.application for m in fleet.members if m.application.project == project.name]
        if users and project.name != "default":
            judged = _Judged(fleet, project, users, options)
            if judged.is_complete:
                yield from judged.lists()
            yield from judged.addresses()


class _Judged:
    """One project with all its Applications."""

    def __init__(
        self, fleet: Fleet, project: "Project", users: list[Application], options: Options
    ) -> None:
        from tools.argocd.projects import cluster_of

        self._project = project
        self._users = users
        self._options = options
        parts = [(a, part) for a in users for part in fleet.parts(a)]
        local = sum(1 for a in users for source in a.sources if not source.text("ref"))
        self.is_complete = len(parts) == local and all(p.target and not p.reason for _, p in parts)
        self._objects: list[tuple[Resource, bool | None]] = []
        self._namespaces = {(cluster_of(a.destination), a.destination_namespace) for a in users}
        for application, part in parts:
            if part.target is not None:
                self._add(application, part.target)
            if "CreateNamespace=true" in application.sync_options:
                made = {"name": application.destination_namespace}
                namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": made}
                self._objects.append((Resource(namespace), False))

    def _add(self, application: Application, rendered: Target) -> None:
        from tools.argocd.projects import cluster_of

        known = scopes(rendered.resources.of_kind("CustomResourceDefinition"))
        cluster = cluster_of(application.destination)
        for resource in rendered.resources:
            self._objects.append((resource, known.get(group_kind(resource))))
            if resource.namespace:
                self._namespaces.add((cluster, resource.namespace))

    def lists(self) -> Iterator[Problem]:
        project = self._project.resource
        if project.get("spec", "namespaceResourceWhitelist") is None:
            message = "every kind that lives in a namespace is permitted"
            whole = ("spec", "namespaceResourceWhitelist")
            yield Problem(whole, message, project, self._remedy())
        for side, namespaced in (("namespace", True), ("cluster", False)):
            for path, item in project.maps("spec", f"{side}ResourceWhitelist"):
                kind, group = str(item.get("kind")), str(item.get("group") or "")
                uses = self._uses(item, namespaced)
                if kind == "*" or (group == "*" and uses != 1):
                    message = f"kind {kind!r} of group {group!r} permits whatever anybody adds"
                    yield Problem(path, message, project, self._remedy(namespaced))
                elif not uses and not self._is_child(kind, group):
                    message = f"no Application of the project deploys {kind} of group {group!r}"
                    yield Problem(path, message, project)

    def _uses(self, item: Mapping[str, object], namespaced: bool) -> int:
        return len(
            {
                group_kind(resource)
                for resource, known in self._objects
                if known in (None, namespaced) and self._project.lists(item, resource, namespaced)
            }
        )

    def _is_child(self, kind: str, group: str) -> bool:
        return (f"{kind}.{group}" if group else kind) in self._options.children

    def _remedy(self, namespaced: bool = True) -> str:
        kinds = {
            f"{{group: {resource.ref.group!r}, kind: {resource.kind}}}"
            for resource, known in self._objects
            if known in (None, namespaced)
        }
        return f"List what is used: {', '.join(sorted(kinds)) or 'nothing'}."

    def addresses(self) -> Iterator[Problem]:
        """Repositories and destinations that no Application uses."""
        from tools.argocd.urls import normalized

        project = self._project.resource
        used = {normalized(s.repository) for a in self._users for s in a.sources if s.repository}
        if any(self._project.denies_source(address) for address in used):
            used = set()  # application-project-permits says so; the entry may be meant for it
        for index, pattern in enumerate(project.items("spec", "sourceRepos")):
            message = _excess_source(project, pattern, used)
            if message:
                yield Problem(("spec", "sourceRepos", index), message, project)
        refused = _denied(self._project, self._namespaces, any)
        for path, item in project.maps("spec", "destinations"):
            message = None if refused else _excess_destination(project, item, self._namespaces)
            if message:
                yield Problem(path, message, project)


def _excess_source(project: Resource, pattern: object, used: set[str]) -> str | None:
    if pattern == "*":
        return "every repository is permitted"
    if not isinstance(pattern, str) or pattern.startswith("!") or not used:
        return None
    alone = _with(project, "sourceRepos", [pattern])
    unused = all(alone.denies_source(address) for address in used)
    return f"no Application of the project comes from {pattern!r}" if unused else None


def _excess_destination(
    project: Resource, item: Mapping[str, object], used: "set[tuple[Cluster, str]]"
) -> str | None:
    if any(str(value).startswith("!") for value in item.values()):
        return None
    namespace, where = item.get("namespace"), item.get("server") or item.get("name")
    if _denied(_with(project, "destinations", [item]), used):
        return f"no Application of the project deploys to {namespace!r} of {where!r}"
    return "every namespace is permitted, that of Argo CD too" if namespace == "*" else None


def _denied(
    project: "Project",
    used: "set[tuple[Cluster, str]]",
    quantity: Callable[[Iterable[object]], bool] = all,
) -> bool:
    """Whether a project denies all (or any) of the places that are used."""
    from tools.argocd.projects import Undecided

    try:
        return quantity(project.denies_destination(cluster, name) for cluster, name in used)
    except Undecided:
        return False


def _with(project: Resource, field: str, value: object) -> "Project":
    """The project with one entry of a list alone."""
    from tools.argocd.projects import Project

    spec = {**project.map("spec"), field: value}
    return Project(Resource({**project.data, "spec": spec}), (99,))
