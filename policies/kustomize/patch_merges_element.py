"""A patch that is meant for an element of a list finds it there.

A strategic merge patch finds a container, a volume or a variable by its name, a port by its number
and a mount by its path. If none is like that, Kustomize adds one, without a word: a patch with
limits for `backnd` leaves `backend` unlimited and adds a second container, which has no image, so
that the API server refuses the whole workload. A misspelt variable is not even refused.

Looks at what patches have added to the pods and Services of the render and what cannot have been
meant as an addition: a container without an image; a mount without a volume; a variable without a
value; a volume that nothing mounts and that is called much like another; a port with the name of
another one, or without a name beside others in a Service; and, as a warning, a container or
variable whose name is a slip of the finger away from another one. What else is missing then, from
the element or from the one that was meant, is not reported.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, as_list, as_map
from tools.kubernetes.spelling import closest, slip
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

_ALIKE = 0.6
"""What is not whole needs to be like another one by so much, for `closest`."""


class Element(NamedTuple):
    """An element of a list, with its field path and the field that a patch finds it by."""

    path: FieldPath
    data: Mapping[str, Any]
    key: str

    @property
    def name(self) -> str:
        return str(self.data.get(self.key))


class Doubt(NamedTuple):
    """An element that may not be meant to be there, and the one that may be meant instead."""

    element: Element
    meant: Element | None
    complete: bool


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Write in the patch what the element is called in the base; a new one has to be whole.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    if target.tree is None:
        return
    for pod in target.pods:
        for doubt in _in_pod(pod):
            if _is_added(target, pod.workload, doubt.element):
                yield _problem(pod.workload, doubt)
    for service in target.resources.of_kind("Service"):
        ports = _elements(service, ("spec", "ports"), "port")
        for doubt in _ports(ports, named=True):
            if _is_added(target, service, doubt.element):
                yield _problem(service, doubt)


def _elements(resource: Resource, path: FieldPath, key: str = "name") -> list[Element]:
    return [Element(at, data, key) for at, data in resource.maps(*path)]


def _in_pod(pod: Pod) -> Iterator[Doubt]:
    workload = pod.workload
    for field in ("containers", "initContainers"):
        containers = _elements(workload, pod.at(field))
        yield from _misnamed(containers, ("image",), alone=True)
        for path, _, _ in containers:
            yield from _misnamed(_elements(workload, (*path, "env")), ("value", "valueFrom"))
            yield from _ports(_elements(workload, (*path, "ports"), "containerPort"))
            mounts = _elements(workload, (*path, "volumeMounts"), "mountPath")
            yield from _misnamed(mounts, ("name",), slips=False, alone=True)
    yield from _volumes(pod)


def _misnamed(
    elements: Sequence[Element], needed: tuple[str, ...], *, slips: bool = True, alone: bool = False
) -> Iterator[Doubt]:
    """Elements that lack all they need, and those that are a slip away from another one.

    `alone` says that lacking it is wrong by itself, whatever the others are called.
    """
    whole = [e for e in elements if any(_says(e, field) for field in needed)]
    by_name = {element.name: element for element in whole}
    for element in elements:
        others = by_name.keys() - {element.name}
        if element not in whole:
            near = closest(element.name, others, _ALIKE) or (
                next(iter(others)) if len(others) == 1 else ""
            )
            if alone or closest(element.name, others, _ALIKE):
                yield Doubt(element, by_name.get(near), complete=False)
        elif slips and (near := slip(element.name, others) or ""):
            yield Doubt(element, by_name[near], complete=True)


def _says(element: Element, field: str) -> bool:
    value = element.data.get(field)
    return value is not None and (value != "" or field == "value")


def _volumes(pod: Pod) -> Iterator[Doubt]:
    """Volumes that nothing mounts, called much like another one."""
    fields = ("volumeMounts", "volumeDevices")
    mounts = (as_list(c.get(field)) for c in pod.containers for field in fields)
    used = {str(as_map(mount).get("name")) for listed in mounts for mount in listed}
    volumes = {element.name: element for element in _elements(pod.workload, pod.at("volumes"))}
    for name, element in volumes.items():
        near = None if name in used else closest(name, volumes.keys() - {name})
        if near:
            yield Doubt(element, volumes[near], complete=False)


def _ports(ports: Sequence[Element], *, named: bool = False) -> Iterator[Doubt]:
    """Ports with the name of another one, or (`named`) without a name beside others."""
    for port in ports:
        name = port.data.get("name")
        others = [other for other in ports if other is not port]
        alike = [other for other in others if name and other.data.get("name") == name]
        if alike or (named and others and not name):
            yield Doubt(port, (alike or others)[0], complete=False)


def _is_added(target: Target, resource: Resource, element: Element) -> bool:
    """Whether a patch brought the element, and did not merge it into one that was there."""
    if target.trace is None:
        return False
    found = target.trace.locate(resource, (*element.path, element.key))
    return found.place is not None and found.layer == "patch" and not found.overrides


def _problem(resource: Resource, doubt: Doubt) -> Problem:
    element, meant, complete = doubt
    word, needed = _WORDS[str(element.path[-2])]
    lack = "" if complete else f" without {needed}"
    hint = f"; did you mean {meant.name!r}?" if meant else ""
    explained = [Consequences(resource, (element.path,))]
    explained += [_of_meant(resource, element, meant)] if meant else []
    return Problem(
        element.path,
        f"this patch adds {word} {element.name!r}{lack} to {resource.ref.slug}{hint}",
        resource,
        related=((resource, meant.path, f"{meant.name} stands here"),) if meant else (),
        severity=Severity.WARNING if complete else None,
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
