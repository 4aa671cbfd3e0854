"""Patches of a kustomization: `patches`, `patchesStrategicMerge` and `patchesJson6902`."""

from typing import NamedTuple

from tools.source.place import Place, SourceError
from tools.trace.application import Application, Mistake, Mistaken, Patch, Target
from tools.trace.equality import same
from tools.trace.jsonpatch import Step, apply_steps, nothing_copied, steps
from tools.trace.layer import CannotReplay, Layer, Text, record
from tools.trace.objects import Object
from tools.trace.operations import mistakes_in
from tools.trace.patch_text import PatchText
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
    for entry in layer.entries("patches"):
        if isinstance(entry, Map):
            objects = apply_entry(layer, "patches", entry, objects)
        elif isinstance(entry, Scalar) and entry.is_null:
            layer.log.entry(layer, "patch", "patches", entry).note(_neither(entry, layer.place))
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
            objects = run.result(entry if _is_inline(entry) else None, entry, None)
    return objects


PATCHES = {
    "patchesStrategicMerge": apply_merge_patches,
    "patches": apply_patches,
    "patchesJson6902": apply_json_patches,
}
"""What applies each field of a kustomization that holds patches."""


def apply_entry(layer: Layer, field: str, entry: Map, objects: Objects) -> Objects:
    """Apply one entry with `patch` or `path`, and perhaps `target` and `options`."""
    target = entry.get("target")
    options = _Options(
        target is not None, _is_true(entry, "allowNameChange"), _is_true(entry, "allowKindChange")
    )
    run = _Run(layer, field, entry, objects, options)
    inline = _said(entry.get("patch")) or _said(entry.get("jsonOp"))
    named = _said(entry.get("path"))
    if (inline is None) is (named is None):
        application = layer.log.entry(layer, "patch", field, entry)
        application.note(
            _neither(entry, layer.place) if named is None else _both(named, inline, layer.place)
        )
        return objects
    return run.result(inline, named, target if isinstance(target, Map) else None)


def _said(value: Value | None) -> Scalar | None:
    """A scalar that holds more than space."""
    said = isinstance(value, Scalar) and not value.is_null and value.text.strip()
    return value if isinstance(value, Scalar) and said else None


def _neither(entry: Value, place: Place) -> Mistake:
    sentence = "this entry has neither `path` nor `patch`"
    remedy = "Name the file of the patch with `path:`, or write the patch under `patch: |-`."
    return Mistake(place_of(entry) or place, sentence, remedy)


def _both(named: Scalar, inline: Scalar | None, fallback: Place) -> Mistake:
    place, other = place_of(named) or fallback, None if inline is None else place_of(inline)
    related = ((other, "the patch itself"),) if other else ()
    return Mistake(
        place, "this entry has both `path` and `patch`", "Delete one of the two.", related=related
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
        self.application = self._application(0)

    def result(self, inline: Scalar | None, named: Scalar | None, target: Map | None) -> Objects:
        """The objects after the entry; those of an entry that cannot be followed are unchanged."""
        self.layer.begin()
        try:
            if inline is not None:
                text, raw = self.layer.inline(inline), inline.text
            else:
                assert named is not None
                text = self.layer.named(named.text)
                raw = self.layer.repository.text(text.file)
            entry = place_of(self.entry) or self.layer.place
            patch = PatchText(text, raw, self.field, target is not None, entry)
            self._apply(text, patch, target)
        except (SourceError, CannotReplay) as error:
            self.application.unknown = str(error)
        except Mistaken as error:
            self.application.note(error.mistake)
        return self.objects

    def _apply(self, text: Text, patch: PatchText, target: Map | None) -> None:
        if patch.operations is not None and target is not None:
            self._note_mistakes(text, patch, patch.operations)
            self._json(text, patch.operations, target)
            return
        for number, merge in enumerate(text.values("patch")):
            self.application = self._application(number)
            if isinstance(merge, Map):
                self._merge(text, merge, target)

    def _note_mistakes(self, text: Text, patch: PatchText, operations: List) -> None:
        """What is wrong with the operations, whatever they are applied to."""
        for mistake in mistakes_in(operations, text.place):
            self.application.note(mistake)
        if patch.unread is not None:
            place = place_of(patch.unread) or text.place
            sentence = "Kustomize reads the first document of a JSON 6902 patch only, not this one"
            remedy = "Put all operations into one list."
            self.application.note(Mistake(place, sentence, remedy, stops=False))

    def _application(self, number: int) -> Application:
        return self.layer.log.entry(self.layer, "patch", self.field, self.entry, number)

    def _json(self, text: Text, data: List, target: Map) -> None:
        if any(mistake.stops for mistake in self.application.mistakes):
            return
        operations = steps(data, text.place)
        described = target_of(target, text.place)
        selected = self._select(described, target)
        changed = False
        for obj in selected:
            changed |= self._json_one(obj, operations)
        described_steps = tuple(step.described() for step in operations)
        place = place_of(data) or text.place
        patch = Patch(text.file, text.inline, place, described, described_steps)
        record(self.application, selected, changed, patch)
        for step in operations:
            for mistake in nothing_copied(step):
                self.application.note(mistake)

    def _json_one(self, obj: Object, operations: list[Step]) -> bool:
        if self.field != "patchesJson6902":
            obj.remember_id()
        before = copy(obj.root)
        apply_steps(obj, operations)
        return not same(before, obj.root)

    def _select(self, described: Target, target: Map) -> Objects:
        """The objects that a target selects. Raises Mistaken where it cannot be understood."""
        try:
            return Selector(described).select(self.objects)
        except CannotSelect as error:
            raise Mistaken(error.mistake(target, described.place)) from error

    def _merge(self, text: Text, patch: Map, target: Map | None) -> None:
        place = place_of(patch) or text.place
        described = _identity(patch, place) if target is None else target_of(target, place)
        found = Patch(text.file, text.inline, place, described, merge=plain(patch))
        if self.as_texts:
            normalize(patch)
        selected = self._named_by(patch) if target is None else self._select(described, target)
        changed = False
        for obj in selected:
            changed |= self._merge_one(obj, patch, last=obj is selected[-1])
        record(self.application, selected, changed, found)

    def _merge_one(self, obj: Object, patch: Map, *, last: bool) -> bool:
        if self.rename or self.change_kind:
            obj.annotate()
        before = copy(obj.root)
        mine = patch if last else copy(patch)
        assert isinstance(mine, Map)
        if not self._is_left(obj, mine):
            self.objects = [one for one in self.objects if one is not obj]
            return True
        return not same(before, obj.root)

    def _is_left(self, obj: Object, patch: Map) -> bool:
        """Apply a patch to an object; whether that is there afterwards."""
        try:
            return apply_patch(
                obj, patch, self.layer.schemas, rename=self.rename, change_kind=self.change_kind
            )
        except CannotMerge as error:
            place = None if error.value is None else place_of(error.value)
            sentence = f"this patch does not fit {obj.kind} {obj.name}: {error}"
            remedy = "Write the field as the object has it."
            mistake = Mistake(
                place or place_of(patch) or self.layer.place, sentence, remedy, certain=False
            )
            raise Mistaken(mistake) from error

    def _named_by(self, patch: Map) -> Objects:
        """The object that has the identity of the patch, now or before."""
        wanted = Object(patch).id
        return [obj for obj in self.objects if obj.is_called(wanted)]


def _identity(patch: Map, place: Place) -> Target:
    found = Object(patch).id
    return Target(place, found.group, found.version, found.kind, found.name, found.namespace)
