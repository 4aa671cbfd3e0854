"""Requests and limits of containers and of pods as a whole.

https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/; exactly,
validateResourceRequirements, validatePodResources and validateOverhead of
pkg/apis/core/validation, with the names of pkg/apis/core/helper.
"""

from collections.abc import Iterator, Mapping
from decimal import ROUND_UP, Context, Decimal

from tools.kubernetes.names import key_objection
from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.validation.field import Field, Refusals

_COMPUTE = ("cpu", "memory")
_STANDARD = (*_COMPUTE, "ephemeral-storage")
_HUGE_PAGES = "hugepages-"
_REQUESTS = "requests."
_EXACT = Context(prec=2000)
"""A quantity may have any exponent of three digits."""

_THOUSANDTH = Decimal("0.001")
_COUNTED = frozenset({
    "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
    "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
})  # fmt: skip
Amounts = Mapping[str, Decimal]


def amounts(field: Field) -> dict[str, Decimal]:
    """The quantities of a list of resources, as the server rounds them."""
    return {name: amount for name, _, amount in _quantities(field)}


def _quantities(field: Field) -> Iterator[tuple[str, Field, Decimal]]:
    for name, quantity in field.entries():
        amount = parse_quantity(quantity.value)
        if amount is not None:
            yield name, quantity, amount.quantize(_THOUSANDTH, ROUND_UP, _EXACT)


def requirements(field: Field, *, of_pod: bool = False) -> Refusals:
    """The requests and limits of a container, or those of a whole pod."""
    limits, requests = field["limits"], field["requests"]
    yield from _list(limits, of_pod=of_pod)
    yield from _list(requests, of_pod=of_pod)
    upper = amounts(limits)
    for name, quantity, amount in _quantities(requests):
        yield from _against_limit(name, quantity, amount, field, upper.get(name))
    yield from _pages_alone(field)


def overhead(field: Field) -> Refusals:
    """What a pod costs by itself; the server takes it for a list of limits."""
    depth = len(field.path)
    for refusal in _list(field, of_pod=False):
        yield refusal.elsewhere((*field.path, "limits", *refusal.path[depth:]))
    for refusal in _pages_alone(field.with_value({"limits": field.value})):
        yield refusal


def _list(field: Field, *, of_pod: bool) -> Refusals:
    for name, quantity, amount in _quantities(field):
        objection = _pod_objection(name) if of_pod else _container_objection(name)
        if objection:
            yield quantity.refused(f"{quantity}: {objection}", at_key=True)
        if amount < 0:
            yield quantity.must("be at least 0")
        if _is_counted(name) and amount != amount.to_integral_value():
            yield quantity.must("be a whole number")
        if name.startswith(_HUGE_PAGES) and not _is_whole_pages(name, amount):
            yield quantity.must(f"be a multiple of {name.removeprefix(_HUGE_PAGES)!r}")


def _against_limit(
    name: str, quantity: Field, amount: Decimal, field: Field, limit: Decimal | None
) -> Refusals:
    """The server names the requests, not the one that is wrong."""
    flexible = _is_native(name) and not name.startswith(_HUGE_PAGES)
    own = field["limits"][name]
    if limit is None:
        if not flexible:
            yield own.required(f"because {name} cannot be promised twice").named(field["limits"])
    elif amount != limit and not flexible:
        yield quantity.must(f"equal the limit, {own.value}").named(field["requests"])
    elif amount > limit:
        yield quantity.must(f"be at most the limit, {own.value}").named(field["requests"])


def _pages_alone(field: Field) -> Refusals:
    names = {name for part in ("limits", "requests") for name, _ in field[part].entries()}
    pages = [name for name in names if name.startswith(_HUGE_PAGES)]
    if pages and not names & set(_COMPUTE):
        yield field.refused(f"{field} has {min(pages)}, which needs cpu or memory beside it")


def _container_objection(name: str) -> str:
    """What keeps a name from being that of something a container may ask for."""
    if objection := key_objection(name):
        return f"{name!r} is no name of a resource: {objection}"
    if "/" not in name:
        if name in _STANDARD or name.startswith(_HUGE_PAGES):
            return ""
        return f"{name!r} is nothing that a container can ask for; is a prefix missing?"
    if _is_native(name) or _is_extended(name):
        return ""
    return (
        f"{name!r} cannot be the name of an extended resource: its prefix is reserved or too long"
    )


def _pod_objection(name: str) -> str:
    if name in _COMPUTE or (name.startswith(_HUGE_PAGES) and not key_objection(name)):
        return ""
    return f"{name!r} is nothing that a pod can ask for as a whole, only cpu, memory and hugepages"


def _is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _is_extended(name: str) -> bool:
    reserved = _is_native(name) or name.startswith(_REQUESTS)
    return not reserved and not key_objection(_REQUESTS + name)


def _is_counted(name: str) -> bool:
    return name in _COUNTED or _is_extended(name)


def _is_whole_pages(name: str, amount: Decimal) -> bool:
    size = parse_quantity(name.removeprefix(_HUGE_PAGES))
    if size is None or size <= 0 or size != size.to_integral_value():
        return False
    return _EXACT.remainder(amount.to_integral_value(ROUND_UP), size) == 0
