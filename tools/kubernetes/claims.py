"""The PersistentVolumeClaims that objects are or make.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tools.kubernetes.capacity import Load
from tools.kubernetes.resource import Resource, lookup
from tools.source.place import FieldPath

_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"


class Claim(NamedTuple):
    """A PersistentVolumeClaim, or a template of `times` claims; `path` is where it begins."""

    resource: Resource
    path: FieldPath
    times: int
    words: str

    def get(self, *path: str | int) -> Any:
        return self.resource.get(*self.path, *path)

    @property
    def storage_class(self) -> str | None:
        """The name of its StorageClass; None leaves the choice to the cluster's default."""
        annotated = lookup(self.get("metadata", "annotations"), (_CLASS_ANNOTATION,))
        name = annotated if annotated is not None else self.get("spec", "storageClassName")
        return name if isinstance(name, str) else None


def claims(objects: Iterable[Resource], loads: Iterable[Load]) -> Iterator[Claim]:
    """Every claim: the objects, a StatefulSet's templates, and those that live with a pod."""
    for resource in objects:
        if resource.kind == "PersistentVolumeClaim":
            yield Claim(resource, (), 1, "1 claim")
    for load in loads:
        workload = load.pod.workload
        if workload.kind == "StatefulSet":
            for path, _ in workload.maps("spec", "volumeClaimTemplates"):
                yield Claim(workload, path, load.steady, f"a claim for each of {load.words}")
        for path, volume in workload.maps(*load.pod.at("volumes")):
            if isinstance(lookup(volume, ("ephemeral", "volumeClaimTemplate")), dict):
                template = (*path, "ephemeral", "volumeClaimTemplate")
                yield Claim(workload, template, load.pods, f"a claim for each of {load.words}")
