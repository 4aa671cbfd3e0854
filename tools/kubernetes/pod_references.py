"""What a pod names: its ServiceAccount, its classes, and where its variables come from.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.reference import (
    CONFIG_MAP,
    SECRET,
    SERVICE_ACCOUNT,
    Reference,
    Referrer,
    Via,
    What,
)
from tools.kubernetes.resource import as_map, lookup
from tools.kubernetes.service_accounts import account_of
from tools.kubernetes.volume_references import volume_references

_FROM_KEY = {"configMapKeyRef": CONFIG_MAP, "secretKeyRef": SECRET}
_FROM_ALL = {"configMapRef": CONFIG_MAP, "secretRef": SECRET}
_CLASSES = {
    "priorityClassName": What("PriorityClass", "scheduling.k8s.io", namespaced=False),
    "runtimeClassName": What("RuntimeClass", "node.k8s.io", namespaced=False),
}
_DEVICES = {
    "resourceClaimName": What("ResourceClaim", "resource.k8s.io"),
    "resourceClaimTemplateName": What("ResourceClaimTemplate", "resource.k8s.io"),
}


def pod_references(pod: Pod) -> Iterator[Reference]:
    """Everything that a pod and its containers name, but for addresses and variables."""
    by = Referrer(pod.workload, pod)
    for path, _ in pod.workload.maps(*pod.at("imagePullSecrets")):
        yield from by.names(Via.IMAGE_PULL, (*path, "name"), SECRET)
    yield from by.names(Via.SERVICE_ACCOUNT, account_of(pod).path, SERVICE_ACCOUNT)
    for field, what in _CLASSES.items():
        yield from by.names(Via.CLASS, pod.at(field), what)
    for path, _ in pod.workload.maps(*pod.at("resourceClaims")):
        for field, what in _DEVICES.items():
            yield from by.names(Via.OTHER, (*path, field), what)
    for container in pod.containers:
        yield from _env_from(container)
        yield from _env(container)
    yield from volume_references(pod)


def _env_from(container: Container) -> Iterator[Reference]:
    workload = container.pod.workload
    by = Referrer(workload, container.pod, container)
    for path, entry in workload.maps(*container.at("envFrom")):
        for field, what in _FROM_ALL.items():
            optional = lookup(entry, (field, "optional")) is True
            name = (*path, field, "name")
            yield from by.names(Via.ENV_FROM, name, what, whole=True, optional=optional)


def _env(container: Container) -> Iterator[Reference]:
    workload = container.pod.workload
    by = Referrer(workload, container.pod, container)
    for path, entry in workload.maps(*container.at("env")):
        for field, what in _FROM_KEY.items():
            source = as_map(lookup(entry, ("valueFrom", field)))
            if isinstance(source.get("key"), str):
                below = (*path, "valueFrom", field)
                optional = source.get("optional") is True
                yield from by.names(
                    Via.ENV,
                    (*below, "name"),
                    what,
                    key=source["key"],
                    part_path=(*below, "key"),
                    optional=optional,
                )
