"""The user of an image fits the user that the manifest runs it as.

With `runAsNonRoot: true` and no `runAsUser`, the kubelet looks at the image: a user that is root,
or that is a name instead of a number, is refused, and the container never starts. With another
`runAsUser` than the image was built for, the program runs, and finds that its files belong to
somebody else.

Looks at what each container effectively gets, its own or the pod's, and at the user in
`images.lock`. A number above 0 in the image has to be the `runAsUser`, if there is one. A name
cannot be compared with a number, and an image that names no user, or root, was not built for
anybody: beside a `runAsUser` both are accepted. `exact: true` reports the latter too. An image
without an entry is not judged, nor are Windows pods, which have no numbers for users.

https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from collections.abc import Iterator

from tools.images.lock import Entry
from tools.kubernetes.pod import Container
from tools.rules.image_evidence import Known, known_images
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

ROOT = ("", "0", "root")


class Options(RuleOptions):
    exact: bool = False
    """Report also an image that runs as root unless `runAsUser` says otherwise."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    remedy="State the image's user as `runAsUser`, or build the image with `USER` and that number.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    for found in known_images(target):
        if isinstance(found, Unjudged):
            yield found
        else:
            yield from _judge(found, options)


def _judge(known: Known, options: Options) -> Iterator[Problem]:
    for use in known.uses:
        if use.container is not None and not use.pod.is_windows:
            found = (_objection(use.container, entry, options) for entry in known.entries)
            objection = next(filter(None, found), None)
            if objection:
                path, words = objection
                related = ((use.pod.workload, use.path, "the image"),)
                message = f"{use.words} {words}"
                yield Problem(path, message, use.pod.workload, related=related)


def _objection(
    container: Container, entry: Entry, options: Options
) -> tuple[FieldPath, str] | None:
    user = entry.user.partition(":")[0]
    path, stated = container.security("runAsUser")
    insisted, non_root = container.security("runAsNonRoot")
    image = f"the user of its image is {user!r}" if user else "its image names no user"
    if isinstance(stated, int) and not isinstance(stated, bool):
        if user in ROOT:
            return (path, f"runs as {stated}, and {image}") if options.exact and stated else None
        if user.isdecimal() and int(user) != stated:
            return path, f"runs as {stated}, and {image}"
        return None
    if non_root is True and (user in ROOT or not user.isdecimal() or int(user) == 0):
        why = "which is root" if user in ROOT or user.isdecimal() else "which is no number"
        return insisted, f"is never started: runAsNonRoot is true and {image}, {why}"
    return None
