"""Kubernetes quantities: `500m`, `1.5Gi`, `1e3`.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

import re
from decimal import Decimal
from typing import Any, NamedTuple

_BINARY = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_DECIMAL_BY_POWER = {power: suffix for suffix, power in _DECIMAL.items()}
_PATTERN = re.compile(
    r"([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|)(?:[eE]([+-]?\d{1,4}))?",
    re.ASCII,
)
_MISSPELT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))\s*([A-Za-z]*)", re.ASCII)
_MEANT = {
    "": ("",),
    **{letter: (f"{letter.upper()}i", letter.upper()) for letter in "mgtpe"},
    "k": ("Ki", "k"),
    **{suffix.lower(): (suffix,) for suffix in _BINARY},
    **dict.fromkeys(("cpu", "cpus", "core", "cores", "vcpu", "vcpus"), ("",)),
    **dict.fromkeys(("millicpu", "millicore", "millicores"), ("m",)),
}
"""Units as people write them, in lower case and without `b` or `bytes`."""
_LONGEST = 256
"""Characters: more is no quantity that anybody wrote."""
_MOST = 2**63 - 1
_NANO, _MILLI = -9, -3
_PLAIN = (1e-6, 1e21)
_INT64_DIGITS = 18
_KIBI = 1024


class _Parts(NamedTuple):
    """A quantity taken apart; `power` counts in powers of 1024 or of 10, depending on `format`."""

    text: str
    sign: int
    digits: str
    fraction: str
    format: str
    power: int


def parse_quantity(value: Any) -> Decimal | None:
    """The number that a quantity stands for (cores, bytes, pieces), or None if it is not one.

    JSON numbers are quantities too: `cpu: 1` and `cpu: 0.5` are accepted by the API server. So is
    a unit without a number (`Mi`), which stands for zero.
    """
    parts = _split(value)
    if parts is None:
        return None
    number = Decimal(f"{parts.digits or 0}.{parts.fraction or 0}") * parts.sign
    if parts.format == "binary":
        return number * Decimal(_KIBI) ** parts.power
    return number.scaleb(parts.power)


def amount_of(value: Any) -> Decimal | None:
    """The same for an amount of something, of which the API server accepts none below 0."""
    number = parse_quantity(value)
    return None if number is None or number < 0 else number


def meant_by(text: str) -> list[str]:
    """What somebody may have meant who wrote what is no quantity: with `256K`, 256Ki or 256k.

    [] if that is anybody's guess.
    """
    found = _MISSPELT.fullmatch(text.strip().replace(",", "."))
    if found is None:
        return []
    number, unit = found.groups()
    letters = unit.lower()
    for ending in ("bytes", "byte", "b"):
        letters = letters.removesuffix(ending)
    return [f"{number}{right}" for right in _MEANT.get(letters, ())]


def suffix_of(value: Any) -> str | None:
    """The unit of a quantity (`Mi`, `m`; "" for none or an exponent), None if it is not one."""
    parts = _split(value)
    if parts is None:
        return None
    if parts.format == "binary":
        return _BINARY[parts.power - 1]
    return _DECIMAL_BY_POWER[parts.power] if parts.format == "decimal" else ""


def spelling_of(value: Any) -> str | None:
    """How a quantity is spelled when it reaches the server, None if it is not one.

    `1.0` without quotes is a number, and arrives as `1`.
    """
    parts = _split(value)
    return None if parts is None else value if isinstance(value, str) else parts.text


def canonical_quantity(value: Any, *, milli: bool) -> str | None:
    """How the API server writes a quantity back, or None if it is not one.

    `milli` says that the field is in a ResourceList, whose values are rounded up to thousandths.
    Follows ParseQuantity, RoundUp and CanonicalizeBytes of apimachinery, which keep a text that
    looks canonical to them as it is:
    https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
    """
    parts = _split(value)
    if parts is None:
        return None
    unscaled, scale = int((parts.digits or "0") + parts.fraction), -len(parts.fraction)
    if parts.format == "binary":
        unscaled <<= 10 * parts.power
    else:
        scale += parts.power
    finest = _MILLI if milli else _NANO
    if scale >= finest and _is_kept(parts, scale):
        return parts.text
    unscaled, scale = _round_up(unscaled, scale, finest)
    if parts.format == "binary" and unscaled * 10 ** max(scale, 0) > _MOST * 10 ** max(-scale, 0):
        unscaled, scale = _MOST, 0
    return _write(unscaled, scale, parts.format, parts.sign)


def format_quantity(amount: Decimal, *, binary: bool) -> str:
    """A sum of quantities in canonical form; `binary` for bytes."""
    sign, digits, exponent = amount.as_tuple()
    assert isinstance(exponent, int)
    unscaled, scale = _round_up(int("".join(map(str, digits))), exponent, _NANO)
    return _write(unscaled, scale, "binary" if binary else "decimal", -1 if sign else 1)


def is_bytes(name: str) -> bool:
    """Whether quantities of a resource count bytes: `memory`, `limits.memory`, `storage` …"""
    return name.rpartition(".")[2] in _BYTES or "hugepages-" in name


_BYTES = frozenset({"memory", "storage", "ephemeral-storage", "sizeLimit"})


def _split(value: Any) -> _Parts | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = _json_number(value) if isinstance(value, float) else str(value).strip(" ")
    found = _PATTERN.fullmatch(text) if 0 < len(text) <= _LONGEST else None
    if found is None:
        return None
    sign, digits, fraction, suffix, exponent = found.groups()
    bare = not (digits or fraction)
    digits = digits.lstrip("0")
    if (suffix and exponent) or (bare and (suffix in ("Pi", "Ei") or int(exponent or 0) < _NANO)):
        return None
    signed = -1 if sign == "-" else 1
    if exponent:
        return _Parts(text, signed, digits, fraction or "", "exponent", int(exponent))
    if suffix in _BINARY:
        power = _BINARY.index(suffix) + 1
        return _Parts(text, signed, digits, fraction or "", "binary", power)
    return _Parts(text, signed, digits, fraction or "", "decimal", _DECIMAL[suffix])


def _json_number(value: float) -> str:
    """A YAML float as Go writes it in JSON: without an exponent between 1e-6 and 1e21."""
    smallest, largest = _PLAIN
    if smallest <= abs(value) < largest:
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    return repr(value)


def _is_kept(parts: _Parts, scale: int) -> bool:
    """Whether the server's fast path takes the text over without writing it anew."""
    digits = parts.digits or "0"
    if parts.format == "binary":
        short = 14 - len(digits) - 3 * parts.power >= 0
        return not parts.fraction and short and int(digits) & 7 != 0
    shifted = digits + parts.fraction
    if len(shifted) > _INT64_DIGITS or scale % 3:
        return False
    return not shifted.endswith("000") and shifted[0] != "0"


def _round_up(unscaled: int, scale: int, finest: int) -> tuple[int, int]:
    """Away from zero to `finest` decimal places, if there are more."""
    if scale >= finest:
        return unscaled, scale
    return -(-unscaled // 10 ** (finest - scale)), finest


def _write(unscaled: int, scale: int, form: str, sign: int) -> str:
    if unscaled == 0:
        return "0"
    minus = "-" if sign < 0 else ""
    whole, rest = divmod(unscaled * 10 ** max(scale, 0), 10 ** max(-scale, 0))
    if form == "binary" and whole >= _KIBI and rest == 0:
        power = 0
        while whole % _KIBI == 0 and power < len(_BINARY):
            whole, power = whole // _KIBI, power + 1
        return f"{minus}{whole}{_BINARY[power - 1] if power else ''}"
    while unscaled % 10 == 0:
        unscaled, scale = unscaled // 10, scale + 1
    unscaled, scale = unscaled * 10 ** (scale % 3), scale - scale % 3
    if form == "exponent":
        return f"{minus}{unscaled}{f'e{scale}' if scale else ''}"
    return f"{minus}{unscaled}{_DECIMAL_BY_POWER.get(scale, '')}"
