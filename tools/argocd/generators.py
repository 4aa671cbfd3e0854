"""The Applications that an ApplicationSet makes, as far as its generators need nothing but Git."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.argocd.applications import TEMPLATE, Application
from tools.argocd.gotemplate.fault import stop
from tools.argocd.merging import merged, strategic
from tools.argocd.parameters import GENERATORS, Generators, Parameters
from tools.argocd.templates import Unrenderable
from tools.kubernetes.resource import Resource, as_map
from tools.source.place import FieldPath, SourceError
from tools.source.repository import Repository

_PATCH = ("spec", "templatePatch")


class Unmade(NamedTuple):
    """A part of an ApplicationSet whose Applications are not known, and why.

    `stops` says that Argo CD makes none either.
    """

    path: FieldPath
    reason: str
    stops: bool = False


def made(resource: Resource, repository: Repository) -> Iterator[Application | Unmade]:
    """Every Application of an ApplicationSet, and each generator that cannot be followed."""
    generators = Generators(resource, repository)
    generate = _Generate(resource, generators)
    for path, generator in resource.maps("spec", "generators"):
        try:
            sets = generators.parameters(generator)
        except Unrenderable as error:
            yield Unmade(path, str(error), error.stops)
            continue
        for parameters in sets:
            try:
                yield generate.application(parameters, as_map(generator))
            except Unrenderable as error:
                yield Unmade(error.path or path, str(error), error.stops)


class _Generate:
    def __init__(self, resource: Resource, generators: Generators) -> None:
        self._resource = resource
        self._generators = generators

    def application(self, parameters: Parameters, generator: Mapping[str, Any]) -> Application:
        template = self._resource.map(*TEMPLATE)
        kind = next((k for k in GENERATORS if k in generator), "")
        own = as_map(as_map(generator.get(kind)).get("template"))
        data = self._at(TEMPLATE, merged(template, own), parameters)
        metadata = dict(as_map(data.get("metadata")))
        keeps = self._resource.get("spec", "syncPolicy", "preserveResourcesOnDeletion")
        if not metadata.get("finalizers") and keeps is not True:
            metadata["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
        data = {**data, "metadata": metadata}
        patch = self._resource.get(*_PATCH)
        if isinstance(patch, str) and patch.strip():
            data = self._patched(data, patch, parameters)
        metadata = {**as_map(data.get("metadata")), "namespace": self._resource.namespace}
        return Application(self._resource, {**data, "metadata": metadata}, TEMPLATE, made=True)

    def _patched(self, data: Any, patch: str, parameters: Parameters) -> Any:
        from tools.source.document import parse

        text = self._at(_PATCH, patch, parameters)
        try:
            documents = parse(text, "templatePatch")
        except SourceError as error:
            fault = stop(f"templatePatch is {error.sentence}")
            fault.path = _PATCH
            raise fault from error
        if not documents:
            return data
        over = as_map(documents[0].data)
        found = strategic(data, over)
        # Argo CD lets a patch change anything but the project.
        project = as_map(data.get("spec")).get("project")
        return {**found, "spec": {**as_map(found.get("spec")), "project": project}}

    def _at(self, path: FieldPath, value: Any, parameters: Parameters) -> Any:
        """A value at a path of the ApplicationSet, filled in."""
        try:
            return self._generators.fill(value, parameters)
        except Unrenderable as error:
            error.path = (*path, *error.path)
            raise
