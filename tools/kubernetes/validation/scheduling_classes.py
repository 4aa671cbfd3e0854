"""PriorityClass.

Follows ValidatePriorityClass of pkg/apis/scheduling/validation.
https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_subdomain, enumeration
from tools.kubernetes.validation.metadata import object_meta

_HIGHEST = 10**9
_RESERVED = "system-"
_OF_SYSTEM = {
    "system-cluster-critical": 2 * _HIGHEST,
    "system-node-critical": 2 * _HIGHEST + 1000,
}
_PREEMPTION = ("Never", "PreemptLowerPriority")


def priority_class(obj: Field) -> Refusals:
    metadata, value = obj["metadata"], obj["value"]
    yield from object_meta(metadata, dns_subdomain, namespaced=False)
    if _full_name(metadata).startswith(_RESERVED):
        yield from _of_system(obj, metadata["name"])
    elif (value.number or 0) > _HIGHEST:
        yield value.must(f"be at most {_HIGHEST}, more is for the system")
    if obj["preemptionPolicy"].is_set:
        yield from enumeration(obj["preemptionPolicy"], _PREEMPTION)


def _full_name(metadata: Field) -> str:
    return metadata["name"].text or metadata["generateName"].text


def _of_system(obj: Field, name: Field) -> Refusals:
    value = _OF_SYSTEM.get(name.text)
    if value is None:
        sentence = f"{name} begins with {_RESERVED!r}, which only Kubernetes' own classes do"
        yield name.refused(sentence, "Choose another name.")
    elif (obj["value"].number or 0) != value:
        yield obj["value"].must(f"be {value} for {name.text}").named(name)
    elif obj["globalDefault"].is_true:
        yield obj["globalDefault"].must(f"be false for {name.text}").named(name)
