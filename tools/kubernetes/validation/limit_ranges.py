"""One entry of a LimitRange.

Follows ValidateLimitRange of pkg/apis/core/validation and SetDefaults_LimitRangeItem of
pkg/apis/core/v1.
https://kubernetes.io/docs/concepts/policy/limit-range/
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import qualified_name
from tools.kubernetes.validation.resource_names import (
    container_resource_name,
    may_be_overcommitted,
    resource_name,
)

_TYPES = ("Container", "PersistentVolumeClaim", "Pod")
_DEFAULTS = ("default", "defaultRequest")
_AMOUNTS = ("min", "max", *_DEFAULTS, "maxLimitRequestRatio")
_ORDER = (
    ("min", "max", "min"),
    ("min", "defaultRequest", "defaultRequest"),
    ("defaultRequest", "max", "defaultRequest"),
    ("defaultRequest", "default", "defaultRequest"),
    ("min", "default", "default"),
    ("default", "max", "default"),
)
"""What may not be more than what, and which of the two the server names."""


class _Amount(NamedTuple):
    """An amount, and the field to edit: what the server fills in stands elsewhere."""

    number: Decimal
    place: Field


_Amounts = dict[str, dict[str, _Amount]]


def limit_range_item(item: Field) -> Refusals:
    kind = item["type"]
    yield from _type(kind)
    names = [name for name in _AMOUNTS if kind.text != "Pod" or name not in _DEFAULTS]
    of_containers = kind.text in ("Container", "Pod")
    for field, name in _resources(item, names):
        check = container_resource_name if of_containers else resource_name
        yield from check(field, name)
    if kind.text == "Pod":
        for name in _DEFAULTS:
            if not item[name].is_empty:
                yield item[name].forbidden("with `type: Pod`, only containers have defaults")
    storage = [item[name]["storage"].is_set for name in ("min", "max")]
    if kind.text == "PersistentVolumeClaim" and not any(storage):
        yield (
            item["limits"]
            .required("a limit of claims has storage in min or max")
            .named(item["limits"])
            ._replace(place=item.path)
        )
    amounts = {name: _numbers(item[name]) for name in names}
    if kind.text == "Container":
        _fill_in(amounts)
    for resource in dict.fromkeys(key for of_name in amounts.values() for key in of_name):
        yield from _compared(item, resource, amounts)


def _type(kind: Field) -> Refusals:
    mistakes = list(qualified_name(kind))
    yield from mistakes
    if not mistakes and "/" not in kind.text and kind.text not in _TYPES:
        yield kind.unsupported(_TYPES)


def _resources(item: Field, names: list[str]) -> Iterator[tuple[Field, str]]:
    for name in names:
        for resource, field in item[name].entries():
            yield field, resource


def _numbers(field: Field) -> dict[str, _Amount]:
    found = ((name, each, parse_quantity(each.value)) for name, each in field.entries())
    return {name: _Amount(number, each) for name, each, number in found if number is not None}


def _fill_in(amounts: _Amounts) -> None:
    """The defaults of containers: a limit is the highest, a request the limit, else the lowest."""
    for target, source in (("default", "max"), ("defaultRequest", "default")):
        amounts[target] = {**amounts[source], **amounts[target]}
    amounts["defaultRequest"] = {**amounts["min"], **amounts["defaultRequest"]}


def _compared(item: Field, resource: str, amounts: _Amounts) -> Refusals:
    of = {name: each[resource] for name, each in amounts.items() if resource in each}
    for less, more, named in _ORDER:
        if less in of and more in of and of[less].number > of[more].number:
            place = of[named].place
            sentence = f"{of[less].place} is more than {of[more].place}"
            yield place.refused(sentence).named(item[named][resource])
    if "maxLimitRequestRatio" in of:
        yield from _ratio(of)
    if may_be_overcommitted(resource) or not {*_DEFAULTS} <= of.keys():
        return
    limit, request = of["default"], of["defaultRequest"]
    if limit.number != request.number:
        sentence = f"{request.place} is not {limit.place}, as it must be with {resource}"
        yield request.place.refused(sentence).named(item["defaultRequest"][resource])


def _ratio(of: dict[str, _Amount]) -> Refusals:
    ratio, field = of["maxLimitRequestRatio"]
    if ratio < 1:
        yield field.must("be at least 1")
    if "min" not in of or "max" not in of:
        return
    least, most = of["min"].number, of["max"].number
    if (ratio > most / least) if least else most < 0:
        yield field.must("be at most max divided by min")
