"""Where containers see volumes.

https://kubernetes.io/docs/concepts/storage/volumes/; exactly, ValidateVolumeMounts,
ValidateVolumeDevices, validateMountPropagation and validateMountRecursiveReadOnly.
"""

from collections.abc import Mapping

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import enumeration, local_path

_PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
_RECURSIVE = ("Disabled", "IfPossible", "Enabled")


def volume_mounts(container: Field, volumes: Mapping[str, Field]) -> Refusals:
    """The mounts of one container; `volumes` are the valid ones of the pod, by name."""
    mounts = container["volumeMounts"]
    devices = {
        device["name"].text: device["devicePath"].text
        for device in container["volumeDevices"].items()
    }
    paths: set[str] = set()
    for mount in mounts.items():
        name, path = mount["name"], mount["mountPath"]
        yield from _volume_name(name, volumes)
        if not path.text:
            yield path.required("it says where the container sees the volume")
        if path.text in paths:
            yield path.duplicate()
        paths.add(path.text)
        if name.text in devices:
            yield name.must("not be in volumeDevices as well")
        if path.text in devices.values():
            yield path.must("not be a devicePath of volumeDevices as well")
        yield from _sub_paths(mount, mounts)
        yield from _propagation(mount, mounts, container)
        yield from _recursive(mount, mounts)


def _volume_name(name: Field, volumes: Mapping[str, Field]) -> Refusals:
    if not name.text:
        yield name.required("it says which volume")
    elif name.text not in volumes:
        there = f"those are {', '.join(sorted(volumes))}" if volumes else "it has none"
        yield name.must(f"be the name of a valid volume of the pod: {there}")


def _sub_paths(mount: Field, mounts: Field) -> Refusals:
    """The server names `volumeMounts.subPath`, not the mount."""
    plain, expanded = mount["subPath"], mount["subPathExpr"]
    if plain.text:
        yield from (refusal.named(mounts["subPath"]) for refusal in local_path(plain))
    if expanded.text:
        if plain.text:
            yield expanded.forbidden("beside subPath")
        yield from (refusal.named(mounts["subPathExpr"]) for refusal in local_path(expanded))


def _propagation(mount: Field, mounts: Field, container: Field) -> Refusals:
    field, whole = mount["mountPropagation"], mounts["mountPropagation"]
    if not field.is_set:
        return
    yield from (refusal.named(whole) for refusal in enumeration(field, _PROPAGATIONS))
    privileged = container.at("securityContext", "privileged").is_true
    if field.text == "Bidirectional" and not privileged:
        yield field.must("be HostToContainer or 'None' unless the container is privileged").named(
            whole
        )


def _recursive(mount: Field, mounts: Field) -> Refusals:
    field, whole = mount["recursiveReadOnly"], mounts["recursiveReadOnly"]
    if not field.is_set or field.text == "Disabled":
        return
    if field.text not in _RECURSIVE:
        yield field.unsupported(_RECURSIVE).named(whole)
        return
    if not mount["readOnly"].is_true:
        yield field.must("be Disabled unless readOnly is true").named(whole)
    if mount["mountPropagation"].is_set and mount["mountPropagation"].text != "None":
        yield field.must("be Disabled unless mountPropagation is 'None'").named(whole)


def volume_devices(container: Field, volumes: Mapping[str, Field]) -> Refusals:
    """The block devices of one container."""
    mounts = {
        mount["name"].text: mount["mountPath"].text for mount in container["volumeMounts"].items()
    }
    names: set[str] = set()
    paths: set[str] = set()
    for device in container["volumeDevices"].items():
        name, path = device["name"], device["devicePath"]
        yield from _volume_name(name, volumes)
        yield from _of_claim(name, volumes)
        if name.text and name.text in names:
            yield name.duplicate()
        names.add(name.text)
        yield from _device_path(path, paths)
        if name.text in mounts:
            yield name.must("not be in volumeMounts as well")
        if path.text in mounts.values():
            yield path.must("not be a mountPath of volumeMounts as well")


def _of_claim(name: Field, volumes: Mapping[str, Field]) -> Refusals:
    volume = volumes.get(name.text)
    if volume is not None and not volume.set_among(("persistentVolumeClaim", "ephemeral")):
        yield name.must("be a volume of type persistentVolumeClaim or ephemeral")


def _device_path(path: Field, paths: set[str]) -> Refusals:
    if not path.text:
        yield path.required("it says where the container sees the device")
    if path.text in paths:
        yield path.duplicate()
    if ".." in path.text.split("/"):
        yield path.must("not contain '..'")
    else:
        paths.add(path.text)
