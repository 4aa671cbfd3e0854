"""Strategic merge patches for an object as it is."""

from copy import deepcopy
from typing import Any

from tests.trace.grown.soil import Data, Soil

_KEYS = {
    "containers": "name", "initContainers": "name", "env": "name", "volumes": "name",
    "volumeMounts": "mountPath", "ports": "containerPort", "imagePullSecrets": "name",
}  # fmt: skip
"""Lists whose elements a patch names by a key (`ports` of a Service by its port)."""
_SCALARS: list[Any] = ["patched", 9, True, "on", "", None, 2.5]


def strategic(soil: Soil, data: Data) -> Data:
    """A patch of some fields of an object; it names the object."""
    patch: Data = {"apiVersion": data["apiVersion"], "kind": data["kind"]}
    metadata = {key: data["metadata"][key] for key in ("name", "namespace")
                if key in data["metadata"]}  # fmt: skip
    for field in ("labels", "annotations"):
        if soil.maybe(0.3):
            metadata[field] = {soil.choice(["app", "patched", "note"]): soil.choice(["x", "y"])}
    patch["metadata"] = metadata
    for key in data:
        if key not in patch and soil.maybe(0.8):
            patch[key] = _changed(soil, key, data[key], data["kind"])
    return patch


def deletion(data: Data) -> Data:
    """A patch that takes the whole object away."""
    metadata = {"name": data["metadata"]["name"]}
    if "namespace" in data["metadata"]:
        metadata["namespace"] = data["metadata"]["namespace"]
    identity = {"apiVersion": data["apiVersion"], "kind": data["kind"], "metadata": metadata}
    return {**identity, "$patch": "delete"}


def _changed(soil: Soil, key: str, value: Any, kind: str) -> Any:
    """What a patch says about a field."""
    if isinstance(value, dict):
        return _changed_map(soil, value, kind)
    if isinstance(value, list):
        return _changed_list(soil, key, value, kind)
    return soil.choice(_SCALARS)


def _changed_map(soil: Soil, value: Data, kind: str) -> Data | None:
    if soil.maybe(0.04):
        return None
    found: Data = {}
    for key in soil.some(list(value), 3):
        found[key] = _changed(soil, key, value[key], kind)
    if soil.maybe(0.2):
        found["extra"] = soil.choice(["new", {"a": {"b": 1}}, ["l"], {}, []])
    if soil.maybe(0.06):
        found["$patch"] = soil.choice(["replace", "merge", "delete"])
    return found


def _changed_list(soil: Soil, key: str, value: list[Any], kind: str) -> list[Any] | None:
    if soil.maybe(0.05):
        return None
    name = "port" if kind == "Service" and key == "ports" else _KEYS.get(key)
    if name is None or not all(isinstance(item, dict) and name in item for item in value):
        return soil.choice([[], ["only"], deepcopy(value), deepcopy(value[:1])])
    found = [_element(soil, item, name, kind) for item in soil.some(value, 2)]
    if soil.maybe(0.3):
        found.insert(0 if soil.maybe() else len(found), _new_element(soil, name))
    if soil.maybe(0.06):
        found.insert(0, {"$patch": soil.choice(["replace", "delete"])})
    return found


def _element(soil: Soil, item: Data, name: str, kind: str) -> Data:
    if soil.maybe(0.12):
        return {name: item[name], "$patch": "delete"}
    changed = _changed_map(soil, {k: v for k, v in item.items() if k != name}, kind) or {}
    return {name: item[name], **changed}


def _new_element(soil: Soil, name: str) -> Data:
    number = soil.random.randint(1000, 1003)
    key: Any = number if name in ("port", "containerPort") else f"/n{number}"
    if name == "name":
        return {"name": f"n{number}", "image": "nginx:1.25"}
    return {name: key, "name": f"n{number}"}
