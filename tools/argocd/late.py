"""Objects that become Healthy only with what a later wave brings."""

from collections.abc import Iterator

from tools.argocd.needs import makers
from tools.argocd.phases import Moment, moments
from tools.argocd.states import Condition, Rendered, State
from tools.argocd.versions import SYNC_WAVE, version
from tools.kubernetes.autoscaling import target_of
from tools.kubernetes.resource import Resource, ResourceSet, as_list, as_map
from tools.kubernetes.selector import matches_map
from tools.source.place import FieldPath

_DEGRADED_WITHOUT_METRICS = (3, 5)
_WAVE: FieldPath = ("metadata", "annotations", SYNC_WAVE)


def claim(resource: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    """A claim that is bound for its first consumer, which a later wave brings or nobody."""
    name = resource.get("spec", "storageClassName")
    if name == "" or resource.get("spec", "volumeName"):
        return
    first = min(_consumers(resource, target), default=None)
    if first is not None and first <= when:
        return
    own = target.resources.find("StorageClass", str(name), "") if name else None
    if own and own.get("volumeBindingMode") != "WaitForFirstConsumer":
        return
    who = f"the first comes in {first.beside(when)}" if first else "none of this target does"
    yield State(
        _WAVE,
        f"in {when} stays Pending until a pod mounts it, and {who}",
        None if own else Condition.CLAIMS,
        "say with claimsBindAtOnce whether its storage class binds it before",
        remedy="Put the claim into the wave of the pod that mounts it.",
    )


def _consumers(claim: Resource, target: Rendered) -> Iterator[Moment]:
    """When pods that mount a claim are started."""
    for pod in target.pods:
        workload = pod.workload
        if workload.kind == "CronJob" or workload.get("spec", "replicas") == 0:
            continue
        volumes = (
            as_map(as_map(v).get("persistentVolumeClaim")) for v in as_list(pod.get("volumes"))
        )
        named = any(volume.get("claimName") == claim.name for volume in volumes)
        if named and pod.namespace == claim.namespace:
            yield from moments(workload)


def autoscaler(autoscaler: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    wanted = target_of(autoscaler)
    path = ("spec", "scaleTargetRef", "name")
    same = [r for r in target.resources.of_kind(wanted.kind) if r.namespace == wanted.namespace]
    found = next((r for r in same if r.name == wanted.name), None)
    comes = moments(found) if found else []
    if same and found is None:
        yield State(path, f"scales {wanted.kind} {wanted.name!r}, which is not there", fails=True)
    elif comes and min(comes) > when:
        later = f"scales {wanted.kind} {wanted.name!r}, which comes in {min(comes).beside(when)}"
        remedy = f"Put the autoscaler into {min(comes)}, or a later one."
        yield State(_WAVE, f"in {when.beside(min(comes))} {later}", fails=True, remedy=remedy)
    elif version(target.argocd) >= _DEGRADED_WITHOUT_METRICS:
        question = "say with metrics whether the cluster has one"
        sentence = "is Degraded without a metrics server"
        yield State(("spec", "metrics"), sentence, Condition.METRICS, question, fails=True)


def later(
    resource: Resource, resources: ResourceSet, path: FieldPath, default: str, fails: bool = False
) -> Iterator[State]:
    """A custom resource whose store or issuer is applied after it."""
    kind = str(resource.get(*path, "kind") or default)
    name = resource.get(*path, "name")
    namespace = "" if kind.startswith("Cluster") else resource.namespace
    provider = makers(resources.of_kind(kind)).get((kind, namespace, str(name)))
    if provider is None:
        return
    mine, its = min(moments(resource)), min(moments(provider), default=None)
    if its and its > mine:
        comes = f"which comes in {its.beside(mine)}"
        sentence = f"in {mine.beside(its)} needs {kind} {name!r}, {comes}"
        remedy = f"Give it the wave of the {kind}, or a later one."
        yield State((*path, "name"), sentence, fails=fails, remedy=remedy)


def api_service(resource: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    """An API whose server a later wave brings."""
    reference = resource.map("spec", "service")
    name, namespace = str(reference.get("name")), str(reference.get("namespace"))
    service = target.resources.find("Service", name, namespace)
    if service is None:
        return
    selector = service.map("spec", "selector")
    behind = [
        moment
        for pod in target.pods
        if selector and pod.namespace == namespace and matches_map(selector, pod.labels)
        for moment in moments(pod.workload)
    ]
    comes = max([*moments(service), *([min(behind)] if behind else [])], default=when)
    if comes > when:
        sentence = f"in {when.beside(comes)} is Progressing until Service {name!r} answers"
        remedy = "Give the APIService a later wave than its server."
        yield State(_WAVE, f"{sentence}, which comes in {comes.beside(when)}", remedy=remedy)
