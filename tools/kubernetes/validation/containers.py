"""The containers of a pod: init containers, sidecars, its own and ephemeral ones.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container; exactly,
validateContainers, validateInitContainers, validateEphemeralContainers and
validateContainerCommon of pkg/apis/core/validation.
"""

from tools.kubernetes.validation.container_ports import container_ports, host_ports
from tools.kubernetes.validation.environment import environment, environment_from
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_label, enumeration
from tools.kubernetes.validation.mounts import volume_devices, volume_mounts
from tools.kubernetes.validation.pod_context import PodContext
from tools.kubernetes.validation.probes import PROBES, lifecycle, probes
from tools.kubernetes.validation.resource_requirements import requirements
from tools.kubernetes.validation.restarts import (
    init_resize_policy,
    init_restart_policy,
    resize_policy,
    restart_policy,
)
from tools.kubernetes.validation.scheduling import container_claims
from tools.kubernetes.validation.security_contexts import container_security

_ENUMERATIONS = {
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "terminationMessagePolicy": ("FallbackToLogsOnError", "File"),
}
_NOT_EPHEMERAL = (
    "ports", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules", "livenessProbe",
    "readinessProbe", "startupProbe", "lifecycle",
)  # fmt: skip


def containers(context: PodContext) -> Refusals:
    """Every container of a pod."""
    spec = context.spec
    names: set[str] = set()
    if spec["containers"].is_empty:
        yield spec["containers"].required("a pod has one container at least")
    for container in spec["containers"].items():
        yield from _common(container, context)
        if container["name"].text in names:
            yield container["name"].duplicate()
        names.add(container["name"].text)
        yield from lifecycle(container["lifecycle"], context.grace)
        yield from probes(container, context.grace)
        yield from restart_policy(container)
    yield from host_ports(spec["containers"].items())
    yield from _init_containers(context, set(names))
    yield from _ephemeral_containers(context, names)


def _init_containers(context: PodContext, names: set[str]) -> Refusals:
    """They run one after the other; so a port of the node may be there again."""
    whole = context.spec["initContainers"]
    for container in whole.items():
        yield from _common(container, context)
        yield from init_restart_policy(container)
        if container["name"].text in names:
            yield container["name"].duplicate()
        if container["name"].text:
            names.add(container["name"].text)
        depth = len(container.path)
        for refusal in host_ports([container]):
            # The server counts from 0 for each.
            yield refusal.elsewhere((*whole.path, 0, *refusal.path[depth:]))
        if container["restartPolicy"].text == "Always":
            yield from lifecycle(container["lifecycle"], context.grace)
            yield from probes(container, context.grace)
        else:
            yield from _only_sidecars(container)
        yield from init_resize_policy(container)


def _only_sidecars(container: Field) -> Refusals:
    for field in container.set_among(("lifecycle", *PROBES)):
        # A stopSignal is behind a feature gate that is off, and what is left without it goes too.
        dropped = field.name == "lifecycle" and field["stopSignal"].is_set
        if not dropped or field.set_among(("postStart", "preStop")):
            why = "in an init container without `restartPolicy: Always`"
            yield field.forbidden(why)


def _ephemeral_containers(context: PodContext, names: set[str]) -> Refusals:
    spec = context.spec
    others = names | {container["name"].text for container in spec["initContainers"].items()}
    taken = set(others)
    for container in spec["ephemeralContainers"].items():
        yield from _common(container, context)
        yield from image_without_spaces(container)
        name, target = container["name"], container["targetContainerName"]
        if name.text in taken:
            yield name.duplicate()
        taken.add(name.text)
        if target.text and target.text not in others:
            yield target.must("be the name of a container of the pod")
        yield from _not_ephemeral(container)


def _not_ephemeral(container: Field) -> Refusals:
    found = container.set_among(_NOT_EPHEMERAL)
    for mount in container["volumeMounts"].items():
        found += [field for field in mount.set_among(("subPath", "subPathExpr")) if field.text]
    for field in found:
        if field.name != "resources" or not field.is_empty:
            yield field.forbidden("in an ephemeral container")


def image_without_spaces(container: Field) -> Refusals:
    """Only Pods are held to it, not templates."""
    image = container["image"]
    if image.text != image.text.strip():
        yield image.must("have no spaces around it")


def _common(container: Field, context: PodContext) -> Refusals:
    name = container["name"]
    yield from dns_label(name) if name.text else [name.required("a container has one")]
    if not container["image"].text:
        yield container["image"].required("a container runs one")
    for field_name, known in _ENUMERATIONS.items():
        if container[field_name].text:
            yield from enumeration(container[field_name], known)
    yield from container_ports(container["ports"])
    yield from environment(container["env"])
    yield from environment_from(container["envFrom"])
    yield from volume_mounts(container, context.volumes)
    yield from volume_devices(container, context.volumes)
    yield from requirements(container["resources"])
    yield from container_claims(container.at("resources", "claims"), context.claims)
    yield from resize_policy(container["resizePolicy"], pod_never_restarts=context.never_restarts)
    yield from container_security(container["securityContext"], context)
