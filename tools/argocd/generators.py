"""The Applications that an ApplicationSet makes, as far as its generators need nothing but Git.

`applicationset` of https://github.com/argoproj/argo-cd/tree/v3.2.11, the same in 3.5.1.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.argocd.applications import TEMPLATE, Application
from tools.argocd.gotemplate.fault import stop
from tools.argocd.parameter_sets import Parameters
from tools.argocd.parameters import Sets, named_in
from tools.argocd.templates import Unrenderable
from tools.kubernetes.resource import Resource, as_list, as_map
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
    generate = _Generate(resource, repository)
    for path, generator in resource.maps("spec", "generators"):
        kinds = named_in(generator)
        if not kinds:
            yield Unmade(path, "no generator is named")
        for kind in kinds:
            yield from generate.all(path, kind, generator)


class _Generate:
    def __init__(self, resource: Resource, repository: Repository) -> None:
        self._resource = resource
        go = resource.get("spec", "goTemplate") is True
        self._sets = Sets(repository, go, resource.items("spec", "goTemplateOptions"))

    def all(
        self, path: FieldPath, kind: str, generator: Mapping[str, Any]
    ) -> Iterator[Application | Unmade]:
        """What one generator makes."""
        try:
            sets = self._sets.of(kind, generator, generator.get("selector"))
        except Unrenderable as error:
            yield Unmade((*path, *error.path), str(error), error.stops)
            return
        own = as_map(as_map(generator[kind]).get("template"))
        template = _filled(own, self._resource.map(*TEMPLATE))
        for parameters in sets:
            try:
                yield self._application(parameters, template)
            except Unrenderable as error:
                yield Unmade(error.path or path, str(error), error.stops)

    def _application(self, parameters: Parameters, template: Mapping[str, Any]) -> Application:
        data = self._at(TEMPLATE, template, parameters) if parameters else template
        metadata = dict(as_map(data.get("metadata")))
        keeps = self._resource.get("spec", "syncPolicy", "preserveResourcesOnDeletion")
        if parameters and not metadata.get("finalizers") and keeps is not True:
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
        found = _strategic(data, over)
        # Argo CD lets a patch change anything but the project.
        project = as_map(data.get("spec")).get("project")
        return {**found, "spec": {**as_map(found.get("spec")), "project": project}}

    def _at(self, path: FieldPath, value: Any, parameters: Parameters) -> Any:
        """A value at a path of the ApplicationSet, filled in."""
        try:
            return self._sets.fill(value, parameters)
        except Unrenderable as error:
            error.path = (*path, *error.path)
            raise


def _filled(own: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    """The template of a generator, and where that says nothing the one of the ApplicationSet."""
    found = dict(own)
    for key, value in template.items():
        below = found.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            found[key] = _filled(below, value)
        elif not below:
            found[key] = value
    return found


def _strategic(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A strategic merge onto an Application: null deletes, and of its lists finalizers merge."""
    found = dict(base)
    for key, value in patch.items():
        if key.startswith("$"):
            raise Unrenderable(f"templatePatch has {key!r}, which is not followed here")
        below = found.get(key)
        if value is None:
            found.pop(key, None)
        elif isinstance(value, dict):
            found[key] = _strategic(as_map(below), value)
        elif key == "finalizers":
            found[key] = list(dict.fromkeys([*as_list(below), *as_list(value)]))
        else:
            found[key] = value
    return found
