"""The images of pods: of their containers, and of volumes that are images.

https://kubernetes.io/docs/concepts/containers/images/
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tools.kubernetes.image_reference import ImageReference, InvalidImage, parse_image
from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.resource import as_map
from tools.source.place import FieldPath

ALWAYS, IF_NOT_PRESENT, NEVER = "Always", "IfNotPresent", "Never"

_INJECTED = "auto"
_INJECTION = "inject.istio.io/templates"
"""Where a pod has this annotation, Istio puts its own image in the place of `auto`."""


class ImageUse(NamedTuple):
    """An image that a pod needs; `container` is None for the image of a volume.

    `policy` is the pull policy that the manifest states, "" if it states none.
    """

    pod: Pod
    container: Container | None
    words: str
    path: FieldPath
    text: str
    policy: str
    policy_path: FieldPath

    @property
    def reference(self) -> ImageReference | None:
        """The image, None if the text names none."""
        try:
            return parse_image(self.text)
        except InvalidImage:
            return None

    @property
    def is_local(self) -> bool:
        """Whether it is never pulled, so that it comes from no registry."""
        return self.policy == NEVER


def images_of(pod: Pod) -> Iterator[ImageUse]:
    """The images of a pod; a container without one, or with one that is no text, has none."""
    for container in pod.containers:
        text = container.get("image")
        if isinstance(text, str) and text and not _is_injected(text, pod):
            path, policy = container.at("image"), container.at("imagePullPolicy")
            stated = str(container.get("imagePullPolicy") or "")
            words = f"container {container.name!r}"
            yield ImageUse(pod, container, words, path, text, stated, policy)
    for path, volume in pod.workload.maps(*pod.at("volumes")):
        image = as_map(volume.get("image"))
        text = image.get("reference")
        if isinstance(text, str) and text:
            words, stated = (
                f"volume {str(volume.get('name'))!r}",
                str(image.get("pullPolicy") or ""),
            )
            at = (*path, "image")
            yield ImageUse(pod, None, words, (*at, "reference"), text, stated, (*at, "pullPolicy"))


def _is_injected(text: str, pod: Pod) -> bool:
    return text == _INJECTED and _INJECTION in pod.annotations


def is_within(reference: ImageReference, registries: Sequence[str]) -> bool:
    """Whether an image lives in one of these registries, or folders of registries.

    They are written as `registry.example.com` or `registry.example.com/team`; a `*` stands for a
    part of one name between slashes.
    """
    parts = reference.name.split("/")
    return any(_is_below(parts, registry.rstrip("/").split("/")) for registry in registries)


def _is_below(parts: Sequence[str], folder: Sequence[str]) -> bool:
    from fnmatch import fnmatchcase

    return len(parts) >= len(folder) and all(map(fnmatchcase, parts, folder))
