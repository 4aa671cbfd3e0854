"""Elements of lists that are hardly meant to be there: misspelt or incomplete ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, as_list, as_map
from tools.kubernetes.spelling import closest, slip
from tools.source.place import FieldPath

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


def doubts_about_service(service: Resource) -> Iterator[Doubt]:
    """Ports of a Service that the API server refuses for their names."""
    yield from _ports(_elements(service, ("spec", "ports"), "port"), named=True)


def doubts_about_pod(pod: Pod) -> Iterator[Doubt]:
    """Containers, variables, ports, mounts and volumes of a pod."""
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
        near = None if name in used else closest(name, volumes.keys() - {name}, _ALIKE)
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


def _elements(resource: Resource, path: FieldPath, key: str = "name") -> list[Element]:
    return [Element(at, data, key) for at, data in resource.maps(*path)]
