"""Every entry of `images` names an image that some container uses.

An entry that matches nothing is skipped by Kustomize without a word, and the container keeps the
image that its manifest names: no registry, no digest, or the tag of another environment. It
happens when the image is renamed in the base, and when a base already gives it a new name, which
is what the next kustomization has to use.

Looks at each entry of `images` and `imageTags`, and at each ImageTagTransformer of `transformers`,
at the moment when Kustomize applies it. The name must be the whole image without tag and digest;
Kustomize reads it as a regular expression, and crashes if it is none. In a component that several
kustomizations use, an entry may be meant for others: there it is enough that some manifest that the
repository's kustomizations list has the image.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
"""

import re
from collections.abc import Iterator

from tools.kubernetes.resource import lookup
from tools.rules.entries import entries, mistakes
from tools.rules.rule import Judges, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target
from tools.rules.typed import nearest
from tools.trace.candidates import images


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
                message = f"no container uses an image named {name!r}{_hint(name, used - {name})}"
                yield SourceProblem(entry.place(*field), message)


def _hint(name: str, used: set[str]) -> str:
    """The image that may be meant: this one in some registry or folder, or one spelt alike."""
    longer = sorted(image for image in used if image.endswith(f"/{name}"))
    return f"; did you mean {longer[0]!r}?" if longer else nearest(name, used)
