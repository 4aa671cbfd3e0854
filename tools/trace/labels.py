"""`labels`, `commonLabels` and `commonAnnotations` of a kustomization."""

from collections.abc import Iterable

from tools.trace.application import Kind
from tools.trace.fieldspec import (
    Configuration,
    FieldSpec,
    Selected,
    Slot,
    merge_specs,
    slots,
    split_path,
)
from tools.trace.layer import Layer, record
from tools.trace.objects import Object, create_map, set_field
from tools.trace.origin import Source
from tools.trace.value import List, Map, Scalar

_METADATA = FieldSpec(Selected(), ("metadata", "labels"), True)


def apply_labels(layer: Layer, objects: list[Object], configuration: Configuration) -> None:
    """Apply `labels` in order, then `commonLabels`."""
    for entry in layer.maps("labels"):
        pairs = entry.get("pairs")
        if isinstance(pairs, Map):
            specs = _specs_of(entry, configuration)
            apply_pairs(layer, ("labels", "labels"), pairs, objects, specs)
    common = layer.root.get("commonLabels")
    if isinstance(common, Map):
        specs = configuration.specs["commonLabels"]
        apply_pairs(layer, ("commonLabels", "commonLabels"), common, objects, specs)


def apply_annotations(layer: Layer, objects: list[Object], configuration: Configuration) -> None:
    """Apply `commonAnnotations`."""
    pairs = layer.root.get("commonAnnotations")
    if isinstance(pairs, Map):
        specs = configuration.specs["commonAnnotations"]
        apply_pairs(layer, ("commonAnnotations", "commonAnnotations"), pairs, objects, specs)


def apply_pairs(
    layer: Layer,
    entry: tuple[Kind, str],
    pairs: Map,
    objects: list[Object],
    specs: Iterable[FieldSpec],
) -> None:
    """Set every pair at every field that the specs name; one application for each pair."""
    if not pairs.fields:
        return
    kind, field = entry
    name = "annotations" if kind == "commonAnnotations" else "labels"
    by_object = {id(obj): (obj, _places(obj, specs)) for obj in objects}
    for key in sorted(pairs.fields):
        pair = pairs.fields[key]
        application = layer.log.entry(layer, kind, field, pair)
        if isinstance(pair, Scalar):
            changed = False
            for _, places in by_object.values():
                value = _as_text(pair, pair.source.as_layer(name))
                for found in places:
                    changed |= set_field(found, key, value)
            record(application, [obj for obj, places in by_object.values() if places], changed)


def _places(obj: Object, specs: Iterable[FieldSpec]) -> list[Map]:
    """The maps of an object that the specs name, each once."""
    found = {id(one): one for spec in specs for one in _maps(obj, spec)}
    return list(found.values())


def _as_text(pair: Scalar, source: Source) -> Scalar:
    made = None if isinstance(pair.value, str) else pair.text
    return Scalar(source, pair.key, pair.node, None, made)


def _maps(obj: Object, spec: FieldSpec) -> Iterable[Map]:
    """The maps of an object that a spec names, made where it says so."""
    if not spec.applies_to(obj):
        return
    for slot in slots(obj.root, spec.path, spec.create):
        found = _map_at(slot, create=spec.create)
        if found is not None:
            yield found


def _map_at(slot: Slot, *, create: bool) -> Map | None:
    value = slot.value
    if create and isinstance(slot.parent, Map):
        return create_map(slot.parent, str(slot.key))
    return value if isinstance(value, Map) else None


def _specs_of(entry: Map, configuration: Configuration) -> tuple[FieldSpec, ...]:
    """The fields of one entry of `labels`."""
    specs = merge_specs(field_specs(entry), configuration.specs.get("labels", ()))
    if _is_true(entry, "includeSelectors"):
        return merge_specs(specs, configuration.specs["commonLabels"])
    if _is_true(entry, "includeTemplates"):
        specs = merge_specs(specs, configuration.specs["templateLabels"])
    return merge_specs(specs, [_METADATA])


def _is_true(entry: Map, field: str) -> bool:
    found = entry.get(field)
    return isinstance(found, Scalar) and found.value is True


def field_specs(entry: Map, field: str = "fields") -> list[FieldSpec]:
    """The field specs that an entry or a plugin's configuration lists."""
    found = entry.get(field)
    specs = found.items if isinstance(found, List) else []
    return [
        FieldSpec(
            Selected(spec.text("group"), spec.text("version"), spec.text("kind")),
            split_path(spec.text("path")),
            _is_true(spec, "create"),
        )
        for spec in specs
        if isinstance(spec, Map)
    ]
