"""What each Kubernetes version serves and how its objects are shaped, out of `kubernetes-validate`.

The package holds the OpenAPI schemas of every release as files. Only these are read: importing it
would import jsonschema too. The definitions of a release are one text of 1.6 MB, of which the
objects of a target need a tenth, so it is cut into definitions and only those in use are parsed.
"""

import json
import re
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, NamedTuple

from tools.kubernetes.corrections import LENIENT, corrected, lenient, nested
from tools.kubernetes.decoding import OBJECT_META

Schema = Mapping[str, Any]

_FOLDER = re.compile(r"^v(\d+)\.(\d+)\.\d+-local-strict$")
_VERSION = re.compile(r"^v?(\d+\.\d+)(?:\.\d+)?$")
_API_VERSION = re.compile(r"^(?:([a-z0-9-]+)(?:\.[a-z0-9.-]+)?/)?([a-z0-9]+)$")
_KIND = re.compile(r"^[A-Za-z]+$")
_REFERENCE = re.compile(rb'"\$ref": "(?:/api/_definitions\.json)?#/\$defs/([^"]+)"')
_LAYOUT = b'{\n  "$defs": {\n    "'
_RENAMED = {"internal": "apiserverinternal"}
_DECODER = json.JSONDecoder()


class UnknownVersion(Exception):
    """A Kubernetes version without schemas; the text is one sentence that names those there are."""


class Definition(NamedTuple):
    """A schema as the API server applies it, and the names of the definitions it refers to."""

    schema: Schema
    references: tuple[str, ...]


def versions() -> tuple[str, ...]:
    """Every Kubernetes version with schemas, oldest first: `1.25` to `1.37`."""
    return tuple(_folders())


@cache
def openapi(version: str) -> "OpenAPI":
    """What a Kubernetes version serves; `1.34`, `v1.34` and `1.34.2` are the same.

    Raises UnknownVersion for one without schemas.
    """
    match = _VERSION.match(version)
    folder = _folders().get(match[1]) if match else None
    if match is None or folder is None:
        known = versions()
        sentence = f"no schemas are known for Kubernetes {version!r}"
        raise UnknownVersion(f"{sentence}; name versions from {known[0]} to {known[-1]}")
    return OpenAPI(match[1], folder)


class OpenAPI:
    """One Kubernetes version: its kinds and their schemas."""

    def __init__(self, version: str, folder: Path) -> None:
        self.version = version
        self._folder = folder
        self._roots: dict[tuple[str, str], Definition | None] = {}

    def serves(self, api_version: str, kind: str) -> bool:
        """Whether this version has objects of a kind."""
        return self._root(api_version, kind) is not None

    def schema(self, api_version: str, kind: str) -> Schema | None:
        """The JSON schema of a kind with all that it refers to, None for a kind that is unknown."""
        root = self._root(api_version, kind)
        return root and {**root.schema, "$defs": self._closure(root.references)}

    def object_meta(self) -> Mapping[str, Schema]:
        """The definitions behind `metadata`, which custom objects have too; the first is it."""
        return self._closure((OBJECT_META,))

    @cached_property
    def kinds(self) -> Mapping[str, frozenset[str]]:
        """Every kind of object by apiVersion. Goes through all definitions, which takes 10 ms."""
        found: dict[str, set[str]] = {}
        for text in self._texts.values():
            if b'"x-kubernetes-group-version-kind"' in text and b".meta.v1.ObjectMeta" in text:
                for entry in _decoded(text)["x-kubernetes-group-version-kind"]:
                    api_version = f"{entry['group']}/{entry['version']}".removeprefix("/")
                    found.setdefault(api_version, set()).add(entry["kind"])
        return {api_version: frozenset(kinds) for api_version, kinds in sorted(found.items())}

    def load(self) -> None:
        """Read the definitions, which the first schema needs, ahead of time."""
        _ = self._texts

    @cached_property
    def _texts(self) -> Mapping[str, bytes]:
        """The text of each definition by name; what follows a definition is never looked at."""
        data = (self._folder / "_definitions.json").read_bytes()
        if not data.startswith(_LAYOUT):
            whole = json.loads(data)["$defs"]
            return {name: json.dumps(value).encode() for name, value in whole.items()}
        return {
            name.decode(): text
            for part in data.split(b'\n    "')[1:]
            for name, _, text in (part.partition(b'": '),)
        }

    def _closure(self, references: tuple[str, ...]) -> dict[str, Schema]:
        """The named definitions and all that they refer to."""
        found: dict[str, Schema] = {}
        todo = list(references)
        while todo:
            name = todo.pop()
            if name not in found:
                definition, more = _definition(name, self._texts[name])
                found[name] = nested(definition)
                todo.extend(more)
        if LENIENT in found:
            found[f"{LENIENT}.lenient"] = lenient(found[LENIENT])
        return found

    def _root(self, api_version: str, kind: str) -> Definition | None:
        key = (api_version, kind)
        if key not in self._roots:
            self._roots[key] = self._read(api_version, kind)
        return self._roots[key]

    def _read(self, api_version: str, kind: str) -> Definition | None:
        """The file of a kind. Its name has only the first label of the group, so look inside."""
        parts = _API_VERSION.match(api_version)
        if not parts or not _KIND.match(kind):
            return None
        group, version = parts.groups()
        group = _RENAMED.get(group, group)
        name = "-".join(filter(None, (kind.lower(), group, version)))
        try:
            text = (self._folder / f"{name}.json").read_bytes()
        except FileNotFoundError:
            return None
        definition = _definition(f"{group or 'core'}.{version}.{kind}", text)
        identity = [definition.schema["properties"].get(f, {}) for f in ("apiVersion", "kind")]
        if [field.get("enum") for field in identity] != [[api_version], [kind]]:
            return None
        return definition


@cache
def _folders() -> Mapping[str, Path]:
    """The folder of each version, oldest first."""
    package = PathFinder.find_spec("kubernetes_validate")
    if package is None or not package.submodule_search_locations:
        raise UnknownVersion("kubernetes-validate is not installed; install requirements.lock")
    home = Path(next(iter(package.submodule_search_locations)), "kubernetes-json-schema")
    found = [(match, path) for path in home.iterdir() if (match := _FOLDER.match(path.name))]
    found.sort(key=lambda pair: (int(pair[0][1]), int(pair[0][2])))
    return {f"{match[1]}.{match[2]}": path for match, path in found}


@cache
def _definition(name: str, text: bytes) -> Definition:
    """A definition by its text: most are the same in neighbouring versions, and parsed once."""
    references = tuple({match.decode(): None for match in _REFERENCE.findall(text)})
    return Definition(corrected(".".join(name.rsplit(".", 3)[-3:]), _decoded(text)), references)


def _decoded(text: bytes) -> dict[str, Any]:
    value: dict[str, Any] = _DECODER.raw_decode(text.decode())[0]
    return value
