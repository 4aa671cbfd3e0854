"""What the volumes of a pod name, and which keys of it their mounts pick.

https://kubernetes.io/docs/concepts/storage/volumes/
"""

from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import Any, NamedTuple

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.reference import (
    CONFIG_MAP,
    SECRET,
    STORAGE_CLASS,
    Reference,
    Referrer,
    Via,
    What,
)
from tools.kubernetes.resource import as_list, lookup
from tools.kubernetes.service_accounts import account_of
from tools.source.place import FieldPath

_CLAIM = What("PersistentVolumeClaim")
_TRUST = What("ClusterTrustBundle", "certificates.k8s.io", namespaced=False)
_FIELDS: tuple[tuple[FieldPath, Via, What], ...] = (
    (("persistentVolumeClaim", "claimName"), Via.CLAIM, _CLAIM),
    (("ephemeral", "volumeClaimTemplate", "spec", "storageClassName"), Via.CLASS, STORAGE_CLASS),
    (("csi", "nodePublishSecretRef", "name"), Via.VOLUME, SECRET),
    (("csi", "volumeAttributes", "secretProviderClass"), Via.OTHER,
     What("SecretProviderClass", "secrets-store.csi.x-k8s.io")),
    (("azureFile", "secretName"), Via.VOLUME, SECRET),
    (("cephfs", "secretRef", "name"), Via.VOLUME, SECRET),
    (("flexVolume", "secretRef", "name"), Via.VOLUME, SECRET),
    (("iscsi", "secretRef", "name"), Via.VOLUME, SECRET),
    (("rbd", "secretRef", "name"), Via.VOLUME, SECRET),
    (("scaleIO", "secretRef", "name"), Via.VOLUME, SECRET),
    (("storageos", "secretRef", "name"), Via.VOLUME, SECRET),
)  # fmt: skip


class _Files(NamedTuple):
    """A ConfigMap or Secret as files; `path` is that of its part of the volume `volume`."""

    pod: Pod
    volume: Any
    path: FieldPath
    via: Via
    what: What
    name_field: str

    @property
    def name(self) -> FieldPath:
        return (*self.path, self.name_field)

    @property
    def optional(self) -> bool:
        return self.pod.workload.get(*self.path, "optional") is True


def volume_references(pod: Pod) -> Iterator[Reference]:
    """Everything that the volumes of a pod name."""
    by = Referrer(pod.workload, pod)
    for path, volume in pod.workload.maps(*pod.at("volumes")):
        for field, via, what in _FIELDS:
            yield from by.names(via, (*path, *field), what)
        for files in _sources(pod, path, volume):
            yield from _references(files)
        yield from _projected(pod, path)


def _sources(pod: Pod, path: FieldPath, volume: Mapping[str, Any]) -> Iterator[_Files]:
    name = volume.get("name")
    if isinstance(volume.get("configMap"), dict):
        yield _Files(pod, name, (*path, "configMap"), Via.VOLUME, CONFIG_MAP, "name")
    if isinstance(volume.get("secret"), dict):
        yield _Files(pod, name, (*path, "secret"), Via.VOLUME, SECRET, "secretName")
    for below, source in pod.workload.maps(*path, "projected", "sources"):
        for field, what in (("configMap", CONFIG_MAP), ("secret", SECRET)):
            if isinstance(source.get(field), dict):
                yield _Files(pod, name, (*below, field), Via.PROJECTED, what, "name")


def _projected(pod: Pod, path: FieldPath) -> Iterator[Reference]:
    by = Referrer(pod.workload, pod)
    for below, source in pod.workload.maps(*path, "projected", "sources"):
        optional = lookup(source, ("clusterTrustBundle", "optional")) is True
        bundle = (*below, "clusterTrustBundle", "name")
        yield from by.names(Via.PROJECTED, bundle, _TRUST, optional=optional)
        if isinstance(source.get("serviceAccountToken"), dict):
            yield Reference(
                Via.PROJECTED,
                pod.workload,
                (*below, "serviceAccountToken"),
                "ServiceAccount",
                account_of(pod).name,
                pod.namespace,
                pod=pod,
            )


def _references(files: _Files) -> Iterator[Reference]:
    """One for each item; without items one for the object, and one for each mount of one key."""
    by = Referrer(files.pod.workload, files.pod)
    optional = files.optional
    items = [
        (path, item)
        for path, item in files.pod.workload.maps(*files.path, "items")
        if isinstance(item.get("key"), str)
    ]
    for path, item in items:
        part = (*path, "key")
        more = {"key": item["key"], "part_path": part, "optional": optional}
        yield from by.names(files.via, files.name, files.what, **more)
    if not items:
        # A file that is picked of a projected volume may come from any of its sources.
        picks = list(_picks(files)) if files.via is Via.VOLUME else []
        whole = not picks or any(key is None for _, _, key in picks)
        yield from by.names(files.via, files.name, files.what, whole=whole, optional=optional)
        yield from _sub_paths(files, picks)


def _sub_paths(files: _Files, picks: "list[_Pick]") -> Iterator[Reference]:
    name = files.pod.workload.get(*files.name)
    for container, path, key in picks:
        if key is not None and isinstance(name, str) and name:
            yield Reference(
                Via.SUB_PATH,
                files.pod.workload,
                path,
                files.what.kind,
                name,
                files.pod.namespace,
                key=key,
                optional=files.optional,
                pod=files.pod,
                container=container,
            )


class _Pick(NamedTuple):
    """A mount of a volume; `key` is the file that it picks, None if it mounts all of it."""

    container: Container
    path: FieldPath
    key: str | None


def _picks(files: _Files) -> Iterator[_Pick]:
    for container in files.pod.containers:
        for index, mount in enumerate(as_list(container.get("volumeMounts"))):
            if isinstance(mount, dict) and mount.get("name") == files.volume:
                path = container.at("volumeMounts", index, "subPath")
                yield _Pick(container, path, _picked(mount))


def _picked(mount: Mapping[str, Any]) -> str | None:
    sub_path = mount.get("subPath")
    if mount.get("subPathExpr") or not isinstance(sub_path, str) or not sub_path:
        return None
    picked = normpath(sub_path)
    return None if picked == "." else picked
