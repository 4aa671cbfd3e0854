"""One kustomization while it is replayed: its entries as values with places, and the log."""

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from yaml.nodes import Node

from tools.source.document import scalar
from tools.source.embedded import Position
from tools.source.kustomization import Kustomization
from tools.source.place import Place
from tools.source.repository import Repository, join
from tools.trace.application import Application, Kind, Patch
from tools.trace.merge_keys import Find, schema_of
from tools.trace.objects import Object
from tools.trace.origin import Source, resource_scalar
from tools.trace.value import List, Map, Scalar, Value, place_of, plain, value_of


class CannotReplay(Exception):
    """Something that this replay does not follow; the values it sets remain without a place."""


class Text(NamedTuple):
    """YAML documents that an entry names or holds.

    `file` is where they stand, `inline` says that they are the text of a scalar in it, `place`
    where they begin.
    """

    file: str
    inline: bool
    place: Place
    roots: list[Node]
    position: Position | None = None
    turn: int = 0

    def values(self, layer: str, *, as_resource: bool = True) -> Iterator[Value]:
        """The documents as values. Resources and strategic merge patches are read with other
        rules for scalars than the rest.
        """
        typed = resource_scalar if as_resource else scalar
        source = Source(self.file, layer, typed, self.position).at(self.turn)
        for root in self.roots:
            yield value_of(source, None, root)


class Log:
    """The applications in the order of the build, each entry once; `turns` counts its steps."""

    def __init__(self, turns: Iterator[int] | None = None) -> None:
        self._entries: dict[tuple[object, ...], Application] = {}
        self.turns = turns or count(1)

    def __iter__(self) -> Iterator[Application]:
        return iter(self._entries.values())

    def entry(
        self, layer: "Layer", kind: Kind, field: str, value: Value, number: int = 0
    ) -> Application:
        """The application of an entry; `number` tells those of one entry apart."""
        place = place_of(value) or layer.place
        key = (kind, place, field, number)
        found = self._entries.get(key)
        if found is None:
            found = Application(kind, place, layer.folder, field, plain(value))
            self._entries[key] = found
        return found


def record(
    application: Application, matched: list[Object], changed: bool, patch: Patch | None = None
) -> None:
    """Note what an entry did on one run."""
    application.matched += len(matched)
    application.changed = application.changed or changed
    known = set(map(id, application.objects))
    application.objects += tuple(obj for obj in matched if id(obj) not in known)
    if patch is not None and application.patch is None:
        application.patch = patch


class Layer:
    """The entries of one kustomization, or of a plugin's configuration that stands in for one.

    `root` holds the fields under their canonical names, `file` is where it stands, `folder` what
    the names of files in it are relative to, `schemas` looks up which lists of a kind merge.
    """

    def __init__(self, repository: Repository, folder: str, file: str, root: Map, log: Log) -> None:
        self.repository = repository
        self.folder = folder
        self.file = file
        self.root = root
        self.log = log
        self.place = place_of(root) or Place(file, 1, 1)
        self.schemas: Find = schema_of
        self.turn = 0

    def begin(self) -> None:
        """Begin a step of the build: what is set from now on is set after all that was before."""
        self.turn = next(self.log.turns)
        if self.root.source is not None:
            self.root.source.turn = self.turn

    def with_fields(self, fields: dict[str, Value], log: Log) -> "Layer":
        """A layer in the same place that has only these fields."""
        root = Map(self.root.source, None, self.root.node, fields)
        layer = Layer(self.repository, self.folder, self.file, root, log)
        layer.schemas = self.schemas
        layer.turn = self.turn
        return layer

    def entries(self, field: str) -> list[Value]:
        """The list at a field, [] without one."""
        found = self.root.fields.get(field)
        return found.items if isinstance(found, List) else []

    def maps(self, field: str) -> list[Map]:
        """The maps of the list at a field."""
        return [entry for entry in self.entries(field) if isinstance(entry, Map)]

    def scalar(self, field: str) -> Scalar | None:
        """The scalar at a field, None if it is missing or empty."""
        found = self.root.fields.get(field)
        return found if isinstance(found, Scalar) and found.text and not found.is_null else None

    def named(self, name: str) -> Text:
        """The YAML documents of a file, named relative to the folder of the kustomization.

        Raises SourceError if it cannot be read.
        """
        file = join(self.folder, name)
        roots = [document.node for document in self.repository.documents(file)]
        return Text(file, False, Place(file, 1, 1), roots, turn=self.turn)

    def inline(self, value: Scalar) -> Text:
        """The YAML documents that the text of a scalar holds.

        Raises SourceError if it is no YAML.
        """
        from tools.source.document import parse

        place = place_of(value) or self.place
        file = value.source.file or self.file
        roots = [document.node for document in parse(value.text, file)]
        position = _Within(self.repository, file, value)
        return Text(file, True, place, roots, position, self.turn)


