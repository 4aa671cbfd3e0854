"""Patches of a kustomization: `patches`, `patchesStrategicMerge` and `patchesJson6902`."""

from typing import NamedTuple

from tools.source.place import Place, SourceError
from tools.trace.application import Application, Patch, Target
from tools.trace.equality import same
from tools.trace.jsonpatch import CannotPatch, Step, apply_steps, steps
from tools.trace.layer import CannotReplay, Layer, Text, record
from tools.trace.objects import Object
from tools.trace.selector import CannotSelect, Selector, target_of
from tools.trace.strategic import CannotMerge, apply_patch, normalize
from tools.trace.value import List, Map, Scalar, Value, copy, place_of, plain

Objects = list[Object]


class _Options(NamedTuple):
    """Whether labels and annotations of the patch are read as texts, and what it may change."""

    as_texts: bool
    rename: bool = False
    change_kind: bool = False


def apply_patches(layer: Layer, objects: Objects) -> Objects:
    """Apply the `patches` of a kustomization in order; the objects that are left."""
    for entry in layer.maps("patches"):
        objects = apply_entry(layer, "patches", entry, objects)
    return objects


def apply_json_patches(layer: Layer, objects: Objects) -> Objects:
    """Apply the `patchesJson6902` of a kustomization."""
    for entry in layer.maps("patchesJson6902"):
        objects = apply_entry(layer, "patchesJson6902", entry, objects)
    return objects


def apply_merge_patches(layer: Layer, objects: Objects) -> Objects:
    """Apply the `patchesStrategicMerge` of a kustomization."""
    for entry in layer.entries("patchesStrategicMerge"):
        if isinstance(entry, Scalar):
            run = _Run(layer, "patchesStrategicMerge", entry, objects, _Options(True))
            objects = run.result(entry if _is_inline(entry) else None, entry.text, None)
    return objects


def apply_entry(layer: Layer, field: str, entry: Map, objects: Objects) -> Objects:
    """Apply one entry with `patch` or `path`, and perhaps `target` and `options`."""
    target = entry.get("target")
    options = _Options(
        target is not None, _is_true(entry, "allowNameChange"), _is_true(entry, "allowKindChange")
    )
    run = _Run(layer, field, entry, objects, options)
    inline = entry.get("patch") or entry.get("jsonOp")
    return run.result(
        inline if isinstance(inline, Scalar) and inline.text else None,
        entry.text("path"),
        target if isinstance(target, Map) else None,
    )


def _is_true(entry: Map, option: str) -> bool:
    found = entry.get("options", option)
    return isinstance(found, Scalar) and found.value is True


def _is_inline(entry: Scalar) -> bool:
    return "\n" in entry.text or ": " in entry.text


class _Run:
    """One entry on the objects of a kustomization."""

    def __init__(
        self,
        layer: Layer,
        field: str,
        entry: Value,
        objects: Objects,
        options: _Options,
    ) -> None:
        self.layer = layer
        self.field = field
        self.entry = entry
        self.objects = objects
        self.as_texts, self.rename, self.change_kind = options

    def result(self, inline: Scalar | None, path: str, target: Map | None) -> Objects:
        """The objects after the entry; those of an entry that cannot be followed are unchanged."""
        application = self._application(0)
        self.layer.begin()
        try:
            text = self.layer.inline(inline) if inline else self.layer.named(path)
            merges = text.values("patch")
            lists = text.values("patch", as_resource=False)
            for number, (merge, operations) in enumerate(zip(merges, lists, strict=True)):
                application = self._application(number)
                if isinstance(merge, Map):
                    self._merge(text, merge, target, application)
                elif isinstance(operations, List):
                    self._json(text, operations, target, application)
        except (SourceError, CannotReplay, CannotSelect, CannotMerge, CannotPatch) as error:
            application.unknown = str(error)
        return self.objects

    def _application(self, number: int) -> Application:
        return self.layer.log.entry(self.layer, "patch", self.field, self.entry, number)

    def _json(self, text: Text, data: List, target: Map | None, application: Application) -> None:
        if target is None:
            raise CannotReplay("a JSON 6902 patch needs a target")
        operations = steps(data, text.place)
        described = target_of(target, text.place)
        selected = Selector(described).select(self.objects)
        changed = False
        for obj in selected:
            changed |= self._json_one(obj, operations)
        described_steps = tuple(step.described() for step in operations)
        place = place_of(data) or text.place
        patch = Patch(text.file, text.inline, place, described, described_steps)
        record(application, selected, changed, patch)

    def _json_one(self, obj: Object, operations: list[Step]) -> bool:
        if self.field != "patchesJson6902":
            obj.remember_id()
        before = copy(obj.root)
        apply_steps(obj, operations)
        return not same(before, obj.root)

    def _merge(self, text: Text, patch: Map, target: Map | None, application: Application) -> None:
        place = place_of(patch) or text.place
        described = _identity(patch, place) if target is None else target_of(target, place)
        found = Patch(text.file, text.inline, place, described, merge=plain(patch))
        if self.as_texts:
            normalize(patch)
        if target is None:
            selected = self._named_by(patch)
        else:
            selected = Selector(described).select(self.objects)
        changed = False
        for obj in selected:
            changed |= self._merge_one(obj, patch, last=obj is selected[-1])
        record(application, selected, changed, found)

    def _merge_one(self, obj: Object, patch: Map, *, last: bool) -> bool:
        if self.rename or self.change_kind:
            obj.annotate()
        before = copy(obj.root)
        mine = patch if last else copy(patch)
        assert isinstance(mine, Map)
        if not apply_patch(
            obj, mine, self.layer.schemas, rename=self.rename, change_kind=self.change_kind
        ):
            self.objects = [one for one in self.objects if one is not obj]
            return True
        return not same(before, obj.root)

    def _named_by(self, patch: Map) -> Objects:
        """The object that has the identity of the patch, now or before."""
        wanted = Object(patch).id
        return [obj for obj in self.objects if obj.is_called(wanted)]


def _identity(patch: Map, place: Place) -> Target:
    found = Object(patch).id
    return Target(place, found.group, found.version, found.kind, found.name, found.namespace)
