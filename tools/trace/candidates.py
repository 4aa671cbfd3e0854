"""What a selector could have meant: the objects that kustomizations list or generate."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tools.kubernetes.objects import Read, objects_in
from tools.kubernetes.resource import Ref, Resource, as_map
from tools.source.usage import Usage
from tools.trace.application import Target

_GENERATED = (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret"))


class Lack(NamedTuple):
    """The first part of a selector that no object has.

    `part` is its name in a selector, `sentence` says what there is not, `known` are the values of
    this part that the objects have which fit the parts before it.
    """

    part: str
    sentence: str
    wanted: str
    known: tuple[str, ...]


def lack(target: Target, candidates: Iterable[Ref]) -> Lack | None:
    """What keeps a selector from selecting, None if some candidate has all that it names.

    Namespaces, labels and annotations are not compared: much may set them before the selector is
    asked.
    """
    left = list(candidates)
    for part in ("kind", "name", "group", "version"):
        wanted = getattr(target, part)
        fitting = [ref for ref in left if not wanted or _fits(wanted, _value(ref, part))]
        if not fitting:
            known = tuple(sorted({_value(ref, part) for ref in left} - {""}))
            return Lack(part, _sentence(target, part, wanted), wanted, known)
        left = fitting
    return None


def listed(usage: Usage) -> Iterator[Ref]:
    """The objects that kustomizations list or generate, under the names in their files."""
    for found in objects_in(usage.resources()):
        if isinstance(found, Read):
            yield Resource(found.data).ref
    for kustomization in usage.kustomizations.values():
        for field, kind in _GENERATED:
            for entry in map(as_map, kustomization.entries(field)):
                yield Ref("v1", kind, "", str(entry.get("name", "")))


def images(usage: Usage, folder: str) -> set[str]:
    """The images that an entry of the kustomization of a folder may find, without tags and digests:
    those of listed objects, and the new names that other kustomizations give.
    """
    from tools.trace.images import split_image

    given = [image for document in usage.resources() for image in _images_in(document.data)]
    others = [k for k in usage.kustomizations.values() if k.folder != folder]
    for kustomization in others:
        for entry in map(as_map, kustomization.entries("images")):
            given += [entry["newName"]] if isinstance(entry.get("newName"), str) else []
    return {split_image(image).name for image in given}


def _images_in(value: Any) -> Iterator[str]:
    """The image of every container in an object, at any depth."""
    if isinstance(value, dict):
        image = value.get("image")
        if isinstance(image, str):
            yield image
        for child in value.values():
            yield from _images_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from _images_in(child)


def _sentence(target: Target, part: str, wanted: str) -> str:
    kind = target.kind or "object"
    if part == "kind":
        return f"no object is of kind {wanted!r}"
    if part == "name":
        return f"no {kind} is called {wanted!r}"
    return f"no {kind} {target.name} is of {part} {wanted!r}".replace("  ", " ")


def _value(ref: Ref, part: str) -> str:
    if part == "version":
        return ref.api_version.rpartition("/")[2]
    return str(getattr(ref, part))


def _fits(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True  # the trace says that it cannot tell
