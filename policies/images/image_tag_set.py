"""Every image names a tag or a digest, and never `latest`.

Without a tag, `latest` is meant, and `latest` is whatever somebody pushed last. Two nodes run two
versions of the program, a restart changes what runs without a commit, and a rollback in Git rolls
nothing back.

Looks at the images of all containers, init containers included, and of volumes that are images.
A reference is read as the container runtimes read it: in `registry.example.com:5000/app` the colon
belongs to the port, so that the image has no tag, although other checkers take it for one. A digest
decides alone, whatever tag stands before it. A text that is no image reference at all, which no
kubelet could pull, is reported here too. So is a digest that is too short. A container without any
image is `container-image-set`'s to report.

The image `auto` of a pod with Istio's injection templates is replaced when the pod is created, and
`ko://…` by the tool that builds it; neither is judged, nor is an image without a tag in a
component by itself, because `images` of whoever takes the component may set one. Whether a tag
exists cannot be seen.

https://kubernetes.io/docs/concepts/containers/images/#image-names
"""

from collections.abc import Iterator

from tools.kubernetes.image_reference import LATEST, InvalidImage, parse_image
from tools.kubernetes.images import ImageUse, images_of
from tools.kubernetes.pod import Pod
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

BUILT_BY_KO = "ko://"


class Options(RuleOptions):
    refused: tuple[str, ...] = (LATEST,)
    """Tags that say nothing about the version, as `stable` or `main` may."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Name the version: `newTag` or `digest` of the image's entry under `images` in the "
    "kustomization, or the tag in the manifest.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    for use in images_of(pod):
        yield from _judge(use, target, options)


def _judge(use: ImageUse, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    if use.text.startswith(BUILT_BY_KO):
        yield Unjudged(f"ko puts another image in the place of {use.text!r}", path=use.path)
        return
    try:
        reference = parse_image(use.text)
    except InvalidImage as error:
        message = f"image {use.text!r} is one that no runtime accepts: {error}"
        yield Problem(use.path, message, remedy="Correct the name of the image.")
        return
    if reference.digest:
        return
    if not reference.tag and target.is_part:
        reason = f"what this component is added to may give image {use.text!r} a tag"
        yield Unjudged(reason, path=use.path)
    elif not reference.tag:
        yield Problem(use.path, f"image {use.text!r} has no tag")
    elif reference.tag in options.refused:
        message = f"image {use.text!r} has a tag that moves"
        yield Problem(use.path, message, part="tag")
