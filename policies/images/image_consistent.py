"""Workloads that are declared to share an image run the very same one.

Two programs out of one build speak one version of their protocol and their database. An entry under
`images` that names only one of them, or a patch of one, lets them drift apart, and the failure
looks like a bug of the program.

`facts.sharedImages` in `policies.yaml` declares the groups, each a list of workloads named
`Kind/name` or `name`:

    facts:
      sharedImages:
        - [Deployment/api, Deployment/worker]

Compared is the image of each pod's main container: the one that the annotation
`kubectl.kubernetes.io/default-container` names, else the first. Registry, repository, tag and
digest have to be equal, with defaults filled in (`nginx` is `docker.io/library/nginx:latest`). The
image that most of the group have is taken for the right one, or that of the first workload named.
Nothing is declared: nothing is judged. A group of which only a part is in the target is compared as
far as it is there, and reported as not judged.

https://kubernetes.io/docs/concepts/containers/images/#image-names
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from tools.kubernetes.images import ImageUse, images_of
from tools.kubernetes.pod import Pod
from tools.rules.rule import ImagePart, Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

_DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Give all workloads of the group the same image; one entry under `images` in the "
    "kustomization sets it for all of them.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    for group in target.facts.shared_images:
        found: list[tuple[str, ImageUse]] = []
        missing = []
        for name in group:
            uses = [use for pod in target.pods if _is(pod, name) and (use := _main(pod))]
            found += [(str(use.reference or use.text), use) for use in uses]
            if not uses:
                missing.append(repr(name))
        yield from _compare(found)
        if found and missing:
            yield Unjudged(f"{', '.join(missing)} shares its image, and is not in this target")


def _is(pod: Pod, name: str) -> bool:
    return name in (pod.workload.name, pod.workload.ref.slug)


def _main(pod: Pod) -> ImageUse | None:
    """The image of the container that the pod is there for."""
    name = pod.annotations.get(_DEFAULT_CONTAINER)
    uses = [use for use in images_of(pod) if use.container and use.path[-3] == "containers"]
    named = [use for use in uses if use.container and use.container.name == name]
    return next(iter([*named, *uses]), None)


def _compare(found: Sequence[tuple[str, ImageUse]]) -> Iterator[Problem]:
    images = Counter(image for image, _ in found)
    if len(images) <= 1:
        return
    right = images.most_common(1)[0][0]
    other = next(use for image, use in found if image == right)
    slug = other.pod.workload.ref.slug
    for image, use in found:
        if image != right:
            message = f"{use.words} has the image {use.text!r}, and {slug} {other.text!r}"
            related = ((other.pod.workload, other.path, f"the image of {slug}"),)
            yield Problem(
                use.path,
                f"{message}; both are declared to share one",
                use.pod.workload,
                related=related,
                part=_difference(use, other),
            )


def _difference(use: ImageUse, other: ImageUse) -> ImagePart:
    """The part in which two images differ, the name before the tag before the digest."""
    one, another = use.reference, other.reference
    if one is None or another is None:
        return ""
    if one.name != another.name:
        return "name"
    return "tag" if one.tag != another.tag else "digest"
