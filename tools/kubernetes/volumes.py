"""The volumes of a pod, where its containers mount them, and whether they can be written to.

https://kubernetes.io/docs/concepts/storage/volumes/
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.resource import as_map, lookup
from tools.source.place import FieldPath

CLAIM_TEMPLATE = "volumeClaimTemplate"
"""The source of a volume that a StatefulSet makes from `volumeClaimTemplates`."""

CLAIMS = frozenset({CLAIM_TEMPLATE, "persistentVolumeClaim", "ephemeral"})
"""Sources that are a PersistentVolumeClaim, whoever creates it."""

_NEVER_WRITABLE = frozenset({"configMap", "secret", "downwardAPI", "projected", "image"})


class Volume(NamedTuple):
    """One volume; `source` is its type as the API spells it, `data` what stands below that."""

    name: str
    path: FieldPath
    source: str
    data: Mapping[str, Any]

    @property
    def writable(self) -> bool:
        """Whether a mount of it can be written to, unless the mount itself says `readOnly`."""
        return self.source not in _NEVER_WRITABLE and self.data.get("readOnly") is not True


class Mount(NamedTuple):
    """One entry of volumeMounts; `volume` is None if the pod has no volume of that name."""

    path: FieldPath
    data: Mapping[str, Any]
    volume: Volume | None

    @property
    def directory(self) -> str:
        """Where in the container it is mounted, "" if that is missing or not text."""
        directory = self.data.get("mountPath")
        return directory if isinstance(directory, str) else ""

    @property
    def writable(self) -> bool:
        """Whether the container can write to it; a volume that is missing is not judged here."""
        return self.data.get("readOnly") is not True and (not self.volume or self.volume.writable)


def volumes_of(pod: Pod) -> Mapping[str, Volume]:
    """The volumes of a pod by name; a StatefulSet's claim templates replace equal names."""
    found = {}
    for path, data in pod.workload.maps(*pod.at("volumes")):
        found[str(data.get("name"))] = _volume(path, data)
    for path, data in pod.workload.maps("spec", "volumeClaimTemplates"):
        name = str(lookup(data, ("metadata", "name")))
        found[name] = Volume(name, path, CLAIM_TEMPLATE, {})
    return found


def _volume(path: FieldPath, data: Mapping[str, Any]) -> Volume:
    """The API server makes an emptyDir of a volume that names no source."""
    sources = [key for key, value in data.items() if key != "name" and value is not None]
    source = str(sources[0]) if sources else "emptyDir"
    return Volume(str(data.get("name")), path, source, as_map(data.get(source)))


def mounts_of(container: Container) -> Iterator[Mount]:
    """What a container mounts, in the order of the manifest."""
    volumes = volumes_of(container.pod)
    for path, data in container.pod.workload.maps(*container.at("volumeMounts")):
        yield Mount(path, data, volumes.get(str(data.get("name"))))