class _Within:
    """Positions inside an embedded text, worked out when the first one is asked for."""

    def __init__(self, repository: Repository, file: str, value: Scalar) -> None:
        self._repository = repository
        self._file = file
        self._value = value
        self._position: Position | None = None

    def __call__(self, line: int, column: int) -> tuple[int, int]:
        if self._position is None:
            self._position = self._worked_out()
        return self._position(line, column)

    def _worked_out(self) -> Position:
        from tools.source.embedded import position_in

        node, outer = self._value.node, self._value.source.position
        if not isinstance(outer, _Within):
            return position_in(node, self._repository.text(self._file))
        inner = position_in(node, outer._value.text)
        return lambda line, column: outer(*inner(line, column))


_ENTRY_FIELDS = (
    "allowKindChange", "allowNameChange", "annotationSelector", "annotations", "apiVersion",
    "behavior", "count", "create", "delimiter", "digest", "disableNameSuffixHash", "env", "envs",
    "fieldPath", "fieldPaths", "fieldref", "fields", "files", "group", "immutable",
    "includeSelectors", "includeTemplates", "index", "kind", "labelSelector", "labels",
    "legacySortOptions", "literals", "name", "namespace", "newName", "newTag", "objref", "options",
    "order", "orderFirst", "orderLast", "pairs", "patch", "path", "reject", "select", "source",
    "sourceValue", "tagSuffix", "target", "targets", "type", "version",
)  # fmt: skip
"""The fields of entries in a kustomization, whose case Kustomize ignores."""
_CANONICAL = {name.lower(): name for name in _ENTRY_FIELDS}
_FREE = frozenset({"pairs", "labels", "annotations"})
"""Fields whose keys are the user's own."""
_STRUCTURED = (
    "images", "imageTags", "labels", "patches", "patchesJson6902", "replacements", "replicas",
    "configMapGenerator", "secretGenerator", "generatorOptions", "sortOptions", "vars",
)  # fmt: skip


def layer_of(repository: Repository, kustomization: Kustomization, log: Log) -> Layer:
    """The entries of a kustomization file, its fields under their canonical names."""
    from tools.source.kustomization import FIELDS

    canonical = {field.lower(): field for field in FIELDS}
    node = kustomization.document.node
    read = Map(Source(kustomization.file, "resource"), None, node)
    fields = {canonical.get(key.lower(), key): value for key, value in read.fields.items()}
    for name in _STRUCTURED:
        if name in fields:
            _rename_keys(fields[name])
    root = Map(read.source, None, node, fields)
    return Layer(repository, kustomization.folder, kustomization.file, root, log)


def _rename_keys(value: Value) -> None:
    """Put fields of entries under their canonical names, at every depth."""
    if isinstance(value, List):
        for item in value.items:
            _rename_keys(item)
    elif isinstance(value, Map):
        fields = value.fields
        for key in [key for key in fields if _CANONICAL.get(key.lower(), key) != key]:
            fields[_CANONICAL[key.lower()]] = fields.pop(key)
        for key, child in fields.items():
            if key not in _FREE:
                _rename_keys(child)
