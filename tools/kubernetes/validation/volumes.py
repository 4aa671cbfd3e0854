"""The volumes of a Pod.

https://kubernetes.io/docs/concepts/storage/volumes/; exactly, ValidateVolumes of
pkg/apis/core/validation.
"""

from collections.abc import Callable, Mapping

from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.validation.claims import claim_template
from tools.kubernetes.validation.field import Field, Refusals, required
from tools.kubernetes.validation.formats import (
    dns_label,
    dns_subdomain,
    enumeration,
    local_path,
)
from tools.kubernetes.validation.projected_volumes import downward_api, files, projected
from tools.kubernetes.validation.san_sources import iscsi, portal_too_long
from tools.kubernetes.validation.volume_sources import (
    SHARED,
    cinder,
    csi_driver,
    storage_os,
)

_IMAGE_VOLUMES = 35
"""The minor version since which image volumes are on; before, they are dropped unread."""


def volumes(field: Field, *, pod_name: str | None = None) -> Refusals:
    """What the server has against `spec.volumes` of a Pod or of a template.

    `pod_name` is the name of the Pod, or its generateName and five more letters; None in a
    template.
    """
    names: set[str] = set()
    created = _created_claims(field, pod_name)
    for volume in field.items():
        if volume["image"].is_set and not field.release.at_least(_IMAGE_VOLUMES):
            continue
        found = [*_sources(volume, pod_name), *_name(volume["name"], names)]
        if not found:
            names.add(volume["name"].text)
        yield from found
        if pod_name is not None and volume["image"].is_set:
            yield from required(volume["image"], ("reference",))
        claim = volume.at("persistentVolumeClaim", "claimName")
        if claim.text in created:
            yield claim.must("not be a claim that the Pod has made for an ephemeral volume")


def _created_claims(field: Field, pod_name: str | None) -> frozenset[str]:
    if not pod_name:
        return frozenset()
    ephemeral = (volume for volume in field.items() if volume["ephemeral"].is_set)
    return frozenset(f"{pod_name}-{volume['name'].text}" for volume in ephemeral)


def _name(name: Field, taken: set[str]) -> Refusals:
    if not name.text:
        yield name.required("containers mount the volume by it")
    else:
        yield from dns_label(name)
    if name.text in taken:
        yield name.duplicate()


def _sources(volume: Field, pod_name: str | None) -> Refusals:
    """None is as good as `emptyDir: {}`; of several, the server looks into the first."""
    there = volume.set_among(_SOURCES)
    for source in there[:1]:
        yield from _SOURCES[source.name](source)
    for source in there[1:]:
        wrong = source.not_beside(there[0], "a volume is of one type")
        yield wrong.named(volume[_MISNAMED.get(source.name, source.name)])
    name = volume["name"]
    if portal_too_long(volume["iscsi"], name.text):
        yield name.refused(
            f"{name} and the targetPortal of its iSCSI have more than 64 bytes together"
        )
    if there and there[0].name == "ephemeral" and pod_name and name.text:
        yield from dns_subdomain(name.with_value(f"{pod_name}-{name.text}"))


_MISNAMED = {"cephfs": "cephFS", "downwardAPI": "downwarAPI"}
"""Where the server has another name for a source too many."""


def _empty_dir(source: Field) -> Refusals:
    size = parse_quantity(source["sizeLimit"].value)
    if size is not None and size < 0:
        yield source["sizeLimit"].must("be at least 0")


def _git_repo(source: Field) -> Refusals:
    yield from required(source, ("repository",))
    yield from local_path(source["directory"])


def _secret(source: Field) -> Refusals:
    yield from required(source, ("secretName",))
    yield from files(source)


def _config_map(source: Field) -> Refusals:
    yield from required(source, ("name",))
    yield from files(source)


def _persistent_volume_claim(source: Field) -> Refusals:
    yield from required(source, ("claimName",))


def _glusterfs(source: Field) -> Refusals:
    yield from required(source, ("endpoints", "path"))


def _azure_file(source: Field) -> Refusals:
    yield from required(source, ("secretName", "shareName"))


def _cinder(source: Field) -> Refusals:
    yield from cinder(source, persistent=False)


def _storage_os(source: Field) -> Refusals:
    yield from storage_os(source, persistent=False)


def _csi(source: Field) -> Refusals:
    yield from csi_driver(source["driver"])
    secret = source["nodePublishSecretRef"]
    if secret.is_set and not secret["name"].text:
        yield secret["name"].required()
    elif secret.is_set:
        yield from (refusal.named(source["name"]) for refusal in dns_subdomain(secret["name"]))


def _ephemeral(source: Field) -> Refusals:
    template = source["volumeClaimTemplate"]
    if not template.is_set:
        yield template.required("the claim of the volume is made from it")
    else:
        yield from claim_template(template)


def _image(source: Field) -> Refusals:
    """Of its `reference`, see `volumes`."""
    if source["pullPolicy"].text:
        yield from enumeration(source["pullPolicy"], ("Always", "IfNotPresent", "Never"))


_SOURCES: Mapping[str, Callable[[Field], Refusals]] = {
    "emptyDir": _empty_dir,
    "hostPath": SHARED["hostPath"],
    "gitRepo": _git_repo,
    "gcePersistentDisk": SHARED["gcePersistentDisk"],
    "awsElasticBlockStore": SHARED["awsElasticBlockStore"],
    "secret": _secret,
    "nfs": SHARED["nfs"],
    "iscsi": iscsi,
    "glusterfs": _glusterfs,
    "flocker": SHARED["flocker"],
    "persistentVolumeClaim": _persistent_volume_claim,
    "rbd": SHARED["rbd"],
    "cinder": _cinder,
    "cephfs": SHARED["cephfs"],
    "quobyte": SHARED["quobyte"],
    "downwardAPI": downward_api,
    "fc": SHARED["fc"],
    "flexVolume": SHARED["flexVolume"],
    "configMap": _config_map,
    "azureFile": _azure_file,
    "vsphereVolume": SHARED["vsphereVolume"],
    "photonPersistentDisk": SHARED["photonPersistentDisk"],
    "portworxVolume": SHARED["portworxVolume"],
    "azureDisk": SHARED["azureDisk"],
    "storageos": _storage_os,
    "projected": projected,
    "scaleIO": SHARED["scaleIO"],
    "csi": _csi,
    "ephemeral": _ephemeral,
    "image": _image,
}
"""In the order in which the server looks at them."""
