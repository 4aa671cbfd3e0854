"""The ConfigMaps and Secrets that pods take values from.

https://kubernetes.io/docs/concepts/configuration/configmap/#using-configmaps
"""

from collections.abc import Iterable, Iterator
from typing import Any

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import as_list, as_map

_IN_ENV = {"configMapRef": "ConfigMap", "configMapKeyRef": "ConfigMap",
           "secretRef": "Secret", "secretKeyRef": "Secret"}  # fmt: skip


def configuration_of(pods: Iterable[Pod]) -> frozenset[tuple[str, str, str]]:
    """Kind, namespace and name of what the pods read as variables or mount as files."""
    return frozenset(
        (kind, pod.namespace, name) for pod in pods for kind, name in (*_env(pod), *_volumes(pod))
    )


def _env(pod: Pod) -> Iterator[tuple[str, str]]:
    for container in pod.containers:
        for entry in map(as_map, as_list(container.get("envFrom"))):
            yield from _references(entry)
        for entry in map(as_map, as_list(container.get("env"))):
            yield from _references(as_map(entry.get("valueFrom")))


def _references(data: Any) -> Iterator[tuple[str, str]]:
    for field, kind in _IN_ENV.items():
        name = as_map(data.get(field)).get("name")
        if isinstance(name, str):
            yield kind, name


def _volumes(pod: Pod) -> Iterator[tuple[str, str]]:
    for volume in map(as_map, as_list(pod.get("volumes"))):
        sources = as_list(as_map(volume.get("projected")).get("sources"))
        for source in (volume, *map(as_map, sources)):
            for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
                data = as_map(source.get(field))
                name = data.get("secretName", data.get("name"))
                if isinstance(name, str):
                    yield kind, name
