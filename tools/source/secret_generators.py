"""What kustomizations make Secrets from: literals, and files beside the manifests.

https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/secretgenerator/
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.source.place import Place
from tools.source.plugins import plugins
from tools.source.repository import join
from tools.source.tree import Tree


class Literals(NamedTuple):
    """The values that a generator states itself."""

    name: str
    values: Mapping[str, str]
    place: Place


class FromFile(NamedTuple):
    """A file, relative to the repository, that a generator reads values from."""

    name: str
    file: str
    place: Place


def secret_sources(tree: Tree) -> Iterator[Literals | FromFile]:
    """What the generators of a tree, builtin plugins included, make Secrets from."""
    for kustomization in tree.kustomizations.values():
        for index, entry in enumerate(kustomization.entries("secretGenerator")):
            yield from _literals(entry, kustomization.place("secretGenerator", index, "literals"))
    for file, reference in tree.uses:
        if reference.field.lower() == "secretgenerator":
            entry = tree.repository.documents(reference.place.file)[0].data
            for part in reference.path[:2]:
                entry = entry[part]
            yield FromFile(_name(entry), file, reference.place)
    yield from _of_plugins(tree)


def _of_plugins(tree: Tree) -> Iterator[Literals | FromFile]:
    for plugin in plugins(tree):
        if isinstance(plugin.data, dict) and plugin.data.get("kind") == "SecretGenerator":
            yield from _literals(plugin.data, plugin.place("literals"))
            folder = plugin.place().file.rpartition("/")[0]
            for field, entry in _files(plugin.data):
                file = join(folder, entry.rpartition("=")[2])
                yield FromFile(_name(plugin.data), file, plugin.place(field))


def _literals(entry: Any, place: Place) -> Iterator[Literals]:
    given = entry.get("literals") if isinstance(entry, dict) else None
    if isinstance(given, list):
        pairs = (item.partition("=") for item in given if isinstance(item, str))
        values = {key: value.strip("\"'") for key, _, value in pairs}
        yield Literals(_name(entry), values, place)


def _files(plugin: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("files", "envs", "env"):
        given = plugin.get(field)
        for entry in given if isinstance(given, list) else [given]:
            if isinstance(entry, str) and entry:
                yield field, entry


def _name(entry: Any) -> str:
    """The name of a generator: its own, or that of a plugin's metadata."""
    if not isinstance(entry, dict):
        return ""
    metadata = entry.get("metadata")
    inner = metadata.get("name") if isinstance(metadata, dict) else None
    return str(entry.get("name") or inner or "")
