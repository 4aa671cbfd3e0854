"""OCI image layouts: a folder, or an archive, that holds images by their digests.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tools.images.digest import checked, verified
from tools.images.failure import NoSuchImage, Untrustworthy
from tools.images.files import Files, content
from tools.images.oci import MAX_DOCUMENT, Descriptor, Index, parse_manifest
from tools.images.store import Document, document
from tools.kubernetes.image_reference import ImageReference, InvalidImage, parse_image

NAME = "index.json"
MARK = "oci-layout"
_NAMES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")


class Layout:
    """The images of a layout. `named` is the reference that the user gave it, None without one.

    Many tools note only a tag in a layout, or nothing: which image that is only the user knows.
    """

    def __init__(self, files: Files, named: ImageReference | None = None) -> None:
        self._files = files
        self._named = named

    def manifest(self, reference: ImageReference) -> Document:
        """What a reference names. Raises NoSuchImage if the layout does not say that it has it."""
        index = parse_manifest(content(self._files, NAME, MAX_DOCUMENT), "")
        if not isinstance(index, Index):
            raise Untrustworthy(f"{self._files.words} is no layout: its {NAME} is no index")
        candidates = [one for one in index.manifests if self._is(one, reference)]
        if self._named and not candidates and str(self._named) == str(reference):
            candidates = self._only(index)
        if reference.digest:
            candidates = [one for one in candidates if one.digest == reference.digest]
        if not candidates:
            raise NoSuchImage(f"{self._files.words} does not have it under this name")
        if len({one.digest for one in candidates}) > 1:
            raise Untrustworthy(f"{self._files.words} has several images of this name")
        return self.part(reference, candidates[0])

    def part(self, reference: ImageReference, descriptor: Descriptor) -> Document:
        """A manifest that an index names."""
        found = content(self._files, _blob(descriptor), MAX_DOCUMENT)
        checked(found, descriptor.digest, "its manifest")
        return document(found, descriptor.media_type, descriptor.digest)

    @contextmanager
    def blob(self, reference: ImageReference, descriptor: Descriptor) -> Iterator[Iterator[bytes]]:
        """A configuration or a layer."""
        with self._files.open(_blob(descriptor)) as chunks:
            what = "a layer or its configuration"
            yield verified(chunks, descriptor.digest, descriptor.size, what)

    def _is(self, descriptor: Descriptor, reference: ImageReference) -> bool:
        for name in _NAMES:
            text = descriptor.annotations.get(name, "")
            if self._named and text == self._named.tag and _same(reference, self._named):
                return True
            # A tag alone, such as `1.0.0`, would be taken for an image of Docker's own.
            if "/" in text or ":" in text:
                try:
                    if _same(parse_image(text), reference):
                        return True
                except InvalidImage:
                    continue
        return False

    def _only(self, index: Index) -> list[Descriptor]:
        if len(index.manifests) != 1:
            count = len(index.manifests)
            raise NoSuchImage(f"{self._files.words} has {count} images, and none under this name")
        return list(index.manifests)


def _same(one: ImageReference, other: ImageReference) -> bool:
    """Whether two references name the same tag."""
    return str(one._replace(digest="")) == str(other._replace(digest=""))


def _blob(descriptor: Descriptor) -> str:
    algorithm, _, digits = descriptor.digest.partition(":")
    return f"blobs/{algorithm}/{digits}"
