"""Every entry of `images` names an image that some container uses.

An entry that matches nothing is skipped by Kustomize without a word, and the container keeps the
image that its manifest names: no registry, no digest, or the tag of another environment. It
happens when the image is renamed in the base, and when a base already gives it a new name, which
is what the next kustomization has to use.

Looks at each entry of `images` and `imageTags`, and at each ImageTagTransformer of `transformers`,
at the moment when Kustomize applies it. The name must be the whole image without tag and digest;
Kustomize reads it as a regular expression, and crashes if it is none. In a component that several
kustomizations use, an entry may be meant for others: there it is enough that some manifest that the
repository's kustomizations list has the image. What other rules find at the images that such an
entry seems to mean is not repeated: it is the entry that would have changed them.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
"""

import re
from collections.abc import Iterator

from tools.kubernetes.images import images_of
from tools.kubernetes.resource import lookup
from tools.kubernetes.spelling import closest
from tools.rules.entries import entries, mistakes
from tools.rules.rule import Consequences, Judges, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target
from tools.rules.typed import nearest
from tools.trace.candidates import images
from tools.trace.images import split_image


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Write the image as the manifest or the `newName` of a base names it, without its tag.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem | Unjudged]:
    yield from mistakes(target, "images")
    for entry in entries(target, "images"):
        application = entry.application
        if application.unknown:
            yield Unjudged(application.unknown, place=application.place)
        elif application.matched == 0:
            field = ("imageTag", "name") if application.kind == "transformer" else ("name",)
            name = str(lookup(application.entry, field) or "")
            used = images(entry.scope, application.folder)
            if not (entry.is_shared and any(re.fullmatch(name, image) for image in used)):
                others = used - {name}
                message = f"no container uses an image named {name!r}{_hint(name, others)}"
                explains = tuple(_left(_meant(name, others), target))
                yield SourceProblem(entry.place(*field), message, explains=explains)


def _hint(name: str, used: set[str]) -> str:
    meant = _meant(name, used)
    return f"; did you mean {meant!r}?" if meant else nearest(name, used)


def _meant(name: str, used: set[str]) -> str | None:
    """The image that may be meant: this one in some registry or folder, or one spelt alike."""
    longer = sorted(image for image in used if image.endswith(f"/{name}"))
    return longer[0] if longer else closest(name, used, 0.6)


def _left(image: str | None, target: Target) -> Iterator[Consequences]:
    """The images that the entry would have changed, and no other entry has."""
    for pod in target.pods if image else ():
        paths = tuple(u.path for u in images_of(pod) if split_image(u.text).name == image)
        if paths:
            yield Consequences(pod.workload, paths)
