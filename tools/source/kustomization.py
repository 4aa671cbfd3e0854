"""A kustomization file: its fields, and everything in it that names a file or folder.

Fields: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/ and
`api/types/kustomization.go` of Kustomize 5.8.1, whose decoder ignores the case of keys.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tools.source.document import Document, scalar
from tools.source.place import FieldPath, Place, SourceError
from tools.source.repository import Repository

FIELDS = (
    "apiVersion", "kind", "metadata", "openapi", "namePrefix", "nameSuffix", "namespace",
    "commonLabels", "labels", "commonAnnotations", "patchesStrategicMerge", "patchesJson6902",
    "patches", "images", "imageTags", "replacements", "replicas", "vars", "sortOptions",
    "resources", "components", "crds", "bases", "configMapGenerator", "secretGenerator",
    "helmGlobals", "helmCharts", "helmChartInflationGenerator", "generatorOptions",
    "configurations", "generators", "transformers", "validators", "buildMetadata",
)  # fmt: skip
"""The top-level fields of a Kustomization in Kustomize 5.8.1."""

_CANONICAL = {field.lower(): field for field in FIELDS}


def canonical(key: str) -> str:
    """The name of a field, however its key is spelled."""
    return _CANONICAL.get(key.lower(), key)


class Names(Enum):
    """What a reference may name."""

    FOLDER_OR_FILE = "a folder with a kustomization or a file"
    FOLDER = "a folder with a kustomization"
    FILE = "a file"
    PLUGIN = "a folder, a file or inline YAML that configures a plugin"
    PATCH = "a file or an inline patch"


class Reference(NamedTuple):
    """One entry of a kustomization that names something on disk (or elsewhere)."""

    field: str
    path: FieldPath
    value: str
    names: Names
    place: Place

    @property
    def is_inline(self) -> bool:
        """Whether the entry is YAML text instead of a name."""
        may_be = self.names in (Names.PLUGIN, Names.PATCH)
        return may_be and ("\n" in self.value or ": " in self.value)


class Kustomization:
    """A kustomization file, read-only; `folder` is "" at the repository root."""

    def __init__(self, file: str, document: Document) -> None:
        self.file = file
        self.folder = file.rpartition("/")[0]
        self.document = document
        self.fields: Mapping[str, Any] = {
            canonical(key): value for key, value in document.data.items()
        }
        self.references = tuple(_references(file, document.node))

    @property
    def is_component(self) -> bool:
        return self.fields.get("kind") == "Component"

    def entries(self, field: str) -> list[Any]:
        """The list of a field, [] if it is absent or not a list."""
        value = self.fields.get(field)
        return value if isinstance(value, list) else []

    def place(self, *path: str | int) -> Place:
        """Where a field stands (its nearest existing parent if it does not)."""
        if path and path not in self.document.parts:
            for key in self.document.data:
                if key.lower() == str(path[0]).lower():
                    path = (key, *path[1:])
        return self.document.nearest(path)[1]


def read_kustomization(repository: Repository, file: str) -> Kustomization:
    """Read a kustomization file. Raises SourceError if it is not one YAML map."""
    documents = repository.documents(file)
    if not documents:
        raise SourceError("the kustomization is empty; list its resources", Place(file, 1, 1))
    if len(documents) > 1:
        place = documents[1].nearest(())[1]
        raise SourceError("a kustomization file holds one YAML document; this is a second", place)
    if not isinstance(documents[0].data, dict):
        raise SourceError("a kustomization is a map of fields", Place(file, 1, 1))
    return Kustomization(file, documents[0])


_LISTS = {
    "resources": Names.FOLDER_OR_FILE,
    "bases": Names.FOLDER,
    "components": Names.FOLDER,
    "crds": Names.FILE,
    "configurations": Names.FILE,
    "generators": Names.PLUGIN,
    "transformers": Names.PLUGIN,
    "validators": Names.PLUGIN,
    "patchesstrategicmerge": Names.PATCH,
}
_PATHS_IN = frozenset({"patches", "patchesjson6902", "replacements"})
_GENERATORS = frozenset({"configmapgenerator", "secretgenerator"})


def _references(file: str, node: Node) -> Iterator[Reference]:
    """Every reference, read from the nodes so that a duplicate key hides none."""
    for field, path, value in _pairs(node, ()):
        for names, child_path, child in _named(field.lower(), path, value):
            for scalar_path, text, place in _scalars(file, child_path, child):
                is_file = field.lower() in _GENERATORS and "files" in child_path
                name = text.rpartition("=")[2] if is_file else text
                yield Reference(field, scalar_path, name, names, place)


_BELOW = {
    **dict.fromkeys(_PATHS_IN, ("path",)),
    **dict.fromkeys(_GENERATORS, ("files", "envs", "env")),
}


def _named(field: str, path: FieldPath, value: Node) -> Iterator[tuple[Names, FieldPath, Node]]:
    """The parts of a field that hold references, and what these may name."""
    if field in _LISTS:
        yield _LISTS[field], path, value
        return
    if field == "openapi":
        found = [pair for pair in _pairs(value, path) if pair[0].lower() == "path"]
    else:
        found = list(_below(path, value, _BELOW.get(field, ())))
    for _, child_path, child in found:
        yield Names.FILE, child_path, child


def _below(
    path: FieldPath, node: Node, keys: tuple[str, ...]
) -> Iterator[tuple[str, FieldPath, Node]]:
    """The fields with these names in each map of a list."""
    for index, item in enumerate(node.value if isinstance(node, SequenceNode) else ()):
        for found in _pairs(item, (*path, index)):
            if found[0].lower() in keys:
                yield found


def _scalars(file: str, path: FieldPath, node: Node) -> Iterator[tuple[FieldPath, str, Place]]:
    """The texts of a scalar or of a list of scalars; Kustomize reads null in a list as no text."""
    if isinstance(node, ScalarNode) and scalar(node) is not None:
        place = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
        yield path, str(scalar(node)), place
    elif isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            if isinstance(child, ScalarNode):
                text = "" if scalar(child) is None else str(scalar(child))
                place = Place(file, child.start_mark.line + 1, child.start_mark.column + 1)
                yield (*path, index), text, place


def _pairs(node: Node, path: FieldPath) -> Iterator[tuple[str, FieldPath, Node]]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield str(key.value), (*path, str(key.value)), value
