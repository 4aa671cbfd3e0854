"""The sets of parameters of the generators that need nothing but Git.

`applicationset/generators` of https://github.com/argoproj/argo-cd/tree/v3.5.1: list, git with
directories and files, matrix and merge. The others ask a cluster or a code host.
"""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from tools.argocd.git_paths import files, folders, path_parameters
from tools.argocd.gotemplate.fault import stop
from tools.argocd.merging import by_keys, flat, merged, text_of
from tools.argocd.templates import Unrenderable, fill
from tools.kubernetes.resource import Resource, as_list, as_map
from tools.source.place import SourceError
from tools.source.repository import Repository

Parameters = dict[str, Any]
GENERATORS = (
    "list", "git", "matrix", "merge", "clusters", "scmProvider", "pullRequest", "plugin",
    "clusterDecisionResource",
)  # fmt: skip
_SEVERAL = 2


class Generators:
    """The generators of one ApplicationSet."""

    def __init__(self, resource: Resource, repository: Repository) -> None:
        self._resource = resource
        self._repository = repository
        self._go = resource.get("spec", "goTemplate") is True
        self._options = resource.items("spec", "goTemplateOptions")

    def fill(self, value: Any, parameters: Parameters) -> Any:
        """A value with templates filled in. Raises Unrenderable."""
        return fill(value, parameters, self._go, self._options)

    def parameters(self, generator: Mapping[str, Any]) -> list[Parameters]:
        """The sets of parameters of one generator. Raises Unrenderable."""
        if generator.get("selector"):
            raise Unrenderable("a generator with a selector is not followed here")
        kinds = [kind for kind in GENERATORS if isinstance(generator.get(kind), dict)]
        if not kinds:
            raise Unrenderable("no generator is named")
        kind, settings = kinds[0], as_map(generator[kinds[0]])
        if kind == "list":
            return [self._with_values({}, e) for e in self._elements(settings)]
        if kind == "git":
            return self._git(settings)
        if kind == "matrix":
            return self._matrix(settings)
        if kind == "merge":
            return self._merge(settings)
        raise Unrenderable(f"the generator {kind!r} asks what is outside of Git")

    def _elements(self, settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if settings.get("elementsYaml"):
            raise Unrenderable("elementsYaml is not followed here")
        return [e for e in as_list(settings.get("elements")) if isinstance(e, dict)]

    def _with_values(self, found: Parameters, element: Mapping[str, Any]) -> Parameters:
        """A list element: as it is for Go templates, flat texts otherwise."""
        if self._go:
            return {**found, **element}
        for key, value in element.items():
            if key == "values" and isinstance(value, dict):
                found.update({f"values.{k}": text_of(v) for k, v in value.items()})
            elif isinstance(value, str):
                found[key] = value
            else:
                raise stop(f"the list element {key!r} is no text")
        return found

    def _git(self, settings: Mapping[str, Any]) -> list[Parameters]:
        prefix = settings.get("pathParamPrefix") or ""
        sets: list[Parameters] = []
        if settings.get("directories"):
            for folder in folders(self._repository, as_list(settings["directories"])):
                sets.append(path_parameters(folder, "", prefix, self._go))
        else:
            for file in files(self._repository, as_list(settings.get("files"))):
                for content in self._contents(file):
                    path = path_parameters(os.path.dirname(file), file, prefix, self._go)
                    sets.append({**content, **path})
        values = as_map(settings.get("values"))
        return [self._with_git_values(found, values) for found in sets]

    def _with_git_values(self, found: Parameters, values: Mapping[str, Any]) -> Parameters:
        filled = {key: self.fill(value, found) for key, value in values.items()}
        if not filled:
            return found
        if self._go:
            return {**found, "values": filled}
        return {**found, **{f"values.{key}": value for key, value in filled.items()}}

    def _contents(self, file: str) -> Iterator[Parameters]:
        try:
            documents = self._repository.documents(file)
        except SourceError as error:
            raise Unrenderable(f"{file} is {error.sentence}") from error
        data = documents[0].data if documents else {}
        for item in data if isinstance(data, list) else [data]:
            if not isinstance(item, dict):
                raise stop(f"{file} holds no map")
            yield dict(item) if self._go else dict(flat(item, ""))

    def _matrix(self, settings: Mapping[str, Any]) -> list[Parameters]:
        children = as_list(settings.get("generators"))
        if len(children) != _SEVERAL:
            raise stop("a matrix needs exactly two generators")
        found: list[Parameters] = []
        for left in self.parameters(as_map(children[0])):
            second = self.fill(children[1], left) if "{{" in json.dumps(children[1]) else None
            for right in self.parameters(as_map(second or children[1])):
                found.append(merged(left, right) if self._go else {**left, **right})
        return found

    def _merge(self, settings: Mapping[str, Any]) -> list[Parameters]:
        keys = [str(key) for key in as_list(settings.get("mergeKeys"))]
        children = [self.parameters(as_map(c)) for c in as_list(settings.get("generators"))]
        if len(children) < _SEVERAL or not keys:
            raise stop("a merge needs two generators and mergeKeys")
        base = by_keys(children[0], keys)
        for others in children[1:]:
            for key, parameters in by_keys(others, keys).items():
                if key in base:
                    base[key] = merged(base[key], parameters)
        return list(base.values())
