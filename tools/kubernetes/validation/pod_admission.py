"""What the admission plugins that are on by default refuse of a Pod, whatever the cluster holds.

https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/; exactly, Priority,
RuntimeClass and ServiceAccount of plugin/pkg/admission.
"""

from collections.abc import Iterator

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.pod_annotations import MIRROR
from tools.kubernetes.validation.pod_context import CONTAINER_LISTS

_SYSTEM_CLASSES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
_SECRETS_OF_VOLUMES = (
    ("secret",),
    ("azureFile", "secretName"),
    ("csi", "nodePublishSecretRef"),
    *((name, "secretRef") for name in ("cephfs", "cinder", "flexVolume", "iscsi", "rbd")),
    *((name, "secretRef") for name in ("scaleIO", "storageos")),
)


def pod_admission(metadata: Field, spec: Field) -> Refusals:
    yield from _priority(spec)
    if spec["overhead"].is_set and not spec["runtimeClassName"].is_set:
        why = "without a runtimeClassName; the server fills it in from the RuntimeClass"
        yield spec["overhead"].forbidden(why)
    if metadata.at("annotations", MIRROR).is_set:
        yield from _static(spec)


def _priority(spec: Field) -> Refusals:
    """Of a PriorityClass of the cluster's own, nobody knows the value."""
    priority, name = spec["priority"], spec["priorityClassName"].text
    value = _SYSTEM_CLASSES.get(name)
    if value is not None and priority.is_set and priority.number != value:
        yield priority.must(f"be {value}, that of {name}", "Delete the field.")


def _static(spec: Field) -> Refusals:
    """The kubelet runs a static pod without asking anybody, so it has no rights."""
    why = "in a static pod"
    account = spec["serviceAccountName"]
    for field in (account if account.text else spec["serviceAccount"], spec["resourceClaims"]):
        if not field.is_empty:
            yield field.forbidden(why)
    for secret in _secrets(spec):
        yield secret.forbidden(why)


def _secrets(spec: Field) -> Iterator[Field]:
    yield from (secret for secret in spec["imagePullSecrets"].items() if secret["name"].text)
    for name in CONTAINER_LISTS:
        for container in spec[name].items():
            for variable in (*container["env"].items(), *container["envFrom"].items()):
                yield from variable.set_among(("secretRef",))
                yield from variable["valueFrom"].set_among(("secretKeyRef",))
    for volume in spec["volumes"].items():
        for path in _SECRETS_OF_VOLUMES:
            if volume.at(*path).is_set:
                yield volume.at(*path)
        for source in volume.at("projected", "sources").items():
            yield from source.set_among(("secret", "serviceAccountToken"))
