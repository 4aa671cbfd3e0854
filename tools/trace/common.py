"""Where a kustomization could give many objects what they all lack: `namespace`, `labels`."""

from collections.abc import Iterable, Sequence

from tools.source.place import FieldPath, Place
from tools.source.tree import Tree
from tools.trace.objects import Object
from tools.trace.value import Map, Scalar, Value

_LABELS = ("metadata", "labels")
_FEW = 2
"""So many objects lack the same thing before it is taken for the kustomization's to set."""


class Wanting:
    """An object that lacks something, among all objects of its target."""

    def __init__(self, tree: Tree, objects: Sequence[Object], obj: Object) -> None:
        self.tree = tree
        self.objects = objects
        self.obj = obj

    def place(self, path: FieldPath, field: str) -> Place | None:
        """The place in a kustomization for what is missing at a path of the object.

        `field` is what sets it there: `namespace`, `labels`, or `resources` for another object that
        is missing beside this one. None where the object's own manifest is the place.
        """
        keys = tuple(map(str, path))
        holder = self.obj.root.get(*keys[:-1])
        if isinstance(holder, Map) and keys[-1] in (holder.removed or {}):
            return None
        if field == "resources":
            return self._place(self.obj.folders[0], field) if self.obj.folders else None
        if field == "labels":
            found = self._without_templates(keys) or self._pairs(keys)
            if found is not None:
                return found
        for folder in reversed(self.obj.folders):
            alike = [obj for obj in self.objects if folder in obj.folders]
            if len(alike) >= _FEW and not _any_has(alike, keys):
                return self._place(folder, field)
        return None

    def _place(self, folder: str, field: str) -> Place | None:
        kustomization = self.tree.kustomizations.get(folder)
        return kustomization.place(field) if kustomization else None

    def _without_templates(self, keys: tuple[str, ...]) -> Place | None:
        """The entry that labels the object, but not its pod template."""
        above = self.obj.root.get(*_LABELS, keys[-1])
        if keys[:-1] == _LABELS or above is None or not _is_common(above):
            return None
        return self._entry_of(above, "includeTemplates")

    def _pairs(self, keys: tuple[str, ...]) -> Place | None:
        """The pairs of the last entry that labels the object, if nothing it labels has the key."""
        labels = self.obj.root.get(*keys[:-1])
        fields = labels.fields.values() if isinstance(labels, Map) else ()
        given = [label for label in fields if _is_common(label)]
        if not given:
            return None
        last = max(given, key=_turn)
        alike = [obj for obj in self.objects if _holds(obj, last)]
        return None if _any_has(alike, keys) else self._entry_of(last, "pairs")

    def _entry_of(self, label: Value, field: str) -> Place | None:
        """The place of a field of the entry of `labels` that sets a label."""
        file = label.source.file if label.source else None
        for kustomization in self.tree.kustomizations.values():
            parts = kustomization.document.parts if kustomization.file == file else {}
            for path, part in parts.items():
                if part.value is label.node:
                    entry = path[:2] if "pairs" in path else path[:1]
                    return kustomization.document.nearest((*entry, field))[1]
        return None


def _is_common(value: Value) -> bool:
    """Whether a label stands in a kustomization, for every object."""
    return value.source is not None and value.source.layer == "labels"


def _turn(value: Value) -> int:
    return value.source.turn if value.source else 0


def _holds(obj: Object, label: Value) -> bool:
    """Whether the same entry labels an object."""
    labels = obj.root.get(*_LABELS)
    return isinstance(labels, Map) and any(v.node is label.node for v in labels.fields.values())


def _any_has(objects: Iterable[Object], keys: tuple[str, ...]) -> bool:
    found = (obj.root.get(*keys) for obj in objects)
    return any(isinstance(value, Scalar) and value.text for value in found)
