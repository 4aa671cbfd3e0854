"""Schemas in files: those that come with the gate, and those of folders in `policies.yaml`.

A file is found by its name, as the collections of CRD schemas name theirs:
`<group>/<kind>_<version>.json`, `<kind>-<group>-<version>.json` with the whole group or its first
label, all in lower case; or it is YAML that holds the CustomResourceDefinition itself.
"""

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tools.kubernetes.crds import Custom, custom_kinds
from tools.kubernetes.deprecations import numbers
from tools.kubernetes.shape import UnusableSchema
from tools.source.place import SourceError
from tools.source.repository import Repository, join
from tools.source.targets import yaml_files

BUNDLED = Path(__file__).parent / "schemas"
"""One folder for each release of a product: `argo-cd-3.2.11`."""


class Found(NamedTuple):
    """A schema and where it comes from, in words."""

    schema: Mapping[str, Any]
    origin: str


class Kind(NamedTuple):
    """A custom kind in one of its versions."""

    group: str
    version: str
    name: str

    @property
    def files(self) -> Iterator[str]:
        """The names that a file with its schema may have."""
        kind = self.name.lower()
        yield f"{self.group}/{kind}_{self.version}.json"
        yield f"{kind}-{self.group}-{self.version}.json"
        yield f"{kind}-{self.group.partition('.')[0]}-{self.version}.json"


def bundled(kind: Kind, argocd: str) -> Found | None:
    """The schema that comes with the gate, of the Argo CD version that is declared."""
    for release in _releases(argocd):
        file = BUNDLED / release / next(kind.files)
        if file.is_file():
            schema = json.loads(file.read_bytes())
            return Found(schema, schema["$comment"])
    return None


def in_folder(repository: Repository, folder: str, kind: Kind) -> Found | None:
    """The schema that a folder of the repository has for a kind.

    Raises UnusableSchema for a file that has the right name and cannot be read as a schema.
    """
    for name in kind.files:
        file = join(folder, name)
        if repository.is_file(file):
            return Found(_json(repository, file), file)
    for file in yaml_files(repository, folder):
        if not file.endswith(".json"):
            for custom in _definitions(repository, file, kind):
                if (custom.group, custom.version, custom.kind) == kind:
                    return Found(custom.schema, file)
    return None


def _json(repository: Repository, file: str) -> Mapping[str, Any]:
    try:
        schema = json.loads(repository.text(file))
    except SourceError as error:
        raise UnusableSchema(f"{file} {error.sentence}") from error
    except (ValueError, RecursionError) as error:
        raise UnusableSchema(f"{file} is not valid JSON: {error}") from error
    if not isinstance(schema, dict):
        raise UnusableSchema(f"{file} holds no JSON schema, which is a map")
    return schema


def _definitions(repository: Repository, file: str, kind: Kind) -> Iterator[Custom]:
    """The custom kinds of a file that mentions the kind; reading YAML takes long."""
    try:
        text = repository.text(file)
        if "CustomResourceDefinition" in text and kind.name in text and kind.group in text:
            for document in repository.documents(file):
                if isinstance(document.data, dict):
                    yield from custom_kinds(document.data)
    except SourceError as error:
        raise UnusableSchema(f"{file} {error.sentence}") from error


@cache
def _releases(argocd: str) -> tuple[str, ...]:
    """The folder of each product.

    Of Argo CD's it is the oldest that is not older than declared, or the newest: what came in
    between two of them may be there in the declared version.
    """
    products: dict[str, list[str]] = {}
    for name in sorted(os.listdir(BUNDLED), key=lambda name: numbers(name.rpartition("-")[2])):
        products.setdefault(name.rpartition("-")[0], []).append(name)
    limit = numbers(argocd)[:2]
    fitting = [n for n in products["argo-cd"] if numbers(n.rpartition("-")[2])[:2] >= limit]
    products["argo-cd"] = fitting[:1] or products["argo-cd"]
    return tuple(names[-1] for names in products.values())
