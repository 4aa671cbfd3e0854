"""What a pod and its containers set in their security contexts, and which Kubernetes allows it.

The Pod Security Standards judge the pod's securityContext and each container's own one, and they
change with the version. Source of every fact: https://kubernetes.io/docs/concepts/security/pod-security-standards/
and, where that page is silent, the checks of k8s.io/pod-security-admission v0.31 to v0.36.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.resource import ResourceSet
from tools.source.place import FieldPath

ALWAYS = 0
"""The minor version since which something is allowed that no version ever refused."""

USER_NAMESPACE_COUNTS = 35
"""The minor version since which root inside a user namespace (`hostUsers: false`) is accepted."""

ENFORCE = "pod-security.kubernetes.io/enforce"
"""The Namespace label that names the standard below which pods are refused."""


class Setting(NamedTuple):
    """A securityContext field in one place; `who` names the place at the start of a sentence."""

    who: str
    path: FieldPath
    value: Any = None


def named(container: Container) -> str:
    """How a sentence names a container: `container 'web'`."""
    return f"container {container.name!r}"


def worded(value: Any) -> str:
    """How a sentence names the value of a switch: `not set`, or as YAML spells it."""
    if value is None:
        return "not set"
    if isinstance(value, dict):
        return "a map"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def settings(pod: Pod, field: str, effective: bool = False) -> Iterator[Setting]:
    """A securityContext field wherever it is set: for the whole pod, then on its containers.

    With `effective`, the pod's value is left out if every container replaces it by its own.
    """
    path = ("securityContext", field)
    of_pod = pod.get(*path)
    if of_pod is not None and not (effective and not list(_without(pod, field))):
        yield Setting("the pod", pod.at(*path), of_pod)
    for container in pod.containers:
        own = container.get(*path)
        if own is not None:
            yield Setting(named(container), container.at(*path), own)


def unset(pod: Pod, field: str) -> Iterator[Setting]:
    """Where an inheritable securityContext field is missing; nothing if the pod sets it.

    If no container sets it either, one line for the whole pod would do: that is the place then.
    """
    if pod.get("securityContext", field) is not None:
        return
    lacking = list(_without(pod, field))
    if lacking and len(lacking) == len(pod.containers):
        yield Setting("the pod", pod.at("securityContext", field))
        return
    for container in lacking:
        yield Setting(named(container), container.at("securityContext", field))


def _without(pod: Pod, field: str) -> Iterator[Container]:
    """The containers that do not set the field themselves."""
    return (c for c in pod.containers if c.get("securityContext", field) is None)


def enforces_restricted(resources: ResourceSet, namespace: str) -> bool:
    """Whether a Namespace among the resources refuses pods below the restricted standard."""
    found = resources.find("Namespace", namespace, "", group="")
    return found is not None and found.labels.get(ENFORCE) == "restricted"


def refused_by(versions: Sequence[str], since: int) -> Sequence[str]:
    """Those of the Kubernetes versions that are older than the minor version `since`."""
    return [version for version in versions if minor(version) < since]


def refused_value(versions: Sequence[str], value: Any, allowed: Mapping[str, int]) -> Sequence[str]:
    """The Kubernetes versions that refuse a value; `allowed` says since which minor version."""
    if not isinstance(value, str) or value not in allowed:
        return versions
    return refused_by(versions, allowed[value])


def among(refusing: Sequence[str], versions: Sequence[str]) -> str:
    """` on Kubernetes 1.34`, or nothing where all the versions agree."""
    if len(refusing) == len(versions):
        return ""
    return f" on Kubernetes {' and '.join(refusing)}"


def minor(version: str) -> int:
    """The minor version of `1.34`, `v1.34` or `1.34.2`."""
    return int(version.split(".")[1])
