"""Builtin transformers and generators that are configured in files of their own."""

from collections.abc import Callable

from tools.trace.application import Application
from tools.trace.fields import DEFAULT
from tools.trace.fieldspec import Configuration
from tools.trace.generators import CONFIG_MAPS, SECRETS, generate_one
from tools.trace.iam_policy import service_account
from tools.trace.images import apply_images, apply_replicas
from tools.trace.labels import apply_pairs, field_specs
from tools.trace.layer import Layer, Log, record
from tools.trace.names import NamespaceOptions, add_affix, add_hashes, apply_namespace
from tools.trace.objects import Object
from tools.trace.patches import apply_entry, apply_merge_patches
from tools.trace.replacements import apply_replacements
from tools.trace.value import List, Map, Scalar, Value
from tools.trace.value_add import add_value

Objects = list[Object]
_Transform = Callable[[Layer, Map, Objects], Objects | None]


def transform(layer: Layer, config: Map, objects: Objects) -> Objects:
    """Apply the transformer that a configuration describes; the objects that are left."""
    application = layer.log.entry(layer, "transformer", "transformers", config)
    apply = _TRANSFORMERS.get(config.text("kind"))
    if apply is None:
        application.unknown = f"the transformer {config.text('kind')} is not followed"
        return objects
    inner = layer.with_fields({}, Log(layer.log.turns))
    changed = apply(inner, config, objects)
    _sum_up(application, inner.log)
    return objects if changed is None else changed


def _sum_up(application: Application, parts: Log) -> None:
    """The one entry of a transformer counts what its parts did."""
    for part in parts:
        record(application, list(part.objects), part.changed, part.patch)
        for mistake in part.mistakes:
            application.note(mistake)
        application.unknown = application.unknown or part.unknown


def generate_from(layer: Layer, config: Map, objects: Objects) -> None:
    """Add what a generator makes that a configuration describes."""
    application = layer.log.entry(layer, "generator", "generators", config)
    if config.text("kind") == "IAMPolicyGenerator":
        made = service_account(config)
        objects.append(made)
        record(application, [made], True)
        return
    generators = {"ConfigMapGenerator": CONFIG_MAPS, "SecretGenerator": SECRETS}
    generator = generators.get(config.text("kind"))
    if generator is None:
        application.unknown = f"the generator {config.text('kind')} is not followed"
        return
    inner = layer.with_fields({}, Log(layer.log.turns))
    generate_one(inner, generator, config, None, objects)
    _sum_up(application, inner.log)


def _specs(config: Map, field: str) -> Configuration:
    return Configuration({**DEFAULT.specs, field: tuple(field_specs(config, "fieldSpecs"))}, ())


def _list_of(config: Map, *items: Value) -> List:
    return List(config.source, None, config.node, list(items))


def _images(layer: Layer, config: Map, objects: Objects) -> None:
    entry = config.get("imageTag")
    if isinstance(entry, Map):
        inner = layer.with_fields({"images": _list_of(config, entry)}, layer.log)
        apply_images(inner, objects, _specs(config, "images"))


def _replicas(layer: Layer, config: Map, objects: Objects) -> None:
    entry = config.get("replica")
    if isinstance(entry, Map):
        inner = layer.with_fields({"replicas": _list_of(config, entry)}, layer.log)
        apply_replicas(inner, objects, _specs(config, "replicas"))


def _labels(layer: Layer, config: Map, objects: Objects) -> None:
    pairs = config.get("labels")
    if isinstance(pairs, Map):
        specs = field_specs(config, "fieldSpecs")
        apply_pairs(layer, ("labels", "transformers"), pairs, objects, specs)


def _annotations(layer: Layer, config: Map, objects: Objects) -> None:
    pairs = config.get("annotations")
    if isinstance(pairs, Map):
        specs = field_specs(config, "fieldSpecs")
        apply_pairs(layer, ("commonAnnotations", "transformers"), pairs, objects, specs)


def _namespace(layer: Layer, config: Map, objects: Objects) -> None:
    namespace = config.get("metadata", "namespace")
    unset_only = config.get("unsetOnly")
    apply_namespace(
        layer,
        objects,
        tuple(field_specs(config, "fieldSpecs")),
        namespace if isinstance(namespace, Scalar) and namespace.text else None,
        NamespaceOptions(
            isinstance(unset_only, Scalar) and unset_only.value is True,
            config.text("setRoleBindingSubjects") or "defaultOnly",
        ),
    )


def _prefix(layer: Layer, config: Map, objects: Objects) -> None:
    affix = config.get("prefix")
    if isinstance(affix, Scalar) and affix.text:
        application = layer.log.entry(layer, "namePrefix", "transformers", affix)
        add_affix(objects, tuple(field_specs(config, "fieldSpecs")), affix, application)


def _suffix(layer: Layer, config: Map, objects: Objects) -> None:
    affix = config.get("suffix")
    if isinstance(affix, Scalar) and affix.text:
        application = layer.log.entry(layer, "nameSuffix", "transformers", affix)
        add_affix(objects, tuple(field_specs(config, "fieldSpecs")), affix, application)


def _both_affixes(layer: Layer, config: Map, objects: Objects) -> None:
    _prefix(layer, config, objects)
    _suffix(layer, config, objects)


def _patch(layer: Layer, config: Map, objects: Objects) -> Objects:
    return apply_entry(layer, "transformers", config, objects)


def _json_patch(layer: Layer, config: Map, objects: Objects) -> Objects:
    return apply_entry(layer, "patchesJson6902", config, objects)


def _merge_patches(layer: Layer, config: Map, objects: Objects) -> Objects:
    paths, patches = config.get("paths"), config.get("patches")
    entries = list(paths.items) if isinstance(paths, List) else []
    if isinstance(patches, Scalar):
        entries.append(patches)
    fields: dict[str, Value] = {"patchesStrategicMerge": _list_of(config, *entries)}
    inner = layer.with_fields(fields, layer.log)
    return apply_merge_patches(inner, objects)


def _replacements(layer: Layer, config: Map, objects: Objects) -> None:
    found = config.get("replacements")
    if isinstance(found, List):
        apply_replacements(layer.with_fields({"replacements": found}, layer.log), objects)


def _hash(layer: Layer, config: Map, objects: Objects) -> None:
    add_hashes(objects)
    application = layer.log.entry(layer, "transformer", "transformers", config)
    hashed = [obj for obj in objects if obj.hashed]
    record(application, hashed, bool(hashed))


_TRANSFORMERS: dict[str, _Transform] = {
    "AnnotationsTransformer": _annotations,
    "HashTransformer": _hash,
    "ImageTagTransformer": _images,
    "LabelTransformer": _labels,
    "NamespaceTransformer": _namespace,
    "PatchJson6902Transformer": _json_patch,
    "PatchStrategicMergeTransformer": _merge_patches,
    "PatchTransformer": _patch,
    "PrefixSuffixTransformer": _both_affixes,
    "PrefixTransformer": _prefix,
    "ReplacementTransformer": _replacements,
    "ReplicaCountTransformer": _replicas,
    "SuffixTransformer": _suffix,
    "ValueAddTransformer": add_value,
}
