"""The tag of an image is a semantic version.

`1.4.2` says what changed since `1.4.1`, sorts, and is what release notes, charts and rollbacks are
written in. `1.4`, `stable` or the name of a branch are pointers that move with the next release,
and `build-7312` tells nobody whether it is older.

Accepted is what semver.org defines (three numbers without leading zeros, then perhaps a pre-release
such as `-rc.1` or `-alpine`), and a `v` before it, as many projects tag. Looks at the images of all
containers and of volumes that are images. A missing tag and `latest` are for `image-tag-set`; an
image that has only a digest has no tag to judge. Other tags are allowed under `allow`, for all
images or for some:

    environments:
      test:
        rules:
          image-tag-semver: {allow: [nightly, "postgres:*"]}

https://kubernetes.io/docs/concepts/containers/images/#image-names
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from tools.kubernetes.image_reference import LATEST, ImageReference
from tools.kubernetes.images import images_of
from tools.kubernetes.pod import Pod
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

_NUMBER = r"(?:0|[1-9]\d*)"
_IDENTIFIER = rf"(?:{_NUMBER}|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
SEMVER = re.compile(
    rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_IDENTIFIER}(?:\.{_IDENTIFIER})*)?", re.ASCII
)


class Options(RuleOptions):
    allow: tuple[str, ...] = ()
    """Globs of tags, or of `image:tag`, that are accepted as well."""


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    remedy="Use the tag of a release, `1.4.2`, or allow the tag under `allow`.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    for use in images_of(pod):
        reference = use.reference
        if reference is None or reference.tag in ("", LATEST):
            continue
        if not SEMVER.fullmatch(reference.tag) and not _is_allowed(use.text, reference, options):
            message = f"image {use.text!r} has the tag {reference.tag!r}"
            yield Problem(use.path, f"{message}, which is no semantic version", part="tag")


def _is_allowed(text: str, reference: ImageReference, options: Options) -> bool:
    written = text.partition("@")[0]
    names = (reference.tag, written, f"{reference.name}:{reference.tag}")
    return any(fnmatchcase(name, pattern) for name in names for pattern in options.allow)
