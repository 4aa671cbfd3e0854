"""The targets that Applications with inline `kustomize` make of folders of the repository."""

from collections.abc import Mapping
from typing import Any

from tools.argocd.applications import Application, Source
from tools.argocd.inline.edit import edited, edits
from tools.argocd.inline.fault import Unedited
from tools.argocd.inline.variables import environment
from tools.kubernetes.resource import as_map
from tools.rules.target import Target
from tools.source.branches import Origin, leaf_at
from tools.source.document import Document
from tools.source.edited import Edited
from tools.source.place import FieldPath, Place, SourceError
from tools.source.repository import join
from tools.source.targets import AS_APPLICATION, Kind, NamedTarget

OVERRIDES = ".argocd-source.yaml"


def override_names(application: Application) -> tuple[str, str]:
    """The files beside a kustomization that say more than a source of an Application."""
    return OVERRIDES, f".argocd-source-{application.name}.yaml"


class Inlined:
    """What one source of an Application, found in a target, writes into the folder it names."""

    def __init__(self, target: Target, application: Application, source: Source) -> None:
        self._target = target
        self._application = application
        self._source = source
        self._folder = source.folder or ""

    def named(self, plain: NamedTarget) -> NamedTarget:
        """The target that is built for the Application; `plain` if it changes nothing.

        Raises Unedited.
        """
        documents = self._documents() if plain.kind is Kind.KUSTOMIZATION else []
        settings = as_map(self._source.data.get("kustomize"))
        for document in documents:
            settings = _over(settings, as_map(as_map(document.data).get("kustomize")))
        if plain.kind is not Kind.KUSTOMIZATION or not edits(settings):
            return plain

        def origin(path: FieldPath, text: str) -> Origin:
            return self._origin(documents, path, text)

        repository, application = self._target.repository, self._application
        variables = environment(
            application.name,
            application.namespace,
            application.destination_namespace,
            application.project,
            self._source.data,
        )
        draft = edited(repository, self._folder, settings, variables, origin)
        name = f"as Application {application.name}"
        path = f"{plain.path}{AS_APPLICATION}{application.name}"
        return NamedTarget(path, Kind.KUSTOMIZATION, edited=Edited(repository, draft, name))

    def _documents(self) -> list[Document]:
        """The files that override the source, in the order of their force."""
        repository = self._target.repository
        found: list[Document] = []
        for name in override_names(self._application):
            file = join(self._folder, name)
            if repository.is_file(file):
                try:
                    found += repository.documents(file)[:1]
                except SourceError as error:
                    raise Unedited(f"{file} is {error.sentence}") from error
        return found

    def _origin(self, documents: list[Document], path: FieldPath, text: str) -> Origin:
        below: FieldPath = ("kustomize", *path)
        for document in reversed(documents):
            place = document.place(below)
            if place is not None:
                return _In([document], place, text)
        return _Applied(self._target, self._application, (*self._source.path, *below), text)


class _In:
    """The origin of a text at a place; of what stands inside of it, where that can be told."""

    def __init__(self, documents: list[Document], place: Place, text: str) -> None:
        self._documents = documents
        self._place = place
        self._text = text

    def __call__(self, line: int, column: int) -> Place:
        inside = leaf_at(self._documents, self._place, self._text) if line or column else None
        return (inside and inside(line, column)) or self._place


class _Applied:
    """The origin of a text of an Application, which is looked for when somebody asks."""

    def __init__(
        self, target: Target, application: Application, path: FieldPath, text: str
    ) -> None:
        self._target = target
        self._application = application
        self._path = path
        self._text = text

    def __call__(self, line: int, column: int) -> Place | None:
        trace = self._target.trace
        if trace is None:
            return None
        path = self._application.at(*self._path)
        place = trace.locate(self._application.resource, path).place
        if place is None:
            return None
        documents = self._target.repository.documents(place.file)
        return _In(documents, place, self._text)(line, column)


def _over(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with those of a file over them: maps into maps, and null changes nothing."""
    found = dict(base)
    for key, value in over.items():
        if isinstance(value, dict):
            found[key] = _over(as_map(found.get(key)), value)
        elif value is not None:
            found[key] = value
    return found
