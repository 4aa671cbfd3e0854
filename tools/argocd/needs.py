"""What a pod cannot start without, and which objects provide it.

A Namespace is not among it: Argo CD moves it up to the first object in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tools.argocd.operators import made_secrets
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, as_list, as_map
from tools.source.place import FieldPath

_ENV = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
_ENV_FROM = {"configMapRef": "ConfigMap", "secretRef": "Secret"}
_CLASSES = {"priorityClassName": "PriorityClass", "runtimeClassName": "RuntimeClass"}
"""Without them the API server refuses the pod."""
_VOLUMES = (
    ("configMap", "name", "ConfigMap"),
    ("secret", "secretName", "Secret"),
    ("secret", "name", "Secret"),
    ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
)


class Need(NamedTuple):
    """An object that has to exist before the pod of a workload starts, and the field naming it."""

    kind: str
    namespace: str
    name: str
    path: FieldPath


def needs(pod: Pod) -> Iterator[Need]:
    """Everything that keeps a pod waiting while it is missing."""
    namespace = pod.namespace
    account = pod.get("serviceAccountName")
    if isinstance(account, str) and account != "default":
        yield Need("ServiceAccount", namespace, account, pod.at("serviceAccountName"))
    for field, kind in _CLASSES.items():
        name = pod.get(field)
        if isinstance(name, str):
            yield Need(kind, "", name, pod.at(field))
    for container in pod.containers:
        for index, entry in enumerate(as_list(container.get("envFrom"))):
            path = container.at("envFrom", index)
            yield from _named(_ENV_FROM, as_map(entry), namespace, path)
        for index, entry in enumerate(as_list(container.get("env"))):
            path = container.at("env", index, "valueFrom")
            yield from _named(_ENV, as_map(as_map(entry).get("valueFrom")), namespace, path)
    for index, volume in enumerate(as_list(pod.get("volumes"))):
        yield from _volume(as_map(volume), namespace, pod.at("volumes", index))


def _named(
    kinds: Mapping[str, str], data: Mapping[str, Any], namespace: str, path: FieldPath
) -> Iterator[Need]:
    for field, kind in kinds.items():
        reference = as_map(data.get(field))
        name = reference.get("name")
        if isinstance(name, str) and reference.get("optional") is not True:
            yield Need(kind, namespace, name, (*path, field, "name"))


def _volume(volume: Mapping[str, Any], namespace: str, path: FieldPath) -> Iterator[Need]:
    projected = as_list(as_map(volume.get("projected")).get("sources"))
    sources = [(path, volume)]
    sources += [((*path, "projected", "sources", i), as_map(s)) for i, s in enumerate(projected)]
    for where, source in sources:
        for field, key, kind in _VOLUMES:
            reference = as_map(source.get(field))
            name = reference.get(key)
            if isinstance(name, str) and reference.get("optional") is not True:
                yield Need(kind, namespace, name, (*where, field, key))


def makers(resources: Iterable[Resource]) -> dict[tuple[str, str, str], Resource]:
    """Which object provides what, by kind, namespace and name.

    Itself, or for a Secret what an operator makes it from.
    """
    found: dict[tuple[str, str, str], Resource] = {}
    for resource in resources:
        found.setdefault((resource.kind, resource.namespace, resource.name), resource)
        for secret in made_secrets(resource):
            found.setdefault(("Secret", resource.namespace, secret), resource)
    return found
