"""The images of a target with what `images.lock` says about them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tools.images.lock import NAME, Entry
from tools.kubernetes.image_reference import ImageReference
from tools.kubernetes.images import ImageUse, images_of
from tools.rules.rule import Unjudged
from tools.rules.target import Target


class Known(NamedTuple):
    """An image that the lock has entries of, one for each platform, and where it is used."""

    reference: ImageReference
    uses: tuple[ImageUse, ...]
    entries: tuple[Entry, ...]

    @property
    def text(self) -> str:
        """The image as the manifests name it."""
        return self.uses[0].text


def images_in(target: Target) -> Mapping[ImageReference, tuple[ImageUse, ...]]:
    """The images of a target, each once however it is spelt, with the places that use it."""
    found: dict[ImageReference, list[ImageUse]] = {}
    for pod in target.pods:
        for use in images_of(pod):
            if use.reference:
                found.setdefault(use.reference, []).append(use)
    return {reference: tuple(uses) for reference, uses in found.items()}


def known_images(target: Target) -> Iterator[Known | Unjudged]:
    """Each image of a target with its entries, or why nothing is known of it."""
    lock = target.image_lock
    for reference, uses in images_in(target).items():
        entries = lock.find(reference)
        if entries:
            yield Known(reference, uses, tuple(entries))
            continue
        other = bool(reference.digest and lock.of_tag(reference))
        state = f"{NAME} has another digest for it" if other else f"{NAME} has no entry for it"
        reason = f"nothing is known of image {uses[0].text!r}: {lock.state or state}"
        yield Unjudged(reason, uses[0].pod.workload, uses[0].path)
