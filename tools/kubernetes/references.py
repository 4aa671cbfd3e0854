"""The index of references: how every object of a target names other objects, or a key of them.

What belongs together by labels (Services and their pods, policies, budgets) names nothing and is
not in here; `selector` and `services` know about that.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from tools.kubernetes.address_references import AddressReferences
from tools.kubernetes.annotation_references import annotation_references
from tools.kubernetes.custom_references import custom_references, is_custom
from tools.kubernetes.field_references import field_references
from tools.kubernetes.object_references import object_references
from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_references import pod_references
from tools.kubernetes.provided import Provided, provided_by
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.spelling import closest
from tools.kubernetes.variables import uses_of
from tools.source.place import FieldPath

_Name = tuple[str, str]
_Key = TypeVar("_Key")
_Item = TypeVar("_Item")


class References(Sequence[Reference]):
    """Every reference between the objects of one target, in the order of the render."""

    def __init__(self, resources: ResourceSet, pods: Collection[Pod]) -> None:
        self._resources = resources
        self._pods = {id(pod.workload): pod for pod in pods}

    def __getitem__(self, index: Any) -> Any:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)

    @cached_property
    def _all(self) -> list[Reference]:
        found = [one for resource in self._resources for one in self._names(resource)]
        addresses = AddressReferences(self._resources)
        files = [r for r in found if r.kind == "ConfigMap" and r.via in _FILES]
        return [*found, *addresses.of_pods(self._pods.values()), *addresses.of_files(files)]

    def _names(self, resource: Resource) -> Iterator[Reference]:
        pod = self._pods.get(id(resource))
        yield from field_references(resource)
        yield from object_references(resource)
        yield from annotation_references(resource)
        if pod is None:
            yield from custom_references(resource)
            return
        yield from pod_references(pod)
        yield from _variables(pod)

    @cached_property
    def _by_via(self) -> Mapping[Via, list[Reference]]:
        return _grouped((reference.via, reference) for reference in self._all)

    @cached_property
    def _by_resource(self) -> Mapping[int, list[Reference]]:
        return _grouped((id(reference.resource), reference) for reference in self._all)

    @cached_property
    def _by_name(self) -> Mapping[_Name, list[Reference]]:
        return _grouped(((r.kind, r.name), r) for r in self._all)

    @cached_property
    def _provided(self) -> Mapping[_Name, list[Provided]]:
        return _grouped(
            ((one.kind, one.name), one)
            for resource in self._resources
            for one in provided_by(resource)
        )

    def via(self, *vias: Via) -> list[Reference]:
        """The references of some kinds of fields, kind by kind."""
        return [reference for via in vias for reference in self._by_via.get(via, ())]

    def of(self, resource: Resource) -> Sequence[Reference]:
        """What one object names."""
        return self._by_resource.get(id(resource), ())

    def to(self, kind: str, name: str, namespace: str) -> list[Reference]:
        """Who names an object. A namespace that is left out, on either side, may be any."""
        found = self._by_name.get((kind, name), ())
        return [r for r in found if same_namespace(r.namespace, namespace)]

    def resolve(self, reference: Reference) -> Resource | None:
        """The object of the render that is named, None if there is none.

        The one in the very namespace comes first; one of the two may leave its namespace out.
        """
        candidates = [
            resource
            for resource in self._resources.of_kind(reference.kind)
            if resource.name == reference.name
            and reference.group in (None, resource.ref.group)
            and same_namespace(resource.namespace, reference.namespace)
        ]
        exact = [r for r in candidates if r.namespace == reference.namespace]
        return next(iter(exact or candidates), None)

    def nearest(self, reference: Reference) -> Resource | None:
        """The object that may be meant by a name that is not there, None if none comes near.

        One of that name in another namespace, else one of the namespace that is spelt alike.
        """
        others = self._resources.of_kind(reference.kind)
        here = {other.name: other for other in others if other.namespace == reference.namespace}
        elsewhere = next((other for other in others if other.name == reference.name), None)
        return elsewhere or here.get(closest(reference.name, here) or "")

    def provided(self, kind: str, name: str, namespace: str) -> list[Provided]:
        """Who brings a Secret or ConfigMap, what stands in the manifests included."""
        found = self._provided.get((kind, name), ())
        return [one for one in found if same_namespace(one.namespace, namespace)]

    def mentioned(self, resource: Resource) -> bool:
        """Whether another object has the name of this one in a field that says nothing to us.

        In an argument (`--configmap=shop/settings`), in a text, or in an object of a custom kind.
        """
        word = re.compile(rf"(?<![a-z0-9.-]){re.escape(resource.name)}(?![a-z0-9.-])")
        return any(
            index != resource.index and any(map(word.search, texts))
            for index, texts in self._texts.items()
        )

    @cached_property
    def _texts(self) -> Mapping[int, list[str]]:
        understood = {(id(r.resource), r.path) for r in self._all if r.via not in _IN_TEXTS}
        return {
            resource.index: [
                text for path, text in _strings(resource) if (id(resource), path) not in understood
            ]
            for resource in self._resources
            if resource.kind != "CustomResourceDefinition"
        }


_IN_TEXTS = frozenset({Via.CUSTOM, Via.ADDRESS, Via.VARIABLE})
"""References in fields that may hold other names as well."""

_FILES = frozenset({Via.VOLUME, Via.PROJECTED, Via.SUB_PATH})


def same_namespace(one: str, other: str) -> bool:
    """Whether two namespaces are one, or may be: "" is left to whoever applies the manifest."""
    return one == other or not one or not other


def _variables(pod: Pod) -> Iterator[Reference]:
    for container in pod.containers:
        for use in uses_of(container):
            ref = pod.workload.ref
            yield Reference(
                Via.VARIABLE,
                pod.workload,
                use.path,
                ref.kind,
                ref.name,
                ref.namespace,
                ref.group,
                key=use.name,
                pod=pod,
                container=container,
                text=use.text,
            )


def _grouped(pairs: Iterable[tuple[_Key, _Item]]) -> dict[_Key, list[_Item]]:
    found: dict[_Key, list[_Item]] = {}
    for key, item in pairs:
        found.setdefault(key, []).append(item)
    return found


def _strings(resource: Resource) -> Iterator[tuple[FieldPath, str]]:
    """The texts of an object in which a name of another one may stand, with their paths."""
    own = frozenset() if is_custom(resource) else _OWN
    stack: list[tuple[FieldPath, Any]] = [
        ((field,), value) for field, value in resource.data.items() if field != "metadata"
    ]
    stack.append((("metadata", "annotations"), resource.annotations))
    while stack:
        path, value = stack.pop()
        if isinstance(value, str) and path[-1] not in own:
            yield path, value
        elif isinstance(value, dict) and path[-1] not in _LABELS:
            stack.extend(((*path, key), item) for key, item in value.items())
        elif isinstance(value, list):
            stack.extend(((*path, index), item) for index, item in enumerate(value))


_LABELS = frozenset({"labels", "matchLabels"})
_OWN = frozenset({"name", "image", "namespace"})
"""Fields of Kubernetes' own kinds that name what they stand in, or are understood already."""
