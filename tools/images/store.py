"""Places that keep images by the digests of their parts."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from tools.images.digest import digest_of
from tools.images.oci import Descriptor
from tools.kubernetes.image_reference import ImageReference


class Document(NamedTuple):
    """An index or a manifest as it was delivered, with the digest that it really has."""

    media_type: str
    content: bytes
    digest: str


def document(content: bytes, media_type: str, digest: str = "") -> Document:
    """A document; its digest is computed unless it has been checked already."""
    return Document(media_type, content, digest or digest_of(content))


class Store(Protocol):
    """A registry, a layout, or an archive that holds one.

    Every method raises an ImageFailure for what it cannot deliver, and delivers nothing that has
    another digest than the one it was asked for.
    """

    def manifest(self, reference: ImageReference) -> Document:
        """What a reference names: by its digest, else by its tag."""

    def part(self, reference: ImageReference, descriptor: Descriptor) -> Document:
        """A manifest that an index names."""

    def blob(
        self, reference: ImageReference, descriptor: Descriptor
    ) -> AbstractContextManager[Iterator[bytes]]:
        """A configuration or a layer, in chunks; it is checked when the last one is taken."""
