"""The `images` of a kustomization (`api/filters/imagetag`) and its `replicas`."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tools.source.place import Place
from tools.trace.application import Mistake
from tools.trace.fieldspec import Configuration, FieldSpec, Slot, slots
from tools.trace.layer import Layer, record
from tools.trace.objects import Object, set_field
from tools.trace.value import List, Map, Scalar, Value, place_of

_SHAPING = ("tagSuffix", "newName", "newTag", "digest")
"""The fields of an entry, the most specific last."""
_PARTS = {"name": ("newName",), "tag": ("newTag", "tagSuffix"), "digest": ("digest",)}
"""The parts of an image, and the fields of an entry that say what they are."""
_PODS = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "ReplicationController"),
        ("spec", "template", "spec"),
    ),
}
_KUBERNETES_GROUPS = frozenset({"", "apps", "batch", "autoscaling", "policy"})


class Image(NamedTuple):
    """An image reference taken apart as Kustomize does."""

    name: str
    tag: str
    digest: str

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return self.name + tag + (f"@{self.digest}" if self.digest else "")


def split_image(text: str) -> Image:
    """Name, tag and digest; a `:` before the first `/` belongs to the name."""
    slash = max(text.find("/"), 0)
    at, colon = text.find("@", slash), text.find(":", slash)
    if at >= 0 and (colon < 0 or at < colon):
        return Image(text[:at], "", text[at + 1 :])
    if colon < 0:
        return Image(text, "", "")
    if at >= 0:
        return Image(text[:colon], text[colon + 1 : at], text[at + 1 :])
    return Image(text[:colon], text[colon + 1 :], "")


_SUFFIX = r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?\Z"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/:.")


def _matcher(name: str) -> Callable[[str], bool]:
    """Whether an image has a name, which Kustomize takes for a regular expression.

    Compiling costs more than all the rest, so that the usual names are compared without it.
    """
    if not _PLAIN.issuperset(name):
        whole = re.compile(name + _SUFFIX)
        return lambda text: whole.match(text) is not None

    def matches(text: str) -> bool:
        begin, rest = text[: len(name)], text[len(name) :]
        if rest and rest[0] not in ":@":
            return False
        alike = begin == name or (
            len(begin) == len(name) and all(b in (a, ".") for a, b in zip(begin, name, strict=True))
        )
        return alike and (not rest or re.match(_SUFFIX, rest) is not None)

    return matches


def apply_images(layer: Layer, objects: list[Object], configuration: Configuration) -> None:
    """Apply the `images` of a kustomization in order."""
    entries = [(field, e) for field in ("images", "imageTags") for e in layer.maps(field)]
    if not entries:
        return
    specs = configuration.specs["images"]
    fields = [(obj, *found) for obj in objects for found in _image_fields(obj, specs)]
    for field, entry in entries:
        application = layer.log.entry(layer, "images", field, entry)
        try:
            matches = _matcher(entry.text("name"))
        except re.error:
            place = place_of(entry.fields["name"]) or layer.place
            sentence = f"{entry.text('name')!r} is no regular expression that is understood"
            application.note(Mistake(place, sentence, "Write the name of an image.", certain=False))
            continue
        matched: list[Object] = []
        changed = False
        for obj, slot, times in fields:
            old = slot.value
            if isinstance(old, Scalar) and matches(old.text):
                if obj not in matched:
                    matched.append(obj)
                new = old.text
                for _ in range(times):
                    new = str(_changed(split_image(new), entry)) if matches(new) else new
                changed |= _set_image(slot, old, entry, new)
        record(application, matched, changed)


def _set_image(slot: Slot, old: Scalar, entry: Map, new: str) -> bool:
    """Set an image to what an entry makes of it, through a value for each field that has a say."""
    shaping = [by for f in _SHAPING if isinstance(by := entry.get(f), Scalar) and entry.text(f)]
    if not shaping:
        return False
    changed = new != old.text
    image, result = split_image(old.text), split_image(new)
    value = old.after(old.previous)
    for by in shaping[:-1]:
        part = next(part for part, fields in _PARTS.items() if by.key.value in fields)
        image = image._replace(**{part: getattr(result, part)})
        value = Scalar(by.source.as_layer("images"), by.key, by.node, value, str(image))
    by = shaping[-1]
    slot.set(Scalar(by.source.as_layer("images"), by.key, by.node, value, new))
    return changed


def setter_of(value: Scalar, part: str) -> Scalar:
    """Of the values that an image had, the last that says what its name, tag or digest is.

    What is no field of an entry says all of it; of those, each says its own part, and that of
    another one only by changing it: `newTag` drops a digest.
    """
    before = value.previous
    while value.source.layer == "images" and isinstance(before, Scalar):
        one, other = (getattr(split_image(each.text), part) for each in (value, before))
        if one != other or (value.key is not None and value.key.value in _PARTS[part]):
            break
        value, before = before, before.previous
    return value


def _changed(image: Image, entry: Map) -> Image:
    """The image after an entry of `images`."""
    name = entry.text("newName") or image.name
    tag, digest, suffix = entry.text("newTag"), entry.text("digest"), entry.text("tagSuffix")
    if tag or digest:
        return Image(name, tag, digest)
    if suffix:
        return Image(name, image.tag + suffix, "")
    return image._replace(name=name)


def _image_fields(obj: Object, specs: tuple[FieldSpec, ...]) -> list[tuple[Slot, int]]:
    """Every field of an object that Kustomize takes for an image, and how often it does.

    It looks for containers first and for the fields of its configuration then, so that an entry
    is applied twice to most images; with `tagSuffix` that shows.
    """
    if obj.kind == "CustomResourceDefinition":
        return []
    found: dict[tuple[int, str | int], tuple[Slot, int]] = {}
    for container in _containers(obj):
        if isinstance(container, Map) and container.has("image"):
            found[(id(container), "image")] = (Slot(container, "image"), 1)
    for spec in specs:
        if spec.applies_to(obj):
            for slot in slots(obj.root, spec.path):
                key = (id(slot.parent), slot.key)
                found[key] = (slot, found[key][1] + 1 if key in found else 1)
    return list(found.values())


def _containers(obj: Object) -> Iterator[Value]:
    """The elements of every list called containers or initContainers, at any depth."""
    path = _PODS.get(obj.kind)
    if path is not None and obj.group in _KUBERNETES_GROUPS:
        pod = obj.root.get(*path)
        if isinstance(pod, Map):
            for name in ("containers", "initContainers"):
                found = pod.get(name) if pod.has(name) else None
                yield from found.items if isinstance(found, List) else ()
    elif obj.group not in _KUBERNETES_GROUPS and not obj.group.endswith(".k8s.io"):
        yield from _anywhere(obj.root)


def _anywhere(value: Value) -> Iterator[Value]:
    if isinstance(value, List):
        for item in value.items:
            yield from _anywhere(item)
    elif isinstance(value, Map):
        for key, child in value.fields.items():
            yield from _anywhere(child)
            if key in ("containers", "initContainers") and isinstance(child, List):
                yield from child.items


def apply_replicas(layer: Layer, objects: list[Object], configuration: Configuration) -> None:
    """Apply the `replicas` of a kustomization in order."""
    for entry in layer.maps("replicas"):
        application = layer.log.entry(layer, "replicas", "replicas", entry)
        name, count = entry.text("name"), entry.get("count")
        if not isinstance(count, Scalar):
            place = place_of(entry) or layer.place
            sentence = "this entry has no count; Kustomize sets 0"
            application.note(Mistake(place, sentence, "Write `count:`.", stops=False))
            continue
        matched: list[Object] = []
        changed = False
        for spec in configuration.specs["replicas"]:
            for obj in objects:
                if any(one.name == name and spec.of.selects(*one[:3]) for one in obj.ids):
                    matched.append(obj)
                    changed |= _set_count(obj, spec, count)
        record(application, matched, changed)
        if not matched:
            known = _countable(objects, configuration)
            application.note(_unmatched(entry, name, known, layer.place))


def _set_count(obj: Object, spec: FieldSpec, count: Scalar) -> bool:
    """Set the number of replicas; whether that changed it."""
    changed = False
    for slot in slots(obj.root, spec.path, spec.create):
        if spec.applies_to(obj) and isinstance(slot.parent, Map):
            value = count.after(None, count.source.as_layer("replicas"))
            if isinstance(slot.value, Scalar):
                value = value.in_place_of(slot.value)
            changed |= set_field(slot.parent, str(slot.key), value)
    return changed


def _countable(objects: list[Object], configuration: Configuration) -> tuple[str, ...]:
    """The names of the objects whose replicas an entry can set."""
    selects = [spec.of.selects for spec in configuration.specs["replicas"]]
    ids = [one for obj in objects for one in obj.ids if any(s(*one[:3]) for s in selects)]
    return tuple(sorted({one.name for one in ids}))


def _unmatched(entry: Map, name: str, known: tuple[str, ...], fallback: Place) -> Mistake:
    """The mistake of an entry of `replicas` whose name no workload has."""
    place = place_of(entry.fields.get("name") or entry) or fallback
    sentence = f"no workload is called {name!r}" if name else "this entry has no name"
    remedy = "Write the name of a Deployment, StatefulSet, ReplicaSet or ReplicationController."
    return Mistake(place, sentence, remedy, certain=not name, name=name, known=known)
