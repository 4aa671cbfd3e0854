"""The sets of parameters that the generators of an ApplicationSet give, as far as Git tells.

`applicationset/generators` of https://github.com/argoproj/argo-cd/tree/v3.2.11, the same in 3.5.1:
list, git, matrix and merge, with selectors. The other generators ask a cluster or a code host.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.argocd.gotemplate.fault import Unrenderable, stop
from tools.argocd.gotemplate.texts import sanitized
from tools.argocd.parameter_sets import (
    Parameters,
    by_keys,
    combined,
    flat,
    merged,
    parsed,
    selected,
    texts,
)
from tools.argocd.templates import fill
from tools.kubernetes.resource import as_list, as_map
from tools.source.place import FieldPath, SourceError
from tools.source.repository import Repository

GENERATORS = (
    "list", "clusters", "git", "scmProvider", "clusterDecisionResource", "pullRequest", "matrix",
    "merge", "plugin",
)  # fmt: skip
"""In the order in which Argo CD runs several of one entry."""
_SEVERAL = 2


class Sets:
    """What the generators of one ApplicationSet give. `go` says that its templates are Go's."""

    def __init__(self, repository: Repository, go: bool, options: Sequence[Any]) -> None:
        self._repository = repository
        self._go = go
        self._options = options

    def fill(self, value: Any, parameters: Parameters) -> Any:
        """A value with its templates filled in. Raises Unrenderable."""
        return fill(value, parameters, self._go, self._options)

    def of(self, kind: str, generator: Mapping[str, Any], selector: Any = None) -> list[Parameters]:
        """The sets of one kind of generator. Raises Unrenderable, with a path below it."""
        settings = as_map(generator[kind])
        if kind == "list":
            found = self._list(settings)
        elif kind == "git":
            found = self._git(settings)
        elif kind == "matrix":
            found = self._matrix(settings)
        elif kind == "merge":
            found = self._merge(settings)
        else:
            raise Unrenderable(f"the generator {kind!r} asks what is outside of Git")
        if selector is None:
            return found
        if selector and self._go and kind == "git" and settings.get("values"):
            # 3.2 does not take their map apart for selectors, 3.5 does.
            raise Unrenderable("a selector beside the `values` of a git generator is not followed")
        return selected(found, as_map(selector))

    def _list(self, settings: Mapping[str, Any]) -> list[Parameters]:
        found = [
            {**e} if self._go else texts(e)
            for e in as_list(settings.get("elements"))
            if isinstance(e, dict)
        ]
        text = settings.get("elementsYaml")
        return found + parsed(text) if isinstance(text, str) and text else found

    def _git(self, settings: Mapping[str, Any]) -> list[Parameters]:
        from tools.argocd.git_files import files, folders, nothing, require_checked_out

        require_checked_out(self._repository, settings)
        prefix = settings.get("pathParamPrefix") or ""
        sets: list[Parameters] = []
        if settings.get("directories"):
            for folder in folders(self._repository, as_list(settings["directories"])):
                sets.append(self._path_parameters(folder, "", prefix))
        else:
            for file in files(self._repository, as_list(settings.get("files"))):
                for content in self._contents(file):
                    path = self._path_parameters(os.path.dirname(file), file, prefix)
                    sets.append({**content, **path})
        if not sets:
            raise nothing(self._repository, settings)
        values = as_map(settings.get("values"))
        return [self._with_values(found, values) for found in sets]

    def _with_values(self, found: Parameters, values: Mapping[str, Any]) -> Parameters:
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
        data = documents[0].data if documents else None
        for item in data if isinstance(data, list) else [{} if data is None else data]:
            if not isinstance(item, dict):
                raise stop(f"{file} holds no map")
            yield dict(item) if self._go else dict(flat(item))

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
        below = {f"{start}.{key}": value for key, value in path.items() if key != "path"}
        below |= {f"{start}[{i}]": segment for i, segment in enumerate(segments) if segment}
        return {start: folder, **below}

    def _matrix(self, settings: Mapping[str, Any]) -> list[Parameters]:
        children = as_list(settings.get("generators"))
        if len(children) != _SEVERAL:
            raise stop("a matrix needs exactly two generators")
        found: list[Parameters] = []
        for left in self._nested("matrix", children, 0, {}):
            for right in self._nested("matrix", children, 1, left):
                # Of what both set, Go templates get the first generator's.
                found.append(merged(right, left) if self._go else combined(left, right))
        return found

    def _merge(self, settings: Mapping[str, Any]) -> list[Parameters]:
        keys = [str(key) for key in as_list(settings.get("mergeKeys"))]
        children = as_list(settings.get("generators"))
        if len(children) < _SEVERAL or not keys:
            raise stop("a merge needs two generators and mergeKeys")
        sets = [self._nested("merge", children, index, {}) for index in range(len(children))]
        base = by_keys(sets[0], keys)
        for others in sets[1:]:
            for key, parameters in by_keys(others, keys).items():
                if key in base:
                    base[key] = merged(base[key], parameters)
        return list(base.values())

    def _nested(
        self, kind: str, children: Sequence[Any], index: int, outer: Parameters
    ) -> list[Parameters]:
        """The sets of a generator inside of another one, filled in with those before it."""
        path: FieldPath = (kind, "generators", index)
        raw = as_map(children[index])
        try:
            child = as_map(self.fill(raw, outer)) if outer else raw
            named = named_in(child)
            if len(named) != 1:
                several = f"has {' and '.join(named)}" if named else "names none"
                raise stop(f"a generator inside of a {kind} is exactly one, and this {several}")
            return self.of(named[0], child, raw.get("selector"))
        except Unrenderable as error:
            error.path = (*path, *error.path)
            raise


def named_in(generator: Mapping[str, Any]) -> list[str]:
    """The kinds of generators that an entry has."""
    return [kind for kind in GENERATORS if isinstance(generator.get(kind), dict)]
