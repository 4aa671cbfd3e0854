"""Which object of one environment is the counterpart of an object of another one."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from tools.kubernetes.resource import Resource
from tools.rules.target import Target
from tools.source.place import Place


class Component(NamedTuple):
    """A workload or a Service, and the target that it is in."""

    resource: Resource
    target: Target


def components(target: Target) -> Iterator[Component]:
    """What an application is made of: everything that makes pods, and the Services."""
    for pod in target.pods:
        yield Component(pod.workload, target)
    for service in target.resources.of_kind("Service"):
        if not service.ref.group:
            yield Component(service, target)


class Counterparts:
    """The components of an environment, to be looked up from another one."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._all = [component for target in targets for component in components(target)]

    def all_of(self, wanted: Component) -> list[Component]:
        """The components with the same kind and name, else those made from the same file.

        A base that is rendered with a prefix or suffix to its names is found by the latter.
        """
        resource = wanted.resource
        found = self._by_name.get((resource.kind, resource.name), [])
        if not found and (origin := _origin(wanted)):
            found = self._by_origin.get(origin, [])
        return found

    def of(self, wanted: Component) -> Component | None:
        """The one of them whose target has most parts of its path in common with the wanted one's.

        None if that does not decide.
        """
        found = self.all_of(wanted)
        parts = set(wanted.target.path.split("/"))
        near = [len(parts & set(component.target.path.split("/"))) for component in found]
        if not near or near.count(max(near)) > 1:
            return None
        return found[near.index(max(near))]

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], list[Component]]:
        found: dict[tuple[str, str], list[Component]] = {}
        for component in self._all:
            key = (component.resource.kind, component.resource.name)
            found.setdefault(key, []).append(component)
        return found

    @cached_property
    def _by_origin(self) -> Mapping[Place, list[Component]]:
        found: dict[Place, list[Component]] = {}
        for component in self._all:
            if origin := _origin(component):
                found.setdefault(origin, []).append(component)
        return found


def _origin(component: Component) -> Place | None:
    """Where the object is defined: patches and transformers do not set `kind`."""
    trace = component.target.trace
    return trace.locate(component.resource, ("kind",)).place if trace else None
