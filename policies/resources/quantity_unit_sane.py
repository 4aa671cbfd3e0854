"""Quantities have the unit that was meant.

`memory: 512m` is legal: it is half a byte, because `m` means thousandths. `memory: 512` is 512
bytes, `cpu: 500` is five hundred cores, `cpu: 100Mi` a hundred million. The API server accepts all
of them. The container is then killed at once, or no node is ever big enough.

Looks at every field with a quantity: resources of pods, `sizeLimit`, storage, quotas, LimitRanges,
autoscalers. Memory is suspect below `minBytes`, whatever its unit; so is a size on disk, if it has
no unit or one of thousandths (`4Ki` on disk is small, and meant). `134217728` has no unit either,
but is 128Mi. Cores are suspect above `maxCores` for one container, with a unit of bytes or beyond a
million for a whole namespace, and below 1m, which the server rounds up. What is merely too big
or too small for the purpose is for `resource-range`.

https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#resource-units-in-kubernetes
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tools.kubernetes.quantity import is_bytes, parse_quantity, suffix_of
from tools.kubernetes.quantity_fields import Counts, QuantityField, quantity_fields
from tools.kubernetes.resource import Resource
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target


@dataclass(frozen=True)
class Options:
    max_cores: int = 96
    """More cores than this for one container are taken for thousandths without the m."""
    min_bytes: str = "1Mi"
    """Less memory than this is taken for a unit that is missing or wrong."""


_MOST_CORES = 1_000_000
_LEAST_CORES = Decimal("0.001")
_NO_UNIT_OF_BYTES = ("", "m", "u", "n")


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    remedy="Write Mi or Gi for memory and storage; cores as a number, thousandths of them with m.",
    options=Options,
)
def check(resource: Resource, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    least = parse_quantity(options.min_bytes)
    if least is None:
        yield Unjudged(f"minBytes {options.min_bytes!r} is not a quantity", blocking=True)
        return
    for field in quantity_fields(resource, target.pod(resource)):
        amount = parse_quantity(field.value)
        if not amount or amount < 0 or field.counts is Counts.OTHER:
            continue
        if field.name.rpartition(".")[2] == "cpu":
            suspect, unit, meant = _cores_suspect(field, amount, options), "cores", "m"
        else:
            suspect, unit, meant = _bytes_suspect(field, amount, least), "bytes", "Mi"
        if suspect:
            yield Problem(
                field.path,
                f"{field.subject} is {field.value!r}, which is {amount.normalize():f} {unit}",
                remedy=_remedy(field.value, meant),
            )


def _cores_suspect(field: QuantityField, cores: Decimal, options: Options) -> bool:
    most = options.max_cores if field.counts is Counts.ONE else _MOST_CORES
    return cores > most or cores < _LEAST_CORES


def _bytes_suspect(field: QuantityField, size: Decimal, least: Decimal) -> bool:
    if not is_bytes(field.name) or size >= least:
        return False
    on_disk = not field.name.endswith("memory")
    return not on_disk or suffix_of(field.value) in _NO_UNIT_OF_BYTES


def _remedy(value: object, unit: str) -> str | None:
    """The number with the unit that was forgotten or confused, if it is a plain one."""
    number = str(value).rstrip("miM")
    return f"Write {number}{unit}, if that is what is meant." if number.isdigit() else None
