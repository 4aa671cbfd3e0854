"""Patches of every form, for the objects that a kustomization builds on."""

from typing import Any

from tests.trace.grown.entries import Ground
from tests.trace.grown.merges import deletion, strategic
from tests.trace.grown.operations import operations
from tests.trace.grown.soil import Data


def _subject(ground: Ground) -> Data | None:
    """An object that may be patched: the names of generated ones get a hash only later."""
    made = tuple(f"{name}-" for _, name in ground.maps)
    found = [o for o in ground.objects if not o["metadata"]["name"].startswith(made or ("\0",))]
    return ground.soil.choice(found) if found else None


def patches(ground: Ground) -> Data:
    """The field `patches`."""
    found = [_patch(ground) for _ in range(ground.soil.random.randint(1, 4))]
    return {"patches": [one for one in found if one]}


def _patch(ground: Ground) -> Data:
    soil = ground.soil
    subject = _subject(ground)
    if subject is None:
        return {}
    if soil.maybe(0.45):
        return _entry(ground, [operations(soil, subject)], _selector(ground, subject))
    bodies: list[Any] = [deletion(subject) if soil.maybe(0.04) else strategic(soil, subject)]
    second = _subject(ground)
    if second is not None and second is not subject and soil.maybe(0.15):
        bodies.append(strategic(soil, second))
    if len(bodies) == 1 and soil.maybe():
        entry = _entry(ground, bodies, _selector(ground, subject))
        options = [("allowNameChange", True), ("allowKindChange", True)]
        if soil.maybe(0.1):
            entry["options"] = dict(soil.some(options, 2, 1))
        return entry
    return _entry(ground, bodies, None)


def _entry(ground: Ground, bodies: list[Any], target: Data | None) -> Data:
    soil = ground.soil
    entry: Data = {}
    if soil.maybe():
        entry["path"] = soil.documents(ground.folder, f"patch{soil.number()}", *bodies)
    else:
        entry["patch"] = soil.inline(*bodies)
    return {**entry, "target": target} if target else entry


def _selector(ground: Ground, subject: Data) -> Data:
    """A selector that fits an object, and perhaps more: only the fields that matter are known."""
    soil = ground.soil
    group = subject["apiVersion"].rpartition("/")[0]
    name = subject["metadata"]["name"]
    found: Data = {
        "kind": subject["kind"],
        "name": soil.choice([name, f"{name[:-1]}.", f"({name}|x)"]),
    }
    if soil.maybe(0.2):
        found["version"] = subject["apiVersion"].rpartition("/")[2]
    if group and soil.maybe(0.2):
        found["group"] = group
    labels = subject["metadata"].get("labels")
    if labels and soil.maybe(0.3):
        key, value = soil.choice(list(labels.items()))
        found["labelSelector"] = soil.choice(
            [f"{key}={value}", key, f"{key} in ({value},x)", "!no"]
        )
    notes = subject["metadata"].get("annotations")
    if notes and soil.maybe(0.3):
        found["annotationSelector"] = soil.choice(list(notes))
    return found


def merge_patches(ground: Ground) -> Data:
    """The old field `patchesStrategicMerge`."""
    subject = _subject(ground)
    if subject is None:
        return {}
    soil = ground.soil
    body = strategic(soil, subject)
    if soil.maybe(0.4):
        return {"patchesStrategicMerge": [soil.yaml(body)]}
    return {"patchesStrategicMerge": [soil.documents(ground.folder, f"old{soil.number()}", body)]}


def json_patches(ground: Ground) -> Data:
    """The old field `patchesJson6902`."""
    subject = _subject(ground)
    if subject is None:
        return {}
    group, _, version = subject["apiVersion"].rpartition("/")
    target = {"version": version, "kind": subject["kind"], "name": subject["metadata"]["name"]}
    if group:
        target["group"] = group
    entry = _entry(ground, [operations(ground.soil, subject)], target)
    return {"patchesJson6902": [entry]}
