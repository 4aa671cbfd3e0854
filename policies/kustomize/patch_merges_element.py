"""A patch that is meant for an element of a list finds it there.

A strategic merge patch finds a container, a volume or a variable by its name, a port by its number
and a mount by its path. If none is like that, Kustomize adds one, without a word: a patch with
limits for `backnd` leaves `backend` unlimited and adds a second container, which has no image, so
that the API server refuses the whole workload. A misspelt variable is not even refused.

Looks at what patches have added to the pods and Services of the render and what cannot have been
meant as an addition: a container without an image; a mount without a volume; a variable without a
value; a volume that nothing mounts and that is called much like another; a port with the name of
another one, or without a name beside others in a Service; and a container or (as a warning) a
variable whose name is a slip of the finger away from another one. What else is missing then, from
the element or from the one that was meant, is not reported.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
"""

from collections.abc import Iterator

from tools.kubernetes.elements import Doubt, Element, doubts_about_pod, doubts_about_service
from tools.kubernetes.resource import Resource
from tools.rules.rule import Consequences, Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

_WORDS = {
    "containers": ("a container", "an image"),
    "initContainers": ("an init container", "an image"),
    "volumeMounts": ("a mount", "a volume"),
    "env": ("a variable", "a value"),
    "volumes": ("a volume", "a mount"),
    "ports": ("a port", "a name of its own"),
}
"""What an element of a list is called, and what one must have that nobody else gives it."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Write in the patch what the element is called in the base; a new one has to be whole.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    if target.tree is None:
        return
    doubts = [(pod.workload, doubt) for pod in target.pods for doubt in doubts_about_pod(pod)]
    for service in target.resources.of_kind("Service"):
        doubts += [(service, doubt) for doubt in doubts_about_service(service)]
    for resource, doubt in doubts:
        if _is_added(target, resource, doubt.element):
            yield _problem(resource, doubt)


def _is_added(target: Target, resource: Resource, element: Element) -> bool:
    """Whether a patch brought the element, and did not merge it into one that was there."""
    if target.trace is None:
        return False
    found = target.trace.locate(resource, (*element.path, element.key))
    return found.place is not None and found.layer == "patch" and not found.overrides


def _problem(resource: Resource, doubt: Doubt) -> Problem:
    element, meant, complete = doubt
    field = str(element.path[-2])
    word, needed = _WORDS[field]
    lack = "" if complete else f" without {needed}"
    hint = f"; did you mean {meant.name!r}?" if meant else ""
    explained = [Consequences(resource, (element.path,))]
    explained += [_of_meant(resource, element, meant)] if meant else []
    return Problem(
        element.path,
        f"this patch adds {word} {element.name!r}{lack} to {resource.ref.slug}{hint}",
        resource,
        related=((resource, meant.path, f"{meant.name} stands here"),) if meant else (),
        severity=Severity.WARNING if complete and field == "env" else None,
        explains=tuple(explained),
    )


def _of_meant(resource: Resource, element: Element, meant: Element) -> Consequences:
    """What the element says and the one that was meant does not get to hear."""
    below: list[FieldPath] = []
    exactly: list[FieldPath] = []
    rest = [((*meant.path, key), value) for key, value in element.data.items()]
    for path, value in rest:
        if isinstance(value, dict):
            exactly.append(path)
            rest += [((*path, key), child) for key, child in value.items()]
        elif path[-1] != element.key:
            below.append(path)
    return Consequences(resource, tuple(below), tuple(exactly))
