"""What the LimitRanges of a namespace give to containers, and what they forbid.

https://kubernetes.io/docs/concepts/policy/limit-range/; the order of things is that of the API
server's LimitRanger admission and of its defaults for the object itself.
"""

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Context, Decimal
from typing import Any, NamedTuple

from tools.kubernetes.quantity import amount_of
from tools.kubernetes.resource import Resource, ResourceSet, lookup
from tools.source.place import FieldPath


class Stated(NamedTuple):
    """An amount that stands in a manifest: its number, its spelling and its place."""

    amount: Decimal
    value: Any
    resource: Resource
    path: FieldPath


_MILLI = Decimal("0.001")
_WIDE = Context(prec=400)
_MOST_IN_MILLI = (2**63 - 1) // 1000

Amounts = Mapping[str, Stated]
"""Amounts by resource name: `cpu`, `memory`, `ephemeral-storage` …"""


class Defaults(NamedTuple):
    """What a container gets that does not say it itself.

    `contested` are resources for which LimitRanges of the namespace disagree: which one wins is
    not defined, and here it is the first of the render. `unreadable` are those for which one says
    what is no amount.
    """

    requests: Amounts
    limits: Amounts
    contested: frozenset[str]
    unreadable: frozenset[str]


class Bound(NamedTuple):
    """One entry of `min`, `max` or `maxLimitRequestRatio`; `type` is Container, Pod or
    PersistentVolumeClaim."""

    type: str
    field: str
    name: str
    stated: Stated


def stated_amounts(resource: Resource, path: FieldPath) -> dict[str, Stated]:
    """The amounts of a map of resources; what is none is found elsewhere, and counts as unknown.

    The server keeps thousandths, rounded up, and reads null as 0.
    """
    found = {}
    for name, value in resource.map(*path).items():
        amount = Decimal() if value is None else amount_of(value)
        if amount is not None:
            told = "null" if value is None else value
            found[str(name)] = Stated(rounded_up(amount, _MILLI), told, resource, (*path, name))
    return found


def rounded_up(amount: Decimal, unit: Decimal) -> Decimal:
    """The amount in whole units of a power of ten."""
    coarse = int(amount.as_tuple().exponent) >= int(unit.as_tuple().exponent)
    return amount if coarse else amount.quantize(unit, ROUND_CEILING, _WIDE)


def is_unreadable(resource: Resource, path: FieldPath) -> bool:
    """Whether something stands at a path to an amount that is none, or above it and is no map.

    Nothing can be said of such a field but that it is wrong, which is for the rules about that.
    """
    for depth in range(len(path)):
        above = lookup(resource.data, path[:depth])
        if above is not None and not isinstance(above, dict | list):
            return True
        if isinstance(above, list) != isinstance(path[depth], int) and above is not None:
            return True
    value = lookup(resource.data, path)
    return value is not None and amount_of(value) is None


def container_defaults(resources: ResourceSet, namespace: str) -> Defaults:
    """The defaults for containers of a namespace.

    An item without `default` takes `max` for it, one without `defaultRequest` takes `default`,
    then `min`.
    """
    requests: dict[str, Stated] = {}
    limits: dict[str, Stated] = {}
    contested = set()
    unreadable = set()
    for limit_range in _of_namespace(resources, namespace):
        unreadable |= _unreadable_of(limit_range)
        own_requests, own_limits = _defaults_of(limit_range)
        for merged, own in ((requests, own_requests), (limits, own_limits)):
            for name, stated in own.items():
                if merged.setdefault(name, stated).amount != stated.amount:
                    contested.add(name)
    return Defaults(requests, limits, frozenset(contested), frozenset(unreadable))


def bounds(resources: ResourceSet, namespace: str) -> Iterator[Bound]:
    """Everything that the LimitRanges of a namespace enforce, in the order of the render."""
    for limit_range in _of_namespace(resources, namespace):
        for path, item in limit_range.maps("spec", "limits"):
            for field in ("min", "max", "maxLimitRequestRatio"):
                for name, stated in stated_amounts(limit_range, (*path, field)).items():
                    yield Bound(str(item.get("type")), field, name, stated)


def broken(bound: Bound, requests: Amounts, limits: Amounts) -> str | None:
    """What a container or pod with these amounts violates of a bound, as a few words, or None.

    A minimum wants a request, a maximum a limit and a ratio both, and is violated without.
    """
    request, limit = requests.get(bound.name), limits.get(bound.name)
    if bound.field == "maxLimitRequestRatio":
        return _ratio_broken(bound, request, limit)
    parts = [(request, "request"), (limit, "limit")]
    if bound.field == "max":
        parts.reverse()
    if parts[0][0] is None:
        return f"no {bound.name} {parts[0][1]}"
    unit = _unit(request, limit, bound.stated)
    for stated, word in parts:
        if stated and _outside(bound, stated, unit):
            return f"a {bound.name} {word} of {stated.value!r}"
    return None


def claim_broken(bound: Bound, requests: Amounts) -> str | None:
    """What a PersistentVolumeClaim with these requests violates of a bound, or None."""
    request = requests.get(bound.name)
    if request is None:
        return f"no {bound.name} request"
    outside = _outside(bound, request, _unit(request, bound.stated))
    return f"a {bound.name} request of {request.value!r}" if outside else None


def _outside(bound: Bound, stated: Stated, unit: Decimal) -> bool:
    amount, limit = (rounded_up(each.amount, unit) for each in (stated, bound.stated))
    return amount < limit if bound.field == "min" else amount > limit


def _unit(*amounts: Stated | None) -> Decimal:
    """What the server compares in: whole numbers if thousandths of one overflow its integers."""
    large = any(stated and stated.amount > _MOST_IN_MILLI for stated in amounts)
    return Decimal(1) if large else _MILLI


def _ratio_broken(bound: Bound, request: Stated | None, limit: Stated | None) -> str | None:
    for stated, word in ((request, "request"), (limit, "limit")):
        if stated is None or stated.amount == 0:
            return f"no {bound.name} {word}"
    assert request and limit
    unit = _unit(request, limit, bound.stated)
    asked, allowed = (rounded_up(stated.amount, unit) for stated in (request, limit))
    if allowed <= asked * bound.stated.amount:
        return None
    return f"a {bound.name} limit of {limit.value!r} over a request of {request.value!r}"


def _of_namespace(resources: ResourceSet, namespace: str) -> Iterator[Resource]:
    for limit_range in resources.of_kind("LimitRange"):
        if limit_range.namespace == namespace:
            yield limit_range


def _defaults_of(limit_range: Resource) -> tuple[dict[str, Stated], dict[str, Stated]]:
    requests: dict[str, Stated] = {}
    limits: dict[str, Stated] = {}
    for path, item in limit_range.maps("spec", "limits"):
        if item.get("type") != "Container":
            continue
        low, high, default, default_request = (
            stated_amounts(limit_range, (*path, field)) for field in _DEFAULTING
        )
        own_limits = {**high, **default}
        limits |= own_limits
        requests |= {**low, **own_limits, **default_request}
    return requests, limits


def _unreadable_of(limit_range: Resource) -> set[str]:
    return {
        str(name)
        for path, item in limit_range.maps("spec", "limits")
        if item.get("type") == "Container"
        for field in _DEFAULTING
        for name in limit_range.map(*path, field)
        if is_unreadable(limit_range, (*path, field, name))
    }


_DEFAULTING = ("min", "max", "default", "defaultRequest")
"""What of an item for containers fills in requests or limits."""
