"""Which Services the texts name that a container is given: its variables, arguments and files."""

import re
from collections.abc import Iterable, Iterator

from tools.kubernetes.addresses import Address, ServiceName, addresses_in, service_name
from tools.kubernetes.pod import Pod
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.resource import ResourceSet
from tools.kubernetes.spelling import closest
from tools.kubernetes.texts import Text, texts_of

_HOST_VARIABLE = re.compile(r"(?:^|[_.-])(HOST|HOSTNAME|SERVER|ENDPOINT|ADDR|ADDRESS)$", re.I)
_HOST = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_IMAGE = re.compile(r"image|tag|version", re.I)
_LOWEST_PORT = 53
"""What stands behind the colon of `redis:7` is a version."""

_AS_NEAR = 0.8


class AddressReferences:
    """Finds the Services that texts name, or might, among the objects of a target.

    A host name of one label is taken for a Service of the pod's namespace wherever it stands in a
    URL or before a port, whether or not there is such a Service: in files, which have names of
    their own, only if there is. Whoever asks decides what one that cannot be found means.
    """

    def __init__(self, resources: ResourceSet) -> None:
        self._resources = resources
        self._namespaces = {r.namespace for r in resources if r.namespace} | {
            namespace.name for namespace in resources.of_kind("Namespace")
        }
        self._services = {(s.namespace, s.name) for s in resources.of_kind("Service")}

    def of_pods(self, pods: Iterable[Pod]) -> Iterator[Reference]:
        """What variables, commands and arguments name."""
        for pod in pods:
            for container in pod.containers:
                for text in texts_of(container, self._resources):
                    yield from self._of_text(text)

    def of_files(self, volumes: Iterable[Reference]) -> Iterator[Reference]:
        """What the ConfigMaps name that volumes refer to."""
        for volume in volumes:
            config_map = self._resources.find("ConfigMap", volume.name, volume.namespace)
            mounted = volume.container or (volume.pod and next(iter(volume.pod.containers), None))
            if config_map and mounted:
                for key, value in config_map.map("data").items():
                    if isinstance(value, str) and (volume.key == key or volume.whole):
                        text = Text(str(key), value, config_map, ("data", key), mounted, True)
                        yield from self._of_text(text)

    def _of_text(self, text: Text) -> Iterator[Reference]:
        for address in _addresses(text):
            host = self._service_name(address.host)
            if host is None or not self._counts(host, address, text):
                continue
            pod = text.container.pod
            yield Reference(
                Via.ADDRESS,
                text.resource,
                text.path,
                "Service",
                host.name,
                host.namespace or pod.namespace,
                port=address.port,
                pod=pod,
                container=text.container,
                scheme=address.scheme,
                host=address.host,
                text=address.text,
            )

    def _service_name(self, host: str) -> ServiceName | None:
        name, _, namespace = host.partition(".")
        found = service_name(host, self._namespaces)
        if found or not namespace or "." in namespace:
            return found
        near = closest(namespace, self._namespaces, _AS_NEAR)
        return ServiceName(name, namespace, "", False) if (near, name) in self._services else None

    def _counts(self, host: ServiceName, address: Address, text: Text) -> bool:
        if host.explicit or (address.scheme and not text.is_file):
            return True
        if text.is_file:
            there = (host.namespace or text.container.pod.namespace, host.name)
            return address.port is not None and there in self._services
        if address.port is None:
            return True
        return address.port >= _LOWEST_PORT and not _IMAGE.search(text.name)


def _addresses(text: Text) -> list[Address]:
    """Those of a text; the value of a variable called `…_HOST` is a host by itself."""
    if not text.is_file and _HOST_VARIABLE.search(text.name) and _HOST.fullmatch(text.text):
        return [Address("", text.text, None, text.text)]
    return addresses_in(text.text)
