"""An object while it is replayed: its data, its identity, and what Kustomize notes about it."""

from typing import Any, NamedTuple

from tools.trace.origin import Source
from tools.trace.scope import is_cluster_scoped
from tools.trace.value import List, Map, Scalar, Value

NOT_A_NAMESPACE = "_non_namespaceable_"
"""What Kustomize writes for the namespace of a cluster-scoped object (`kyaml/resid`)."""

BY_KUSTOMIZE = Source(None, "resource", reason="Kustomize itself adds this field")


class Id(NamedTuple):
    """What an object is, or was, called (`ResId` of Kustomize)."""

    group: str
    version: str
    kind: str
    name: str
    namespace: str
    cluster: bool = False

    @property
    def effective_namespace(self) -> str:
        if self.cluster:
            return NOT_A_NAMESPACE
        return self.namespace or "default"

    def equals(self, other: "Id") -> bool:
        """Whether both name the same object; an absent namespace is `default`."""
        return self[:4] == other[:4] and self.effective_namespace == other.effective_namespace


class Object:
    """One object. `root` is its data; the identity is cached and renewed by `refresh`.

    `previous` are former identities, oldest first; `folders` those of the kustomizations that it
    came through, the one that lists or generates it first; `hashed` says that its name gets the
    hash of its content; `annotated` that Kustomize has kept notes in its annotations, which makes
    `metadata.annotations` exist while the build runs; `number` is its place among those that the
    kustomizations list, before they are sorted.
    """

    __slots__ = (
        "annotated", "behavior", "folders", "group", "hashed", "kind", "name", "namespace",
        "number", "prefixes", "previous", "root", "suffixes", "vars", "version",
    )  # fmt: skip

    def __init__(self, root: Map) -> None:
        self.root = root
        self.previous: list[Id] = []
        self.prefixes: tuple[str, ...] = ()
        self.suffixes: tuple[str, ...] = ()
        self.hashed = False
        self.annotated = False
        self.behavior = ""
        self.vars: tuple[str, ...] = ()
        self.folders: tuple[str, ...] = ()
        self.number = 0
        self.refresh()

    def refresh(self) -> None:
        """Read the identity anew after the data changed."""
        fields = self.root.fields
        group, slash, version = _text(fields, "apiVersion").partition("/")
        self.group, self.version = (group, version) if slash else ("", group)
        self.kind = _text(fields, "kind")
        metadata = fields.get("metadata")
        named = metadata.fields if isinstance(metadata, Map) else {}
        self.name = _text(named, "name")
        self.namespace = _text(named, "namespace")

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def id(self) -> Id:
        """What the object is called now."""
        cluster = is_cluster_scoped(self.api_version, self.kind)
        return Id(self.group, self.version, self.kind, self.name, self.namespace, cluster)

    @property
    def original(self) -> Id:
        """What the object was called first."""
        return self.previous_ids[0] if self.previous else self.id

    @property
    def previous_ids(self) -> list[Id]:
        """Former identities, under the group and version of today."""
        return [Id(self.group, self.version, *old[2:]) for old in self.previous]

    @property
    def ids(self) -> list[Id]:
        """Former identities and that of today."""
        return [*self.previous_ids, self.id]

    def is_called(self, wanted: Id) -> bool:
        """Whether this is, or was, its identity."""
        if self.name != wanted.name and all(old.name != wanted.name for old in self.previous):
            return False
        return any(map(wanted.equals, self.ids))

    def remember_id(self) -> None:
        """Keep the identity of now among the former ones (`StorePreviousId`)."""
        now = self.id
        self.previous.append(now._replace(namespace=now.effective_namespace, cluster=False))
        self.annotate()

    def annotate(self) -> None:
        """Make `metadata.annotations` exist, as Kustomize does to keep its notes there."""
        if self.annotated:
            return
        self.annotated = True
        metadata = self.metadata
        found = metadata.fields.get("annotations")
        if not isinstance(found, Map) or not found.fields:
            metadata.fields["annotations"] = Map(BY_KUSTOMIZE, None, None, {})

    def forget(self) -> None:
        """Lose all notes: a patch has replaced or deleted the annotations that held them."""
        self.annotated = self.hashed = False
        self.previous, self.prefixes, self.suffixes, self.behavior = [], (), (), ""

    @property
    def metadata(self) -> Map:
        found = self.root.fields.get("metadata")
        if not isinstance(found, Map):
            found = self.root.fields["metadata"] = Map(BY_KUSTOMIZE, None, None, {})
        return found

    def labels(self) -> dict[str, str]:
        """metadata.labels as texts."""
        return texts(self.root.get("metadata", "labels"))

    def annotations(self) -> dict[str, str]:
        """metadata.annotations as texts."""
        return texts(self.root.get("metadata", "annotations"))

    def finish(self) -> None:
        """What Kustomize does last: annotations become texts, and an empty map of them goes."""
        metadata = self.root.fields.get("metadata")
        if not isinstance(metadata, Map):
            return
        found = metadata.fields.get("annotations")
        if found is None:
            return
        if isinstance(found, Map) and found.fields:
            as_texts(found)
        else:
            del metadata.fields["annotations"]


def _text(fields: dict[str, Value], key: str) -> str:
    found = fields.get(key)
    return found.text if isinstance(found, Scalar) and not found.is_null else ""


def texts(value: Value | None) -> dict[str, str]:
    """A map as keys and texts; what is no scalar is an empty text."""
    if not isinstance(value, Map):
        return {}
    return {k: v.text if isinstance(v, Scalar) else "" for k, v in value.fields.items()}


def as_texts(found: Map) -> None:
    """Turn every value of a map into a string, in place."""
    for key, value in found.fields.items():
        if not isinstance(value, Scalar):
            found.fields[key] = Scalar(
                value.source or BY_KUSTOMIZE, value.key, value.node, None, ""
            )
        elif not isinstance(value.value, str):
            made = value.text
            found.fields[key] = Scalar(value.source, value.key, value.node, value.previous, made)


def set_field(parent: Map, name: str, value: Scalar) -> bool:
    """Set a scalar in a map, recorded over what stood there; say whether that changed anything.

    Where nothing stood, `value` itself is put there.
    """
    old = parent.fields.get(name)
    if isinstance(old, Scalar) and old is not value:
        return _replace(old, value)
    put_into(parent, name, value)
    return old is not value


def put_into(parent: Map, name: str, value: Value) -> None:
    """Put a value into a map. The first one in a map that Kustomize made is what a person would
    call the place of the map.
    """
    parent.fields[name] = value
    if parent.node is None and (parent.source is None or parent.source.file is None):
        parent.source, parent.key, parent.node = value.source, None, value.node


def _replace(old: Scalar, value: Scalar) -> bool:
    changed = old.is_null or not _alike(old.value, value.value)
    old.become(value.after(old))
    return changed


def _alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def create_map(parent: Map, name: str) -> Map | None:
    """The map at a key, made if it is missing or null; None if something else stands there."""
    found = parent.fields.get(name)
    if isinstance(found, Map):
        return found
    if found is None or (isinstance(found, Scalar) and found.is_null):
        made = parent.fields[name] = Map(BY_KUSTOMIZE, found.key if found else None, None, {})
        return made
    return None


def is_empty(value: Value | None) -> bool:
    """Whether a value is missing, null, or a map or list without content."""
    if value is None:
        return True
    if isinstance(value, Scalar):
        return value.is_null
    if isinstance(value, List):
        return not value.items
    return not value.fields
