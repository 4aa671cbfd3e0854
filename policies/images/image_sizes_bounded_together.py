"""All images of an environment together stay below the size that is agreed on.

A node keeps the images of all pods that run on it. On a small machine, a laptop's cluster or a
single virtual one, they fill the disk together; the kubelet then evicts pods and deletes images,
which are pulled again with the next pod.

Adds up the unpacked layers that `images.lock` states for the images of the target, for each
platform. A layer that several images share lies on a disk only once and counts only once. 1 MB is
1,000,000 bytes; the sum has to be smaller than the bound. If an image has no entry, or was locked
without its layers, the sum is not known and not judged, unless the others are too large already.
What other targets run on the same nodes is not counted.

https://kubernetes.io/docs/concepts/architecture/garbage-collection/#container-image-lifecycle
"""

from collections.abc import Iterator, Sequence

from tools.images.lock import Entry, shared_bytes
from tools.rules.image_evidence import Known, known_images
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

MEGABYTE = 1_000_000


class Options(RuleOptions):
    below: int = 500
    """Megabytes (of 1,000,000 bytes) that all images together have to stay below."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Make the largest images smaller, or build them on one base image, whose layers then "
    "count once.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    found = [_measured(one) for one in known_images(target)]
    known = [one for one in found if isinstance(one, Known)]
    total, platform = _largest_sum(known)
    if total >= options.below * MEGABYTE:
        yield _problem(known, total, platform, options)
    else:
        yield from (one for one in found if isinstance(one, Unjudged))


def _measured(found: Known | Unjudged) -> Known | Unjudged:
    """An image whose unpacked size is known on every platform, or why it is not."""
    if isinstance(found, Unjudged) or all(entry.unpacked is not None for entry in found.entries):
        return found
    use = found.uses[0]
    reason = f"image {found.text!r} was locked without its layers, so that its size is unknown"
    return Unjudged(reason, use.pod.workload, use.path)


def _largest_sum(known: Sequence[Known]) -> tuple[int, str]:
    """The bytes of all images on the platform where they are most, and that platform."""
    by_platform: dict[str, list[Entry]] = {}
    for one in known:
        for entry in one.entries:
            by_platform.setdefault(entry.platform, []).append(entry)
    sums = ((shared_bytes(entries) or 0, name) for name, entries in by_platform.items())
    return max(sums, default=(0, ""))


def _problem(known: Sequence[Known], total: int, platform: str, options: Options) -> Problem:
    by_size = sorted(
        (-max(entry.unpacked or 0 for entry in one.entries), one.text) for one in known
    )
    uses = {one.text: one.uses[0] for one in known}
    largest, *others = [(uses[text], -size) for size, text in by_size]
    related = tuple(
        (use.pod.workload, use.path, f"{size / MEGABYTE:.1f} MB") for use, size in others
    )
    count = "1 image takes" if len(known) == 1 else f"{len(known)} images take"
    sentence = f"{count} {total / MEGABYTE:.1f} MB together on {platform}"
    message = f"{sentence}, and have to stay below {options.below} MB; this one is the largest"
    use, _ = largest
    return Problem(use.path, message, use.pod.workload, related=related)
