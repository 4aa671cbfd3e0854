"""Builtin transformers and generators, configured in files or inline."""

from collections.abc import Callable
from typing import Any

from tests.trace.grown.entries import Ground, generator, images, replacements
from tests.trace.grown.merges import strategic
from tests.trace.grown.operations import operations
from tests.trace.grown.soil import Data

_LABELS = [
    {"path": "metadata/labels", "create": True},
    {"path": "spec/template/metadata/labels", "create": True, "kind": "Deployment"},
]


def _plugin(ground: Ground, kind: str, **fields: Any) -> Data:
    name = f"plugin-{ground.soil.number()}"
    return {"apiVersion": "builtin", "kind": kind, "metadata": {"name": name}, **fields}


def _labels(ground: Ground) -> Data:
    return _plugin(ground, "LabelTransformer", labels={"by": "plugin"}, fieldSpecs=_LABELS)


def _annotations(ground: Ground) -> Data:
    specs = [{"path": "metadata/annotations", "create": True}]
    return _plugin(ground, "AnnotationsTransformer", annotations={"p": "1"}, fieldSpecs=specs)


def _image(ground: Ground) -> Data:
    specs = [{"path": "spec/template/spec/containers[]/image"}]
    entry = images(ground)["images"][0]
    return _plugin(ground, "ImageTagTransformer", imageTag=entry, fieldSpecs=specs)


def _namespace(ground: Ground) -> Data:
    found = _plugin(ground, "NamespaceTransformer", fieldSpecs=[])
    found["metadata"]["namespace"] = "by-plugin"
    if ground.soil.maybe():
        found["unsetOnly"] = True
    if ground.soil.maybe():
        choices = ["allServiceAccounts", "none", "defaultOnly"]
        found["setRoleBindingSubjects"] = ground.soil.choice(choices)
    return found


def _affix(ground: Ground) -> Data:
    specs = [{"path": "metadata/name"}]
    kind = ground.soil.choice(["Prefix", "Suffix", "PrefixSuffix"])
    affixes = {"prefix": "pre-", "suffix": "-suf"}
    fields = {k: v for k, v in affixes.items() if k in kind.lower()}
    return _plugin(ground, f"{kind}Transformer", **fields, fieldSpecs=specs)


def _replicas(ground: Ground) -> Data:
    name = ground.soil.choice(ground.names("Deployment"))
    specs = [{"path": "spec/replicas", "create": True, "kind": "Deployment"}]
    entry = {"name": name, "count": 8}
    return _plugin(ground, "ReplicaCountTransformer", replica=entry, fieldSpecs=specs)


def _replacement(ground: Ground) -> Data:
    return _plugin(ground, "ReplacementTransformer", **replacements(ground))


def _patch(ground: Ground) -> Data:
    subject = ground.soil.choice(ground.objects)
    body = operations(ground.soil, subject)
    target = {"kind": subject["kind"], "name": subject["metadata"]["name"]}
    return _plugin(ground, "PatchTransformer", target=target, patch=ground.soil.inline(body))


def _json_patch(ground: Ground) -> Data:
    subject = ground.soil.choice(ground.objects)
    body = ground.soil.inline(operations(ground.soil, subject))
    group, _, version = subject["apiVersion"].rpartition("/")
    target = {"kind": subject["kind"], "name": subject["metadata"]["name"], "version": version}
    target |= {"group": group} if group else {}
    return _plugin(ground, "PatchJson6902Transformer", target=target, jsonOp=body)


def _merge(ground: Ground) -> Data:
    soil = ground.soil
    body = strategic(soil, soil.choice(ground.objects))
    if soil.maybe():
        file = soil.documents(ground.folder, f"merge{soil.number()}", body)
        return _plugin(ground, "PatchStrategicMergeTransformer", paths=[file])
    return _plugin(ground, "PatchStrategicMergeTransformer", patches=soil.yaml(body))


def _value(ground: Ground) -> Data:
    target = ground.soil.choice(_VALUE_TARGETS)
    found = _plugin(ground, "ValueAddTransformer", targets=[target])
    return {**found, "value": "added"} if ground.soil.maybe(0.8) else found


_VALUE_TARGETS: list[Data] = [
    {"fieldPath": "metadata/namespace"},
    {"selector": {"kind": "Widget"}, "fieldPath": "spec/host", "filePathPosition": 1},
    {"selector": {"kind": "Widget"}, "fieldPath": "spec/made/deep"},
    {"selector": {"kind": "Deployment"}, "fieldPath": "metadata/annotations/x.y\\/z"},
    {"selector": {"kind": "Service"}, "fieldPath": "spec/ports/[name=s80]/name"},
]


def _hash(ground: Ground) -> Data:
    return _plugin(ground, "HashTransformer")


_TRANSFORMERS: list[Callable[[Ground], Data]] = [
    _labels, _annotations, _image, _namespace, _affix, _replicas, _replacement, _patch,
    _json_patch, _merge, _value, _hash,
]  # fmt: skip


def transformers(ground: Ground) -> Data:
    """The field `transformers`."""
    soil = ground.soil
    found = [make(ground) for make in soil.some(_TRANSFORMERS, 2, 1)] if ground.objects else []
    return {"transformers": _listed(ground, found)} if found else {}


def generators(ground: Ground) -> Data:
    """The field `generators`."""
    kind = ground.soil.choice(["ConfigMap", "Secret"])
    name = f"{ground.folder}-plugin"
    entry = generator(ground, name, of=kind)
    del entry["name"]
    namespace = entry.pop("namespace", None)
    config = _plugin(ground, f"{kind}Generator", **entry)
    config["metadata"] = {"name": name, **({"namespace": namespace} if namespace else {})}
    ground.maps.append((kind, name))
    return {"generators": _listed(ground, [config])}


def _listed(ground: Ground, configs: list[Data]) -> list[str]:
    """The configurations in a file, inline, or behind a kustomization of their own."""
    soil = ground.soil
    how = soil.choice(["file", "inline", "folder"])
    if how == "inline":
        return [soil.yaml(config) for config in configs]
    if how == "file":
        return [soil.documents(ground.folder, f"plugins{soil.number()}", *configs)]
    folder = f"plugins{soil.number()}"
    inner = f"{ground.folder}/{folder}"
    resources = [soil.documents(inner, "config", *configs)]
    soil.text(f"{inner}/kustomization.yaml", soil.yaml({"resources": resources}))
    return [folder]
