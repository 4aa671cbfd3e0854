"""Quantities have the unit that was meant.

`memory: 512m` is legal: it is half a byte, because `m` means thousandths. `memory: 512` is 512
bytes, `cpu: 500` is five hundred cores, `cpu: 100Mi` a hundred million. The API server accepts all
of them. The container is then killed at once, or no node is ever big enough.

Looks at every field with a quantity: resources of pods, `sizeLimit`, storage, quotas, LimitRanges,
autoscalers. An amount below 0 is found too, which the server refuses. Memory is suspect below
`minBytes`, whatever its unit; so is a size on disk, if it has no unit or one of thousandths (`4Ki`
on disk is small, and meant). `134217728` has no unit either, but is 128Mi. Cores are suspect above
`maxCores` for one container, with a unit of bytes or beyond a million for a whole namespace, and
below 1m, which the server rounds up. What is merely too big or too small for the purpose is for
`resource-range`.

https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#resource-units-in-kubernetes
"""

from collections.abc import Iterator
from decimal import Decimal

from tools.kubernetes.quantity import is_bytes, parse_quantity, suffix_of
from tools.kubernetes.quantity_fields import Counts, QuantityField, quantity_fields
from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target


class Options(RuleOptions):
    max_cores: int = 96
    """More cores than this for one container are taken for thousandths without the m."""
    min_bytes: str = "1Mi"
    """Less memory than this is taken for a unit that is missing or wrong."""


_MOST_CORES = 1_000_000
_LEAST_CORES = Decimal("0.001")
_NO_UNIT_OF_BYTES = ("", "m", "u", "n")
_FEW, _MANY = 64, 65_536
"""So few of a forgotten unit may be gibibytes; so many are bytes indeed, if few for memory."""


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
        if not amount or field.counts is Counts.OTHER:
            continue
        if amount < 0:
            remedy = f"Write {str(field.value).strip().lstrip('-')}, or delete the field."
            message = f"{field.subject} is {field.value!r}, and no amount is below 0"
            yield Problem(field.path, message, remedy=remedy)
            continue
        if field.name.rpartition(".")[2] == "cpu":
            suspect, unit = _cores_suspect(field, amount, options), "cores"
        else:
            suspect, unit = _bytes_suspect(field, amount, least), "bytes"
        if suspect:
            yield Problem(
                field.path,
                f"{field.subject} is {field.value!r}, which is {amount.normalize():f} {unit}",
                remedy=_remedy(field.value, unit, options.min_bytes),
            )


def _cores_suspect(field: QuantityField, cores: Decimal, options: Options) -> bool:
    most = options.max_cores if field.counts is Counts.ONE else _MOST_CORES
    return cores > most or cores < _LEAST_CORES


def _bytes_suspect(field: QuantityField, size: Decimal, least: Decimal) -> bool:
    if not is_bytes(field.name) or size >= least:
        return False
    on_disk = not field.name.endswith("memory")
    return not on_disk or suffix_of(field.value) in _NO_UNIT_OF_BYTES


def _remedy(value: object, unit: str, least: str) -> str | None:
    """The number with the unit that was forgotten or confused, if it is a plain one."""
    number = str(value).rstrip("mikM")
    if unit == "cores":
        plain = f"Write {number}m, if thousandths of a core are meant."
        return plain if number.isdigit() else None
    if not number.isdigit() or int(number) >= _MANY or str(value).endswith("i"):
        return f"Write {least} or more; Mi and Gi are the units for memory and storage."
    meant = f"{number}Mi or {number}Gi" if int(number) <= _FEW else f"{number}Mi"
    return f"Write {meant}, if that is what is meant."
