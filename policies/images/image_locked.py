"""Every image stands in `images.lock`, with the digest that the manifests name.

The lock is what was found in the registry when somebody last looked: that the image exists, which
content its tag named, how large it is, which user and ports it has. An image that is not in it has
been looked at by nobody; a digest that differs is either another build than the one that was
checked, or a typing error that no node will be able to pull.

Looks at the images of all containers, init containers included, and of volumes that are images.
The digest of the index over all platforms fits, and that of one platform's manifest. Beside a
digest the tag has to be one that the lock has for it: runtimes ignore the tag, so that with a new
one and the old digest the old program goes on running. An image without a digest needs an entry
for its tag; that it has no digest is for `image-pinned-by-digest` to say. Whether the registry
still has the image is not visible here.

https://github.com/opencontainers/image-spec/blob/main/image-index.md
"""

from collections.abc import Iterator, Sequence

from tools.images.lock import Entry
from tools.kubernetes.image_reference import ImageReference
from tools.rules.image_evidence import images_in
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    environments=("prod",),
    remedy="Publish the image and write what the registry says about it into images.lock; where "
    "the digests differ, find out which of the two is meant.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    for reference, uses in images_in(target).items():
        objection = _objection(reference, target)
        if objection:
            first, *others = uses
            related = tuple((use.pod.workload, use.path, "and here") for use in others)
            message = f"image {first.text!r} {objection}"
            yield Problem(first.path, message, first.pod.workload, related=related)


def _objection(reference: ImageReference, target: Target) -> str:
    lock = target.image_lock
    if entries := lock.find(reference):
        return _other_tag(reference, entries)
    if lock.state:
        return f"is not locked: {lock.state}"
    tagged = lock.of_tag(reference) if reference.digest and reference.tag else []
    if tagged:
        return f"has another digest than in images.lock, where it is {tagged[0].pinned}"
    return "has no entry in images.lock"


def _other_tag(reference: ImageReference, entries: Sequence[Entry]) -> str:
    """What is wrong where a digest and the tag beside it are not the same image's."""
    tags = {entry.reference.tag for entry in entries}
    if not reference.digest or not reference.tag or tags & {"", reference.tag}:
        return ""
    return f"has a digest that is not that of its tag: in images.lock it is that of {min(tags)}"
