"""Where a kustomization could give many objects what they all lack: `namespace`, `labels`."""

from collections.abc import Sequence
from functools import cache

from yaml.nodes import Node

from tools.source.place import FieldPath, Place
from tools.source.tree import Tree
from tools.trace.objects import Object
from tools.trace.value import Map, Scalar, Value

_LABELS = ("metadata", "labels")
_FEW = 2
"""So many objects lack the same thing before it is taken for the kustomization's to set."""

Keys = tuple[str, ...]


class Common:
    """What the objects of one target have in common, and which kustomization says so."""

    def __init__(self, tree: Tree, objects: Sequence[Object]) -> None:
        self._tree = tree
        self._objects = objects
        # Thousands of objects may lack the same label.
        self._all_lack = cache(self._all_lack_in)
        self._labelled_lack = cache(self._all_labelled_lack)
        self._entry = cache(self._entry_of)

    def place(self, obj: Object, path: FieldPath, field: str) -> Place | None:
        """The place in a kustomization for what an object lacks at a path.

        `field` is what sets it there: `namespace`, `labels`, or `resources` for another object that
        is missing beside this one. None where the object's own manifest is the place, or a patch.
        """
        if field == "resources":
            return self._place(obj.folders[0], field) if obj.folders else None
        keys = tuple(map(str, path))
        holder = obj.root.get(*keys[:-1])
        if isinstance(holder, Map) and keys[-1] in (holder.removed or {}):
            return None
        if field == "labels":
            found = self._without_templates(obj, keys) or self._pairs(holder, keys)
            if found is not None:
                return found
        folders = reversed(obj.folders)
        return next((self._place(f, field) for f in folders if self._all_lack(f, keys)), None)

    def _place(self, folder: str, field: str) -> Place | None:
        kustomization = self._tree.kustomizations.get(folder)
        return kustomization.place(field) if kustomization else None

    def _all_lack_in(self, folder: str, keys: Keys) -> bool:
        """Whether several objects came through a kustomization, and all of them lack something."""
        alike = [obj for obj in self._objects if folder in obj.folders]
        return len(alike) >= _FEW and not any(_has(obj, keys) for obj in alike)

    def _without_templates(self, obj: Object, keys: Keys) -> Place | None:
        """The entry that labels the object, but not its pod template."""
        above = obj.root.get(*_LABELS, keys[-1])
        if keys[:-1] == _LABELS or above is None or not _is_common(above):
            return None
        return self._entry(above.node, "includeTemplates")

    def _pairs(self, labels: Value | None, keys: Keys) -> Place | None:
        """The pairs of the last entry that labels the object, if nothing it labels has the key."""
        fields = labels.fields.values() if isinstance(labels, Map) else ()
        last = max(filter(_is_common, fields), key=_turn, default=None)
        if last is None or not self._labelled_lack(last.node, keys):
            return None
        return self._entry(last.node, "pairs")

    def _all_labelled_lack(self, pair: Node, keys: Keys) -> bool:
        alike = (obj for obj in self._objects if _is_labelled(obj, pair))
        return not any(_has(obj, keys) for obj in alike)

    def _entry_of(self, pair: Node, field: str) -> Place | None:
        """The place of a field of the entry that has a pair."""
        for kustomization in self._tree.kustomizations.values():
            for path, part in kustomization.document.parts.items():
                if part.value is pair:
                    entry = path[:2] if "pairs" in path else path[:1]
                    return kustomization.document.nearest((*entry, field))[1]
        return None


def _is_common(value: Value) -> bool:
    """Whether a label stands in a kustomization, for every object."""
    return value.source is not None and value.source.layer == "labels"


def _turn(value: Value) -> int:
    return value.source.turn if value.source else 0


def _is_labelled(obj: Object, pair: Node) -> bool:
    labels = obj.root.get(*_LABELS)
    return isinstance(labels, Map) and any(v.node is pair for v in labels.fields.values())


def _has(obj: Object, keys: Keys) -> bool:
    value = obj.root.get(*keys)
    return isinstance(value, Scalar) and bool(value.text)
