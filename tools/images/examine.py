"""An image looked at: what is written about it into `images.lock`."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from tools.images.failure import NoSuchImage, Unreachable, Untrustworthy
from tools.images.layers import Measured, measure
from tools.images.lock import Entry, Layer, port
from tools.images.oci import (
    MAX_DOCUMENT,
    Config,
    Descriptor,
    Manifest,
    is_for,
    parse_config,
    parse_manifest,
)
from tools.images.store import Document, Store
from tools.kubernetes.image_reference import ImageReference

Taken = TypeVar("Taken")

_ATTEMPTS = 3
_DEEPEST = 3
"""Indexes may hold indexes; nobody nests them further."""


class Digests(NamedTuple):
    """What an image is known by; "" for what it does not have."""

    of_index: str
    of_manifest: str
    of_config: str


class Wish(NamedTuple):
    """What to find out: for which platforms (none: for all), and whether layers are unpacked.

    `known` are layers that were unpacked before, by the digest that they are pulled by.
    """

    platforms: tuple[str, ...] = ()
    measure: bool = True
    known: Mapping[str, Measured] = MappingProxyType({})


class Examiner:
    """Looks at images of one store. A layer that several share is unpacked once.

    `told` is called with the bytes of each layer when it has been unpacked.
    """

    def __init__(
        self,
        store: Store,
        wish: Wish,
        told: Callable[[int], None] = lambda size: None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._wish = wish
        self._told = told
        self._pause = pause
        self._guard = threading.Lock()
        self._measured: dict[str, Measured] = dict(wish.known)
        self._turns: dict[str, threading.Lock] = {}

    def entries(self, reference: ImageReference) -> list[Entry]:
        """The entries of an image, one for each platform. Raises an ImageFailure."""
        top = self._store.manifest(reference)
        found: list[Entry] = []
        for document, manifest in self._manifests(reference, top, 0):
            config = parse_config(self._content(reference, manifest.config))
            if is_for(config.platform, self._wish.platforms):
                index = "" if document is top else top.digest
                digests = Digests(index, document.digest, manifest.config.digest)
                found.append(self._entry(reference, digests, manifest, config))
        if not found:
            wanted = ", ".join(self._wish.platforms) or "any platform"
            raise NoSuchImage(f"it is not there for {wanted}")
        # Of several for one platform, runtimes take the first.
        first = {entry.platform: entry for entry in reversed(found)}
        return sorted(first.values(), key=lambda entry: entry.platform)

    def _manifests(
        self, reference: ImageReference, document: Document, depth: int
    ) -> list[tuple[Document, Manifest]]:
        parsed = parse_manifest(document.content, document.media_type)
        if isinstance(parsed, Manifest):
            return [(document, parsed)]
        if depth == _DEEPEST:
            raise Untrustworthy("its index holds indexes without end")
        found = []
        for descriptor in parsed.manifests:
            if not descriptor.is_attestation and self._wants(descriptor):
                part = self._store.part(reference, descriptor)
                found += self._manifests(reference, part, depth + 1)
        return found

    def _wants(self, descriptor: Descriptor) -> bool:
        return not descriptor.platform or is_for(descriptor.platform, self._wish.platforms)

    def _content(self, reference: ImageReference, descriptor: Descriptor) -> bytes:
        """A whole document, which is small or is none."""
        if descriptor.size > MAX_DOCUMENT:
            raise Untrustworthy(f"its configuration has {descriptor.size:,} bytes")
        return self._retried(reference, descriptor, b"".join)

    def _entry(
        self,
        reference: ImageReference,
        digests: Digests,
        manifest: Manifest,
        config: Config,
    ) -> Entry:
        layers = [self._layer(reference, descriptor) for descriptor in manifest.layers]
        layers = _agreed(layers, config.diff_ids)
        return entry_of(reference, digests, config, layers)

    def _layer(self, reference: ImageReference, descriptor: Descriptor) -> Layer:
        if not self._wish.measure and descriptor.digest not in self._measured:
            return Layer(descriptor.digest, "", descriptor.size, None)
        with self._guard:
            turn = self._turns.setdefault(descriptor.digest, threading.Lock())
        with turn:
            if descriptor.digest not in self._measured:
                self._measured[descriptor.digest] = self._retried(reference, descriptor, measure)
                self._told(descriptor.size)
        found = self._measured[descriptor.digest]
        return Layer(descriptor.digest, found.diff_id, descriptor.size, found.unpacked)

    def _retried(
        self,
        reference: ImageReference,
        descriptor: Descriptor,
        take: Callable[[Iterator[bytes]], Taken],
    ) -> Taken:
        """What is made of a blob; one that breaks off on the way is begun again."""
        for attempt in range(_ATTEMPTS):
            try:
                with self._store.blob(reference, descriptor) as chunks:
                    return take(chunks)
            except Unreachable:
                if attempt == _ATTEMPTS - 1:
                    raise
                self._pause(2.0**attempt)
        raise AssertionError("the last attempt returns or raises")


def _agreed(layers: Sequence[Layer], diff_ids: Sequence[str]) -> list[Layer]:
    """The layers with what the configuration calls their content; the two must not differ."""
    if len(layers) != len(diff_ids):
        raise Untrustworthy("its configuration and its manifest have not the same number of layers")
    for layer, diff_id in zip(layers, diff_ids, strict=True):
        if layer.diff_id and layer.diff_id != diff_id:
            raise Untrustworthy(
                f"a layer unpacks to {layer.diff_id}, and the configuration says {diff_id}"
            )
    return [layer._replace(diff_id=d) for layer, d in zip(layers, diff_ids, strict=True)]


def entry_of(
    reference: ImageReference, digests: Digests, config: Config, layers: Sequence[Layer]
) -> Entry:
    """The entry of an image; sizes are the sums of its layers' as far as those are known."""
    unpacked = _sum([layer.unpacked for layer in layers])
    return Entry(
        # Whoever asks by the digest may have named the tag too: that is what people read.
        reference._replace(digest="") if reference.tag else reference,
        config.platform,
        *digests,
        _sum([layer.compressed for layer in layers]),
        unpacked,
        unpacked is not None,
        tuple(map(port, config.ports)),
        config.user,
        config.entrypoint,
        config.command,
        config.created,
        config.labels,
        tuple(layers),
    )


def _sum(sizes: Sequence[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None
