"""Every field of the Kubernetes API that holds a quantity, with what it counts.

From the types of k8s.io/api 1.36; https://kubernetes.io/docs/reference/kubernetes-api/.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, as_map, lookup
from tools.source.place import FieldPath


class Counts(Enum):
    """What a quantity is a quantity of."""

    ONE = "one container, pod or volume"
    MANY = "all pods of a namespace, or the most that somebody allows"
    OTHER = "a ratio, a divisor, or a metric that only its source knows"


class QuantityField(NamedTuple):
    """A field with a quantity.

    `name` is the resource (`cpu`, `limits.memory`, `sizeLimit`), `subject` the field in words.
    `milli` says that the API server rounds it up to thousandths.
    """

    path: FieldPath
    value: Any
    name: str
    subject: str
    counts: Counts
    milli: bool = True


def quantity_fields(resource: Resource, pod: Pod | None) -> Iterator[QuantityField]:
    """The quantities of an object and of the pod that it makes, in no particular order."""
    if pod is not None:
        yield from _of_pod(pod)
    yield from _READERS.get(resource.kind, _nothing)(resource)


def _list(
    resource: Resource, path: FieldPath, what: str, counts: Counts = Counts.ONE
) -> Iterator[QuantityField]:
    """The entries of a map of resources; `what` follows the name of the resource in the subject."""
    for name, value in resource.map(*path).items():
        yield QuantityField((*path, name), value, str(name), f"the {name} {what}", counts)


def _of_pod(pod: Pod) -> Iterator[QuantityField]:
    for container in pod.containers:
        for field in ("requests", "limits"):
            what = f"{field[:-1]} of container {container.name!r}"
            yield from _list(pod.workload, container.at("resources", field), what)
        for path, variable in pod.workload.maps(*container.at("env")):
            yield from _divisor((*path, "valueFrom"), variable.get("valueFrom"))
    for field in ("requests", "limits"):
        yield from _list(pod.workload, pod.at("resources", field), f"{field[:-1]} of the pod")
    yield from _list(pod.workload, pod.at("overhead"), "overhead of the pod")
    for path, volume in pod.workload.maps(*pod.at("volumes")):
        yield from _of_volume(pod.workload, path, str(volume.get("name")))


def _of_volume(workload: Resource, path: FieldPath, name: str) -> Iterator[QuantityField]:
    size = workload.get(*path, "emptyDir", "sizeLimit")
    if size is not None:
        subject = f"the sizeLimit of volume {name!r}"
        place = (*path, "emptyDir", "sizeLimit")
        yield QuantityField(place, size, "sizeLimit", subject, Counts.ONE, False)
    yield from _of_claim(workload, (*path, "ephemeral", "volumeClaimTemplate"), f"volume {name!r}")
    for file, item in workload.maps(*path, "downwardAPI", "items"):
        yield from _divisor(file, item)
    for source, _ in workload.maps(*path, "projected", "sources"):
        for file, item in workload.maps(*source, "downwardAPI", "items"):
            yield from _divisor(file, item)


def _divisor(path: FieldPath, value: Any) -> Iterator[QuantityField]:
    divisor = lookup(value, ("resourceFieldRef", "divisor"))
    if divisor is not None:
        place = (*path, "resourceFieldRef", "divisor")
        yield QuantityField(place, divisor, "divisor", "the divisor", Counts.OTHER, False)


def _of_claim(resource: Resource, path: FieldPath, whose: str) -> Iterator[QuantityField]:
    for field in ("requests", "limits"):
        place = (*path, "spec", "resources", field)
        yield from _list(resource, place, f"{field[:-1]} of {whose}")


def _claim(resource: Resource) -> Iterator[QuantityField]:
    yield from _of_claim(resource, (), "the claim")


def _stateful_set(resource: Resource) -> Iterator[QuantityField]:
    for path, template in resource.maps("spec", "volumeClaimTemplates"):
        name = lookup(template, ("metadata", "name"))
        yield from _of_claim(resource, path, f"claim {name!r}")


def _volume(resource: Resource) -> Iterator[QuantityField]:
    yield from _list(resource, ("spec", "capacity"), "capacity")


def _quota(resource: Resource) -> Iterator[QuantityField]:
    yield from _list(resource, ("spec", "hard"), "quota", Counts.MANY)


def _limit_range(resource: Resource) -> Iterator[QuantityField]:
    for path, _ in resource.maps("spec", "limits"):
        for field, counts in _LIMIT_RANGE_FIELDS.items():
            yield from _list(resource, (*path, field), field, counts)


_LIMIT_RANGE_FIELDS = {
    "default": Counts.ONE,
    "defaultRequest": Counts.ONE,
    "min": Counts.MANY,
    "max": Counts.MANY,
    "maxLimitRequestRatio": Counts.OTHER,
}


def _runtime_class(resource: Resource) -> Iterator[QuantityField]:
    for field in _list(resource, ("overhead", "podFixed"), "overhead"):
        yield field._replace(milli=False)


def _autoscaler(resource: Resource) -> Iterator[QuantityField]:
    """Values of metrics; only those of pods' resources have a name that says what they count."""
    for path, metric in resource.maps("spec", "metrics"):
        for kind, source in metric.items():
            known = kind in ("resource", "containerResource")
            name = str(as_map(source).get("name")) if known else "metric"
            for field in ("value", "averageValue"):
                place = (*path, kind, "target", field)
                value = lookup(source, ("target", field))
                if value is not None:
                    counts = Counts.ONE if known else Counts.OTHER
                    subject = f"the {field} of {name}"
                    yield QuantityField(place, value, name, subject, counts, False)
    for direction in ("scaleUp", "scaleDown"):
        path = ("spec", "behavior", direction, "tolerance")
        value = resource.get(*path)
        if value is not None:
            subject = f"the tolerance of {direction}"
            yield QuantityField(path, value, "tolerance", subject, Counts.OTHER, False)


def _nothing(resource: Resource) -> Iterator[QuantityField]:
    return iter(())


_READERS = {
    "PersistentVolumeClaim": _claim,
    "StatefulSet": _stateful_set,
    "PersistentVolume": _volume,
    "ResourceQuota": _quota,
    "LimitRange": _limit_range,
    "RuntimeClass": _runtime_class,
    "HorizontalPodAutoscaler": _autoscaler,
}
