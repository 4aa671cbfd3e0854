"""Every image is named by its digest.

A tag is a label that whoever may push to the registry can move; a digest is the content. With it,
the image that was tested and scanned is the one that runs, on every node and after every restart,
and a stolen registry password changes nothing that is deployed.

Looks at the images of all containers, init containers included, and of volumes that are images.
The tag may stay beside the digest, for people to read; runtimes ignore it. With a digest alone,
Kustomize's `images` drops the tag, so name both, `newTag` and `digest`. Whether the digest exists
is not visible here; `image-locked` compares it with what was found in the registry.

https://kubernetes.io/docs/concepts/containers/images/#image-names
"""

from collections.abc import Iterator

from tools.kubernetes.images import images_of
from tools.kubernetes.pod import Pod
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    environments=("prod",),
    remedy="Name the digest: `digest: sha256:…` beside `newTag` in the image's entry under "
    "`images` in the kustomization.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for use in images_of(pod):
        if use.reference and not use.reference.digest:
            yield Problem(use.path, f"image {use.text!r} has no digest")
