"""Every mount names a volume of its pod, and every volume says what is in it.

A container that mounts a volume which its pod does not have is refused, for a Deployment with all
its other changes. A volume without a source is accepted: the API server makes an empty
directory of it, so the program finds no configuration, or writes its data to a place that dies
with the pod. That happens when the source is indented wrongly or a patch has removed it.

Looks at `volumeMounts` and `volumeDevices` of every container, and at variables that are read
from a file (`fileKeyRef`). A StatefulSet's `volumeClaimTemplates` are volumes of its pods. Devices
must be claims, and `fileKeyRef` must name an emptyDir. Where a ConfigMap, Secret or downward API
volume lists its files under `items`, a `subPath` must pick one of them or a directory above one:
else an empty directory is mounted in place of the file. `emptyDir:` with nothing behind it is an
empty directory that somebody asked for; any other source with nothing behind it is none.

Volumes that admission webhooks add to pods cannot be seen. They help a bare Pod only: the
template of a Deployment is checked before any pod is made. Volumes without any mount are legal
and not judged.

https://kubernetes.io/docs/concepts/storage/volumes/
"""

from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import Any

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.resource import as_list, as_map, lookup
from tools.kubernetes.spelling import closest
from tools.kubernetes.volumes import CLAIMS, Volume, volumes_of
from tools.rules.rule import Consequences, Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

Volumes = Mapping[str, Volume]


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Name a volume of the pod, and give each volume its source.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for path, volume in pod.workload.maps(*pod.at("volumes")):
        if "emptyDir" not in volume and all(volume[key] is None for key in volume if key != "name"):
            name = volume.get("name")
            yield Problem(path, f"volume {name!r} has no source, which makes it an empty directory")
    if not isinstance(pod.get("volumes") or [], list):
        return  # schema-valid's to report
    volumes = volumes_of(pod)
    for container in pod.containers:
        yield from _mounts(container, volumes)
        yield from _devices(container, volumes)
        yield from _files(container, volumes)


def _mounts(container: Container, volumes: Volumes) -> Iterator[Problem]:
    for path, mount in container.pod.workload.maps(*container.at("volumeMounts")):
        name = mount.get("name")
        if not isinstance(name, str):
            continue
        if name not in volumes:
            yield _missing((*path, "name"), container, name, volumes)
            continue
        sub_path = mount.get("subPath")
        files = _files_of(volumes[name])
        if isinstance(sub_path, str) and sub_path and files:
            picked = normpath(sub_path)
            if picked != "." and not any(f"{file}/".startswith(f"{picked}/") for file in files):
                there = ", ".join(files)
                yield Problem(
                    (*path, "subPath"),
                    f"container {container.name!r} picks {sub_path!r} of volume {name!r}, "
                    f"whose items are {there}",
                    related=((container.pod.workload, volumes[name].path, "the volume"),),
                )


def _devices(container: Container, volumes: Volumes) -> Iterator[Problem]:
    for path, device in container.pod.workload.maps(*container.at("volumeDevices")):
        name = device.get("name")
        if not isinstance(name, str):
            continue
        volume = volumes.get(name)
        if volume is None:
            yield _missing((*path, "name"), container, name, volumes)
        elif volume.source not in CLAIMS:
            sentence = f"device {name!r} of container {container.name!r} is no claim"
            yield Problem((*path, "name"), f"{sentence} but a volume of type {volume.source!r}")


def _files(container: Container, volumes: Volumes) -> Iterator[Problem]:
    for path, entry in container.pod.workload.maps(*container.at("env")):
        name = lookup(entry, ("valueFrom", "fileKeyRef", "volumeName"))
        if not isinstance(name, str):
            continue
        place = (*path, "valueFrom", "fileKeyRef", "volumeName")
        if name not in volumes:
            yield _missing(place, container, name, volumes)
        elif volumes[name].source != "emptyDir":
            sentence = f"variables are read from an emptyDir, and volume {name!r} is none"
            yield Problem(place, sentence)


def _missing(path: FieldPath, container: Container, name: str, volumes: Volumes) -> Problem:
    near = closest(name, volumes)
    hint = f"; did you mean {near!r}?" if near else ""
    sentence = f"container {container.name!r} names volume {name!r}, which its pod does not have"
    pod = container.pod
    return Problem(
        path,
        sentence + hint,
        missing=((pod.workload, pod.at("volumes", name)),),
        explains=(Consequences(pod.workload, (path,)),),
    )


def _files_of(volume: Volume) -> list[str]:
    """The files that `items` make, () if all keys become files, or nobody knows."""
    sources: list[Any] = [volume.data]
    if volume.source == "projected":
        sources = [v for s in as_list(volume.data.get("sources")) for v in as_map(s).values()]
    elif volume.source not in ("configMap", "secret", "downwardAPI"):
        return []
    items = [as_list(as_map(source).get("items")) for source in sources]
    if not all(items):
        return []
    paths = [as_map(item).get("path") for some in items for item in some]
    return [normpath(path) for path in paths if isinstance(path, str)]
