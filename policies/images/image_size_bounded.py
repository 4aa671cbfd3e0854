"""Every image stays below the size that is agreed on.

A large image is slow to pull when a node is new and everything waits for it, fills disks, and is
mostly what nobody needs: compilers, package caches, a whole distribution. What is not in the image
cannot be exploited in it either.

Looks at the bytes of the unpacked image that `images.lock` states, on every platform that it has an
entry for; 1 MB is 1,000,000 bytes. The image has to be smaller than the bound. Whether those bytes
were measured or estimated stands in the lock. Where nobody unpacked an image, the size of its
compressed layers may show that it is too large already; if it does not, the image is not judged,
and neither is one without an entry.

https://github.com/opencontainers/image-spec/blob/main/layer.md
"""

from collections.abc import Iterator

from tools.images.lock import Entry
from tools.rules.image_evidence import Known, known_images
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

MEGABYTE = 1_000_000


class Options(RuleOptions):
    below: int = 250
    """Megabytes (of 1,000,000 bytes) that an image has to stay below."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Build from a smaller base image and in several stages, so that only what runs is left.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    for found in known_images(target):
        if isinstance(found, Unjudged):
            yield found
        else:
            yield from _judge(found, options)


def _judge(known: Known, options: Options) -> Iterator[Problem | Unjudged]:
    first, *others = known.uses
    bound = options.below * MEGABYTE
    size, words = max(map(_size, known.entries), key=lambda found: found[0])
    if size >= bound:
        related = tuple((use.pod.workload, use.path, "and here") for use in others)
        message = f"image {known.text!r} takes {words}; it has to stay below {options.below} MB"
        yield Problem(first.path, message, first.pod.workload, related=related)
    elif any(entry.unpacked is None for entry in known.entries):
        reason = f"image {known.text!r} was locked without its layers, so that its size is unknown"
        yield Unjudged(reason, first.pod.workload, first.path)


def _size(entry: Entry) -> tuple[int, str]:
    """The bytes that an image takes at least, and how to say it."""
    if entry.unpacked is None:
        size = entry.compressed or 0
        return size, f"{size / MEGABYTE:.1f} MB on {entry.platform} before it is unpacked"
    about = "" if entry.measured else "about "
    return entry.unpacked, f"{about}{entry.unpacked / MEGABYTE:.1f} MB on {entry.platform}"
