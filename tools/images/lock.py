"""`images.lock`: what was found in the registries about the images that the manifests name.

YAML, one entry for each image and platform. The format is `lock.schema.json` beside this module,
published as docs/images.lock.schema.json.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from tools.kubernetes.image_reference import ImageReference, InvalidImage, parse_image
from tools.source.document import Document
from tools.source.place import FieldPath, Place, SourceError
from tools.source.repository import Repository

NAME = "images.lock"
SCHEMA = Path(__file__).parent / "lock.schema.json"


class Layer(NamedTuple):
    """One layer of an image, with its digest as it is pulled and that of its content; sizes are
    bytes. Each is "" or None where it is not known.
    """

    digest: str
    diff_id: str
    compressed: int | None
    unpacked: int | None

    @property
    def identity(self) -> str:
        """Two images with the same one share the layer on a node."""
        return self.diff_id or self.digest


class Entry(NamedTuple):
    """What is known of an image on one platform; sizes are bytes, None where nobody knows them.

    `index_digest` is "" for an image that has no index over its platforms, `digest` for one that
    was never in a registry; `config_digest`, the image's id, is "" where it was not noted.
    `measured` says that `unpacked` was counted and not estimated; `ports` are numbers with their
    protocol, `(8000, "TCP")`; `user` is "" for an image that names none.
    """

    reference: ImageReference
    platform: str
    index_digest: str
    digest: str
    config_digest: str
    compressed: int | None
    unpacked: int | None
    measured: bool
    ports: tuple[tuple[int, str], ...]
    user: str
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    created: str
    labels: Mapping[str, str]
    layers: tuple[Layer, ...]

    @property
    def pinned(self) -> str:
        """The digest to name in a manifest: the index's, so that every platform finds its own."""
        return self.index_digest or self.digest


class ImageLock:
    """The entries of `images.lock`. `state` says in words why there are none at all, "" else."""

    def __init__(self, entries: Iterable[Entry], state: str = "") -> None:
        self.entries = tuple(entries)
        self.state = state

    @cached_property
    def _by_name(self) -> Mapping[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.reference.name, []).append(entry)
        return found

    def find(self, reference: ImageReference) -> list[Entry]:
        """The entries of an image, one for each platform.

        A digest decides, be it of the index or of a platform; without one, the tag does.
        """
        entries = self._by_name.get(reference.name, [])
        if reference.digest:
            return [e for e in entries if reference.digest in (e.index_digest, e.digest)]
        return self.of_tag(reference)

    def of_tag(self, reference: ImageReference) -> list[Entry]:
        """The entries of whatever the image's tag named when they were written."""
        tagged = str(reference._replace(digest=""))
        entries = self._by_name.get(reference.name, [])
        return [e for e in entries if str(e.reference._replace(digest="")) == tagged]


ABSENT = ImageLock((), f"there is no {NAME}")
UNREADABLE = ImageLock((), f"{NAME} cannot be read")


def read_lock(repository: Repository) -> ImageLock:
    """The lock of a repository, ABSENT if it has none.

    Raises SourceError with the place for a file that is not what its schema says, or that has two
    entries for the same image and platform.
    """
    if not repository.is_file(NAME):
        return ABSENT
    documents = repository.documents(NAME)
    if len(documents) != 1 or not isinstance(documents[0].data, dict):
        raise SourceError(f"{NAME} is one YAML map", Place(NAME, 1, 1))
    document = documents[0]
    if document.quirks:
        raise SourceError(document.quirks[0].what, document.quirks[0].place)
    _check(document)
    return ImageLock(_entries(document))


def _check(document: Document) -> None:
    """Raises SourceError for the first thing, from the top, that breaks the schema."""
    from tools.kubernetes.shape import Shape

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    violations = Shape(schema, NAME).violations(document.data)
    if violations:
        places = [(document.nearest(v.path)[1], v.sentence) for v in violations]
        place, sentence = min(places)
        raise SourceError(sentence, place)


def _entries(document: Document) -> Iterable[Entry]:
    seen: dict[tuple[str, str], FieldPath] = {}
    for index, data in enumerate(document.data["images"]):
        path: FieldPath = ("images", index)
        entry = _entry(data, path, document)
        key = (str(entry.reference), entry.platform)
        if key in seen:
            sentence = f"a second entry for {key[0]} on {key[1]}"
            raise SourceError(sentence, document.nearest((*path, "reference"))[1])
        seen[key] = path
        yield entry


def _entry(data: Mapping[str, Any], path: FieldPath, document: Document) -> Entry:
    try:
        reference = parse_image(data["reference"])
    except InvalidImage as error:
        sentence = f"{data['reference']!r} is no image reference: {error}"
        raise SourceError(sentence, document.nearest((*path, "reference"))[1]) from error
    return Entry(
        reference,
        data["platform"],
        data.get("index", ""),
        data.get("digest", ""),
        data.get("config", ""),
        data["compressed"],
        data["unpacked"],
        data["measured"],
        tuple(map(port, data["ports"])),
        data["user"],
        tuple(data.get("entrypoint", ())),
        tuple(data.get("command", ())),
        data.get("created", ""),
        data.get("labels", {}),
        tuple(map(_layer, data["layers"])),
    )


def port(text: str) -> tuple[int, str]:
    """`8000/tcp` as `(8000, "TCP")`, which is how manifests say it."""
    number, _, protocol = text.partition("/")
    return int(number), protocol.upper()


def _layer(data: Mapping[str, Any]) -> Layer:
    sizes = data["compressed"], data["unpacked"]
    return Layer(data.get("digest", ""), data.get("diffId", ""), *sizes)


def shared_bytes(entries: Sequence[Entry]) -> int | None:
    """Bytes of several images together on one disk, where a layer lies only once.

    None if one of them is not known.
    """
    layers = {layer.identity: layer.unpacked for entry in entries for layer in entry.layers}
    sizes = [*layers.values(), *(entry.unpacked for entry in entries if not entry.layers)]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None
