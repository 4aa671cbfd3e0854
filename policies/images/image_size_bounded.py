"""Every image stays below the size that is agreed on.

A large image is slow to pull when a node is new and everything waits for it, fills disks, and is
mostly what nobody needs: compilers, package caches, a whole distribution. What is not in the image
cannot be exploited in it either.

Looks at the bytes of the unpacked image that `images.lock` states, on every platform that it has an
entry for; 1 MB is 1,000,000 bytes. The image has to be smaller than the bound. Whether those bytes
were measured or estimated stands in the lock. An image without an entry is not judged.

https://github.com/opencontainers/image-spec/blob/main/layer.md
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tools.rules.image_evidence import Known, known_images
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Options:
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


def _judge(known: Known, options: Options) -> Iterator[Problem]:
    largest = max(known.entries, key=lambda entry: entry.unpacked)
    if largest.unpacked >= options.below * MEGABYTE:
        about = "" if largest.measured else "about "
        size = f"{about}{largest.unpacked / MEGABYTE:.1f} MB on {largest.platform}"
        first, *others = known.uses
        related = tuple((use.pod.workload, use.path, "and here") for use in others)
        message = f"image {known.text!r} takes {size}; it has to stay below {options.below} MB"
        yield Problem(first.path, message, first.pod.workload, related=related)
