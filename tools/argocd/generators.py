"""The Applications that an ApplicationSet makes, as far as its generators need nothing but Git.

`applicationset/generators` of https://github.com/argoproj/argo-cd/tree/v3.5.1: list, git with
directories and files, matrix and merge. The others ask a cluster or a code host.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tools.argocd.applications import TEMPLATE, Application
from tools.argocd.glob import path_match
from tools.argocd.gotemplate.fault import stop
from tools.argocd.gotemplate.texts import sanitized
from tools.argocd.sources import is_elsewhere
from tools.argocd.templates import Unrenderable, fill
from tools.kubernetes.resource import Resource, as_list, as_map
from tools.kubernetes.selector import matches
from tools.source.place import FieldPath, SourceError
from tools.source.repository import Repository, join

Parameters = dict[str, Any]
_PATCH = ("spec", "templatePatch")
GENERATORS = (
    "list", "git", "matrix", "merge", "clusters", "scmProvider", "pullRequest", "plugin",
    "clusterDecisionResource",
)  # fmt: skip
_SEVERAL = 2
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


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
        try:
            sets = generate.selected(generator)
        except Unrenderable as error:
            yield Unmade(path, str(error), error.stops)
            continue
        for parameters in sets:
            try:
                yield generate.application(parameters, as_map(generator))
            except Unrenderable as error:
                yield Unmade(error.path or path, str(error), error.stops)


class _Generate:
    def __init__(self, resource: Resource, repository: Repository) -> None:
        self._resource = resource
        self._repository = repository
        self._go = resource.get("spec", "goTemplate") is True
        self._options = resource.items("spec", "goTemplateOptions")

    def application(self, parameters: Parameters, generator: Mapping[str, Any]) -> Application:
        template = self._resource.map(*TEMPLATE)
        kind = next((k for k in GENERATORS if k in generator), "")
        own = as_map(as_map(generator.get(kind)).get("template"))
        data = self._at(TEMPLATE, _merged(template, own), parameters)
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
        found = _strategic(data, over)
        # Argo CD lets a patch change anything but the project.
        project = as_map(data.get("spec")).get("project")
        return {**found, "spec": {**as_map(found.get("spec")), "project": project}}

    def _at(self, path: FieldPath, value: Any, parameters: Parameters) -> Any:
        """A value at a path of the ApplicationSet, filled in."""
        try:
            return self._fill(value, parameters)
        except Unrenderable as error:
            error.path = (*path, *error.path)
            raise

    def _fill(self, value: Any, parameters: Parameters) -> Any:
        return fill(value, parameters, self._go, self._options)

    def selected(self, generator: Mapping[str, Any]) -> list[Parameters]:
        """The sets of parameters that the selector of a generator leaves. Raises Unrenderable."""
        selector = generator.get("selector")
        own = {key: value for key, value in generator.items() if key != "selector"}
        found = self.parameters(own)
        if not selector:
            return found
        for expression in as_list(as_map(selector).get("matchExpressions")):
            operator = as_map(expression).get("operator")
            if operator not in _OPERATORS:
                raise stop(f"a selector has no operator {operator!r}")
        if self._go and as_map(generator.get("git")).get("values"):
            # Up to 3.2 they are not among the labels, in 3.5 they are.
            raise Unrenderable("a selector beside `values` of a git generator is not followed here")
        return [each for each in found if matches(selector, dict(_flat(each, "")))]

    def parameters(self, generator: Mapping[str, Any]) -> list[Parameters]:
        """The sets of parameters of one generator. Raises Unrenderable."""
        if generator.get("selector"):
            raise Unrenderable("a selector inside of another generator is not followed here")
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
                found.update({f"values.{k}": _text(v) for k, v in value.items()})
            elif isinstance(value, str):
                found[key] = value
            else:
                raise stop(f"the list element {key!r} is no text")
        return found

    def _git(self, settings: Mapping[str, Any]) -> list[Parameters]:
        self._is_checked_out(settings)
        prefix = settings.get("pathParamPrefix") or ""
        sets: list[Parameters] = []
        if settings.get("directories"):
            for folder in self._folders(as_list(settings["directories"])):
                sets.append(self._path_parameters(folder, "", prefix))
        else:
            for file in self._files(as_list(settings.get("files"))):
                for content in self._contents(file):
                    path = self._path_parameters(os.path.dirname(file), file, prefix)
                    sets.append({**content, **path})
        values = as_map(settings.get("values"))
        return [self._with_git_values(found, values) for found in sets]

    def _is_checked_out(self, settings: Mapping[str, Any]) -> None:
        """Raise Unrenderable where the folders and files here are not those that Argo CD lists."""
        address, revision = settings.get("repoURL"), settings.get("revision")
        if not isinstance(address, str) or "{{" in f"{address}{revision}":
            return
        if is_elsewhere(self._repository, address):
            raise Unrenderable(f"no remote of this clone is {address}")
        if isinstance(revision, str):
            self._is_current(revision, address)

    def _is_current(self, revision: str, address: str) -> None:
        """Of a branch what is checked out is taken for its next commit, of the rest only itself."""
        from tools.argocd.revisions import Unresolved, clone_of

        clone = clone_of(self._repository)
        if isinstance(clone, Unresolved):
            return
        found = clone.resolve(revision, address)
        if isinstance(found, Unresolved):
            if found.certain:
                raise stop(found.reason)
        elif not found.is_branch and not clone.is_current(found):
            raise Unrenderable(f"revision {revision!r} is not what is checked out")

    def _with_git_values(self, found: Parameters, values: Mapping[str, Any]) -> Parameters:
        filled = {key: self._fill(value, found) for key, value in values.items()}
        if not filled:
            return found
        if self._go:
            return {**found, "values": filled}
        return {**found, **{f"values.{key}": value for key, value in filled.items()}}

    def _folders(self, items: Sequence[Any]) -> list[str]:
        root = str(self._repository.root)
        names = []
        for folder, children, _ in os.walk(root):
            children[:] = sorted(child for child in children if child[0] != ".")
            names.append(os.path.relpath(folder, root).replace(os.sep, "/"))
        return [
            name
            for name in names[1:]
            if _picked(items, name, exclude=False) and not _picked(items, name, exclude=True)
        ]

    def _files(self, items: Sequence[Any]) -> list[str]:
        root = str(self._repository.root)
        names = [
            os.path.relpath(os.path.join(folder, file), root).replace(os.sep, "/")
            for folder, _, files in os.walk(root)
            for file in files
        ]
        wanted = [(_file_glob(as_map(i).get("path")), as_map(i).get("exclude")) for i in items]
        return sorted(
            name
            for name in names
            if any(glob.fullmatch(name) for glob, exclude in wanted if not exclude)
            and not any(glob.fullmatch(name) for glob, exclude in wanted if exclude)
        )

    def _contents(self, file: str) -> Iterator[Parameters]:
        try:
            documents = self._repository.documents(file)
        except SourceError as error:
            raise Unrenderable(f"{file} is {error.sentence}") from error
        data = documents[0].data if documents else {}
        for item in data if isinstance(data, list) else [data]:
            if not isinstance(item, dict):
                raise stop(f"{file} holds no map")
            yield dict(item) if self._go else dict(_flat(item, ""))

    def _path_parameters(self, folder: str, file: str, prefix: str) -> Parameters:
        name = folder.rpartition("/")[2]
        path: Parameters = {
            "path": folder,
            "basename": name,
            "basenameNormalized": sanitized(name),
        }
        if file:
            own = file.rpartition("/")[2]
            path |= {"filename": own, "filenameNormalized": sanitized(own)}
        segments = folder.split("/")
        if self._go:
            path["segments"] = segments
            return {prefix: {"path": path}} if prefix else {"path": path}
        start = f"{prefix}.path" if prefix else "path"
        flat = {f"{start}.{key}": value for key, value in path.items() if key != "path"}
        flat |= {f"{start}[{i}]": segment for i, segment in enumerate(segments) if segment}
        return {start: folder, **flat}

    def _matrix(self, settings: Mapping[str, Any]) -> list[Parameters]:
        children = as_list(settings.get("generators"))
        if len(children) != _SEVERAL:
            raise stop("a matrix needs exactly two generators")
        found: list[Parameters] = []
        for left in self.parameters(as_map(children[0])):
            second = self._fill(children[1], left) if "{{" in json.dumps(children[1]) else None
            for right in self.parameters(as_map(second or children[1])):
                found.append(_merged(left, right) if self._go else {**left, **right})
        return found

    def _merge(self, settings: Mapping[str, Any]) -> list[Parameters]:
        keys = [str(key) for key in as_list(settings.get("mergeKeys"))]
        children = [self.parameters(as_map(c)) for c in as_list(settings.get("generators"))]
        if len(children) < _SEVERAL or not keys:
            raise stop("a merge needs two generators and mergeKeys")
        base = _by_keys(children[0], keys)
        for others in children[1:]:
            for key, parameters in _by_keys(others, keys).items():
                if key in base:
                    base[key] = _merged(base[key], parameters)
        return list(base.values())


def _by_keys(sets: Sequence[Parameters], keys: Sequence[str]) -> dict[str, Parameters]:
    found: dict[str, Parameters] = {}
    for parameters in sets:
        key = json.dumps([parameters.get(name) for name in keys])
        if key in found:
            raise Unrenderable(f"two sets of parameters have the same {', '.join(keys)}")
        found[key] = parameters
    return found


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Maps into maps, everything else replaced."""
    found = dict(base)
    for key, value in over.items():
        below = found.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        found[key] = _merged(as_map(below), value) if both else value
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


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _flat(item, f"{name}.{index}")
    else:
        yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else str(value)


def _picked(items: Sequence[Any], name: str, exclude: bool) -> bool:
    return any(
        path_match(str(as_map(item).get("path")), name)
        for item in items
        if bool(as_map(item).get("exclude")) is exclude
    )


def _file_glob(pattern: Any) -> re.Pattern[str]:
    """A pattern for files, where `**` crosses folders."""
    text = join("", str(pattern))
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", text)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(part) or re.escape(part) for part in parts))
