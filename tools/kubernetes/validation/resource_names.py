"""Names of resources: `cpu`, `requests.memory`, `example.com/gpu`.

Follows validateResourceName and its kin of pkg/apis/core/validation and the lists of
pkg/apis/core/helper.
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/resource-quantities/
"""

from tools.kubernetes.names import key_objection
from tools.kubernetes.validation.field import Field, Refusal, Refusals
from tools.kubernetes.validation.formats import qualified_name

_COMPUTE = frozenset({"cpu", "memory", "ephemeral-storage"})
_COUNTS = frozenset(
    {"pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps"}
    | {"persistentvolumeclaims", "services.nodeports", "services.loadbalancers"}
)
_QUOTA = (
    _COMPUTE
    | _COUNTS
    | {f"{kind}.{name}" for kind in ("requests", "limits") for name in _COMPUTE}
    | {"requests.storage"}
)
_STANDARD = _QUOTA | {"storage"}
_HUGE_PAGES = "hugepages-"
_NATIVE = "kubernetes.io/"
_REQUESTS = "requests."


def resource_name(field: Field, name: str) -> Refusals:
    """A resource that Kubernetes knows, or one with a domain.

    `field` stands under the name, or holds it; the path of a refusal is its own.
    """
    mistakes = list(qualified_name(field.with_value(name)))
    for refusal in mistakes:
        yield refusal._replace(at_key=field.name == name)
    if not mistakes and "/" not in name and not (name in _STANDARD or _is_huge_in_quota(name)):
        yield _unknown(field, name, "no resource that Kubernetes knows, and without a domain")


def container_resource_name(field: Field, name: str) -> Refusals:
    """One that containers have."""
    mistakes = list(resource_name(field, name))
    yield from mistakes
    if mistakes:
        return
    if "/" not in name:
        if name not in _COMPUTE and not name.startswith(_HUGE_PAGES):
            yield _unknown(field, name, "no resource of containers")
    elif _NATIVE not in name and not is_extended(name):
        yield _unknown(field, name, "no name that a resource may have in a quota")


def quota_resource_name(field: Field, name: str) -> Refusals:
    """One that quotas count."""
    mistakes = list(resource_name(field, name))
    yield from mistakes
    if not mistakes and "/" not in name and not is_counted(name):
        yield _unknown(field, name, "nothing that a quota counts")


def is_counted(name: str) -> bool:
    """Whether a quota knows a name without a domain."""
    return name in _QUOTA or _is_huge_in_quota(name)


def is_whole(name: str) -> bool:
    """Whether there are whole pieces only."""
    return name in _COUNTS or is_extended(name)


def is_extended(name: str) -> bool:
    """Whether it is a resource from elsewhere, `example.com/gpu`."""
    if _NATIVE in name or "/" not in name or name.startswith(_REQUESTS):
        return False
    return not key_objection(f"{_REQUESTS}{name}")


def may_be_overcommitted(name: str) -> bool:
    """Whether limits may add up to more than there is."""
    return (_NATIVE in name or "/" not in name) and not name.startswith(_HUGE_PAGES)


def _is_huge_in_quota(name: str) -> bool:
    return name.startswith((_HUGE_PAGES, f"{_REQUESTS}{_HUGE_PAGES}"))


def _unknown(field: Field, name: str, what: str) -> Refusal:
    return field.refused(f"{name!r} is {what}", at_key=field.name == name)
