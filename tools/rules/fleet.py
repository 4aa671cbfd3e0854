"""Argo CD's objects of a target, with what their sources render to and the projects they are in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tools.argocd.applications import GROUP, Application, Source
from tools.argocd.versions import Version, version
from tools.kubernetes.objects import Read, objects_in
from tools.kubernetes.resource import Resource
from tools.rules.target import Rendered, Target
from tools.source.document import Document
from tools.source.place import FieldPath, Place, SourceError
from tools.source.targets import NamedTarget, yaml_files

if TYPE_CHECKING:
    from tools.argocd.generators import Unmade
    from tools.argocd.inline.fault import Unedited
    from tools.argocd.projects import Project
    from tools.argocd.reading import Applications


class Member(NamedTuple):
    """An Application, and the target that its manifest is in."""

    application: Application
    target: Target


class Part(NamedTuple):
    """One source of an Application, rendered; `reason` says why it is not, or not all of it."""

    source: Source
    target: Target | None
    reason: str | None


class Found(NamedTuple):
    """A project, and the target that it is in; None if it stands in a file outside of the run."""

    project: "Project"
    target: Target | None


@lru_cache(maxsize=256)
def fleet_of(target: Target) -> "Fleet":
    """The Applications and projects of a target; cheap for one that has none."""
    return Fleet(target)


class Fleet:
    """Argo CD's objects of one target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._parts: dict[int, list[Part]] = {}
        self._built: dict[tuple[int, FieldPath], NamedTarget | Unedited | None] = {}

    @cached_property
    def _read(self) -> "Applications":
        from tools.argocd.reading import applications_of

        return applications_of(self.target.resources, self.target.repository)

    @property
    def applications(self) -> list[Application]:
        """Every Application that the target holds or makes."""
        if not self.target.resources.of_kind("Application", "ApplicationSet"):
            return []
        return self._read.all

    @property
    def unmade(self) -> "list[tuple[Resource, Unmade]]":
        """The generators of ApplicationSets that cannot be followed here."""
        return self._read.unmade

    @cached_property
    def version(self) -> Version:
        return version(self.target.argocd)

    @cached_property
    def projects(self) -> "list[Project]":
        """The AppProjects of the target."""
        found = self.target.resources.of_kind("AppProject")
        return [self._project(resource) for resource in found if resource.ref.group == GROUP]

    def _project(self, resource: Resource) -> "Project":
        from tools.argocd.projects import Project

        return Project(resource, self.version)

    @cached_property
    def others(self) -> list["Fleet"]:
        """The other targets of the run that hold objects of Argo CD."""
        around = self.target.neighbours
        found = around.fleet() if around else ()
        return [fleet_of(target) for target in found if target is not self.target]

    @cached_property
    def members(self) -> list[Member]:
        """The Applications of the whole run, those of this target first."""
        return [
            Member(application, fleet.target)
            for fleet in (self, *self.others)
            for application in fleet.applications
        ]

    def parts(self, application: Application) -> list[Part]:
        """What the sources of an Application render to, as far as they are of this repository."""
        if id(application) not in self._parts:
            parts = (self._part(application, source) for source in application.sources)
            self._parts[id(application)] = [part for part in parts if part]
        return self._parts[id(application)]

    def objects(self, application: Application) -> list[Resource] | None:
        """Everything that an Application deploys; None if a part of it is not rendered here."""
        parts = self.parts(application)
        sources = [source for source in application.sources if not source.text("ref")]
        if len(parts) < len(sources) or not sources:
            return None
        if any(part.target is None or part.reason for part in parts):
            return None
        return [resource for part in parts if part.target for resource in part.target.resources]

    def environments(self, application: Application) -> list[str]:
        """The environments of `policies.yaml` that the folders of an Application are in."""
        found = (part.target and part.target.environment for part in self.parts(application))
        return [environment for environment in found if environment]

    def _part(self, application: Application, source: Source) -> Part | None:
        named = self.built(application, source)
        if named is None:
            return None
        if not isinstance(named, NamedTarget):
            return Part(source, None, named.reason)
        if named.path == self.target.path:
            return Part(source, self.target, None)
        if self.target.neighbours is None:
            return Part(source, None, f"{named.path} is not rendered in this run")
        rendered: Rendered = self.target.neighbours.rendered(named)
        return Part(source, rendered.target, rendered.reason)

    def built(self, application: Application, source: Source) -> "NamedTarget | Unedited | None":
        """The target that a source of an Application renders, with what the Application writes into
        its kustomization, or why that is not known; None if it is no folder of this repository.
        """
        key = (id(application), source.path)
        if key not in self._built:
            self._built[key] = self._edited(application, source)
        return self._built[key]

    def _edited(self, application: Application, source: Source) -> "NamedTarget | Unedited | None":
        named = self.named(source)
        if named is None:
            return None
        from tools.argocd.inline.fault import Unedited
        from tools.rules.inlined import Inlined

        try:
            return Inlined(self.target, application, source).named(named)
        except Unedited as error:
            return error

    @property
    def edited(self) -> list[NamedTarget]:
        """The targets that Applications with inline `kustomize` make."""
        pairs = ((each, source) for each in self.applications for source in each.sources)
        found = (self.built(application, source) for application, source in pairs)
        return [n for n in found if isinstance(n, NamedTarget) and n.edited is not None]

    def named(self, source: Source) -> NamedTarget | None:
        """The target that a source names; None if it is not a folder of this repository."""
        if not self.is_here(source):
            return None
        from tools.argocd.sources import local_target

        return local_target(self.target.repository, source)

    def is_here(self, source: Source) -> bool:
        """Whether a source is in this repository.

        It is if its address is one of the clone's remotes, or one under which some Application of
        the run names a folder that exists here. Where one of those is called like a remote, the
        others are of other repositories, which have a folder of that name too.
        """
        from tools.argocd.urls import same_repository

        return any(same_repository(source.repository, own) for own in self.addresses)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """The addresses of this repository that are known."""
        from tools.argocd.sources import is_elsewhere, local_target, remotes

        repository = self.target.repository
        named = {
            source.repository
            for member in self.members
            for source in member.application.sources
            if source.folder and source.repository and local_target(repository, source)
        }
        own = {address for address in named if not is_elsewhere(repository, address)}
        return frozenset(remotes(repository)) | (own or named)

    def project(self, application: Application) -> Found | None:
        """The project of an Application; None if nothing in the repository tells what it says.

        Of two with its name, the one in its own namespace, where there are two of Argo CD.
        """
        from tools.argocd.projects import BUILT_IN

        name = application.project
        found = [
            Found(project, fleet.target)
            for fleet in (self, *self.others)
            for project in fleet.projects
            if project.name == name
        ]
        if found:
            near = (f for f in found if f.project.resource.namespace == application.namespace)
            return next(near, found[0])
        if name in self._files:
            return Found(self._files[name], None)
        return Found(BUILT_IN, None) if name == "default" else None

    @cached_property
    def _files(self) -> "Mapping[str, Project]":
        """The projects in files that no kustomization of their folder may change."""
        repository = self.target.repository
        found: dict[str, Project] = {}
        for file in yaml_files(repository, ""):
            with suppress(SourceError):  # judging the file says why it cannot be read
                text = repository.text(file)
                if "AppProject" in text and not repository.has_kustomization(_folder(file)):
                    for resource in _resources(repository.documents(file)):
                        found.setdefault(resource.name, self._project(resource))
        return found


def place_of(target: Target | None, resource: Resource, path: FieldPath) -> Place | None:
    """Where a field of an object of any target is set."""
    if target is None or target.trace is None:
        return None
    return target.trace.locate(resource, path).place


def _folder(file: str) -> str:
    return file.rpartition("/")[0]


def _resources(documents: Sequence[Document]) -> Iterator[Resource]:
    for found in objects_in(documents):
        if isinstance(found, Read) and found.data["kind"] == "AppProject":
            yield Resource(found.data)
