"""Archives of `docker save`, which `minikube image save` and `podman save` write too.

https://github.com/moby/docker-image-spec/blob/main/v1.3.md#combined-image-json--filesystem-changeset-format
says what is in them. They hold no manifest as a registry has one, and so no digest of it: the image
is known by the digest of its configuration.
"""

import json
from collections.abc import Mapping
from threading import Lock
from typing import Any

from tools.images.digest import digest_of
from tools.images.examine import Digests, Wish, entry_of
from tools.images.failure import NoSuchImage, Untrustworthy
from tools.images.files import Files, content
from tools.images.layers import measure
from tools.images.lock import Entry, Layer
from tools.images.oci import MAX_DOCUMENT, MAX_LAYERS, is_for, parse_config
from tools.kubernetes.image_reference import ImageReference, InvalidImage, parse_image

NAME = "manifest.json"


class Saved:
    """The images of one archive. Layers are always unpacked: they are here.

    `named` is the reference that the user gave the only image of the archive, None without one.
    """

    def __init__(self, files: Files, named: ImageReference | None = None) -> None:
        self._files = files
        self._named = named
        self._guard = Lock()
        self._layers: dict[str, Layer] = {}

    def entries(self, reference: ImageReference, wish: Wish) -> list[Entry]:
        """The entry of an image. Raises NoSuchImage if it is not in the archive."""
        words = self._files.words
        if reference.digest:
            sentence = f"{words} cannot show its digest, which only a registry gives an image"
            raise NoSuchImage(sentence)
        items = self._items()
        for item in items:
            given = len(items) == 1 and self._named == reference
            if given or any(_names(tag, reference) for tag in _texts(item.get("RepoTags"))):
                with self._guard:
                    return [self._entry(reference, item, wish)]
        raise NoSuchImage(f"{words} does not have it")

    def _items(self) -> list[Mapping[str, Any]]:
        try:
            data = json.loads(content(self._files, NAME, MAX_DOCUMENT))
        except (ValueError, RecursionError) as error:
            raise Untrustworthy(f"{NAME} in {self._files.words} is no JSON") from error
        if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
            raise Untrustworthy(f"{NAME} in {self._files.words} is no list of images")
        return data

    def _entry(self, reference: ImageReference, item: Mapping[str, Any], wish: Wish) -> Entry:
        name = item.get("Config")
        layers = _texts(item.get("Layers"))
        if not isinstance(name, str) or len(layers) > MAX_LAYERS:
            raise Untrustworthy(f"{NAME} in {self._files.words} names no configuration")
        document = content(self._files, name, MAX_DOCUMENT)
        config = parse_config(document)
        if not is_for(config.platform, wish.platforms):
            raise NoSuchImage(f"{self._files.words} has it for {config.platform} only")
        found = [self._layer(layer) for layer in layers]
        if tuple(layer.diff_id for layer in found) != config.diff_ids:
            raise Untrustworthy("its layers are not those that its configuration names")
        return entry_of(reference, Digests("", "", digest_of(document)), config, found)

    def _layer(self, name: str) -> Layer:
        if name not in self._layers:
            with self._files.open(name) as chunks:
                found = measure(chunks)
            # As it lies here it may be unpacked, so that nothing tells what would be pulled.
            self._layers[name] = Layer("", found.diff_id, None, found.unpacked)
        return self._layers[name]


def _names(tag: str, reference: ImageReference) -> bool:
    try:
        return str(parse_image(tag)) == str(reference)
    except InvalidImage:
        return False


def _texts(data: Any) -> list[str]:
    return [text for text in data if isinstance(text, str)] if isinstance(data, list) else []
