"""How well a pod is guarded: every security decision about it, comparable with another pod's.

https://kubernetes.io/docs/concepts/security/pod-security-standards/ for the fields of the pod,
https://kubernetes.io/docs/concepts/services-networking/network-policies/ for its isolation.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.pod_security import ENFORCE, worded
from tools.kubernetes.resource import Resource, ResourceSet, as_list, as_map, lookup
from tools.kubernetes.selector import matches
from tools.kubernetes.service_accounts import DEFAULT, account_of
from tools.source.place import FieldPath

STANDARDS = ("privileged", "baseline", "restricted")
TOKEN = "automountServiceAccountToken"


class Guard(NamedTuple):
    """One decision: the higher the level, the safer.

    `key` is the same for the same decision about another pod; it begins with the name of the
    container, "" for the pod. `field` is what policies.yaml calls it, `subject` and `value` make a
    sentence with `is` between them. An `extra` is only there to weaken the pod, such as an added
    capability: where it is missing, the other pod is the safer one.
    """

    key: tuple[str, ...]
    field: str
    level: int
    subject: str
    value: str
    resource: Resource
    path: FieldPath
    extra: bool = False


def guards_of(pod: Pod, resources: ResourceSet) -> Mapping[tuple[str, ...], Guard]:
    """Every decision about a pod, by its key; `resources` are the objects of its target."""
    found = [*_of_pod(pod, resources), *_isolation(pod, resources), *_namespace(pod, resources)]
    for container in pod.containers:
        found += _of_container(container)
    return {guard.key: guard for guard in found}


class Guarded(NamedTuple):
    """A pod with the objects of its target, some of which guard it."""

    pod: Pod
    resources: ResourceSet


def weaknesses(here: Guarded, there: Guarded) -> Iterator[tuple[Guard, Guard]]:
    """What is guarded less here than there, with the decision there.

    Where only the pod here has something extra, the decision there has no value, and the container
    for a place. Containers that the other pod has not got are left out.
    """
    theirs = guards_of(*there)
    homes = {"": there.pod.at("containers"), **{c.name: c.path for c in there.pod.containers}}
    for key, guard in guards_of(*here).items():
        other = theirs.get(key)
        if other is None and guard.extra and key[0] in homes:
            place = homes[key[0]]
            yield guard, guard._replace(level=1, value="", resource=there.pod.workload, path=place)
        elif other is not None and guard.level < other.level:
            yield guard, other


def _type(value: Any) -> Any:
    return as_map(value).get("type")


_SWITCHES: Mapping[str, Callable[[Any], bool]] = {
    "runAsNonRoot": lambda value: value is True,
    "runAsUser": lambda value: value != 0,
    "allowPrivilegeEscalation": lambda value: value is False,
    "privileged": lambda value: value is not True,
    "readOnlyRootFilesystem": lambda value: value is True,
    "seccompProfile": lambda value: _type(value) in ("RuntimeDefault", "Localhost"),
    "appArmorProfile": lambda value: _type(value) != "Unconfined",
    "procMount": lambda value: value in (None, "Default"),
}
"""Fields of a securityContext, and when their effective value is the safe one."""

_SHARED = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")


def _of_container(container: Container) -> Iterator[Guard]:
    workload, name = container.pod.workload, container.name
    words = f"container {name!r}"
    for field, is_safe in _SWITCHES.items():
        path, value = container.security(field)
        level = int(is_safe(value))
        if field.endswith("Profile"):
            path, value = (*path, "type"), _type(value)
        subject = f"{field} of {words}"
        yield Guard((name, field), field, level, subject, worded(value), workload, path)
    yield from _capabilities(container)
    for above, port in workload.maps(*container.at("ports")):
        if number := port.get("hostPort"):
            key, subject = (name, "hostPort", str(number)), f"port {number!r} of the node"
            path = (*above, "hostPort")
            yield Guard(key, "hostPort", 0, subject, f"taken by {words}", workload, path, True)


def _capabilities(container: Container) -> Iterator[Guard]:
    workload, name = container.pod.workload, container.name
    words = f"container {name!r}"
    drop = container.at("securityContext", "capabilities", "drop")
    add = container.at("securityContext", "capabilities", "add")
    dropped, field = workload.get(*drop), "capabilities.drop"
    level = int("ALL" in as_list(dropped))
    subject = f"{field} of {words}"
    yield Guard((name, field), field, level, subject, worded(dropped), workload, drop)
    for index, added in enumerate(workload.items(*add)):
        key, field = (name, "capabilities.add", str(added)), "capabilities.add"
        subject, value = f"capability {added!r}", f"added to {words}"
        yield Guard(key, field, 0, subject, value, workload, (*add, index), True)


def _of_pod(pod: Pod, resources: ResourceSet) -> Iterator[Guard]:
    workload = pod.workload
    for field in (*_SHARED, "hostUsers"):
        value = pod.get(field)
        level = int(value is False if field == "hostUsers" else value is not True)
        yield Guard(("", field), field, level, field, worded(value), workload, pod.at(field))
    for above, volume in workload.maps(*pod.at("volumes")):
        if volume.get("hostPath") is not None:
            directory = lookup(volume, ("hostPath", "path"))
            key, subject = ("", "hostPath", str(directory)), f"path {directory!r} of the node"
            value, path = f"volume {volume.get('name')!r}", (*above, "hostPath")
            yield Guard(key, "hostPath", 0, subject, value, workload, path, True)
    yield from _identity(pod, resources)


def _identity(pod: Pod, resources: ResourceSet) -> Iterator[Guard]:
    name, path = account_of(pod)
    field, subject = "serviceAccountName", "the ServiceAccount of the pod"
    yield Guard(("", field), field, int(name != DEFAULT), subject, repr(name), pod.workload, path)
    mounted = pod.get(TOKEN)
    if mounted is None:
        account = resources.find("ServiceAccount", name, pod.namespace, group="")
        mounted = account.get(TOKEN) if account else None
    subject = f"the token of ServiceAccount {name!r}"
    value = "not mounted" if mounted is False else "mounted"
    level, path = int(mounted is False), pod.at(TOKEN)
    yield Guard(("", TOKEN), TOKEN, level, subject, value, pod.workload, path)


def _isolation(pod: Pod, resources: ResourceSet) -> Iterator[Guard]:
    """Whether some NetworkPolicy restricts what comes to the pod, and what leaves it."""
    restricting: dict[str, Resource] = {}
    for policy in resources.of_kind("NetworkPolicy"):
        selector = policy.get("spec", "podSelector")
        if policy.namespace == pod.namespace and matches(selector, pod.labels):
            for direction in _policy_types(policy):
                restricting.setdefault(direction, policy)
    for direction in ("Ingress", "Egress"):
        found = restricting.get(direction)
        field = f"networkPolicy.{direction.lower()}"
        value = f"restricted by NetworkPolicy {found.name!r}" if found else "not restricted"
        path = ("spec", "podSelector") if found else (*pod.template, "metadata", "labels")
        subject, resource = f"{direction.lower()} of the pod", found or pod.workload
        yield Guard(("", field), field, int(found is not None), subject, value, resource, path)


def _policy_types(policy: Resource) -> set[str]:
    """What a policy restricts; unless stated, Ingress, and Egress if it has rules."""
    stated = policy.items("spec", "policyTypes")
    if stated:
        return {str(kind) for kind in stated}
    return {"Ingress", "Egress"} if policy.items("spec", "egress") else {"Ingress"}


def _namespace(pod: Pod, resources: ResourceSet) -> Iterator[Guard]:
    found = resources.find("Namespace", pod.namespace, "", group="") if pod.namespace else None
    if found:
        standard = str(found.labels.get(ENFORCE, STANDARDS[0]))
        level = STANDARDS.index(standard) if standard in STANDARDS else 0
        subject, path = "the standard that the namespace enforces", ("metadata", "labels", ENFORCE)
        yield Guard(("", ENFORCE), ENFORCE, level, subject, repr(standard), found, path)
