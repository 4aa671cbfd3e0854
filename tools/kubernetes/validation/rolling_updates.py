"""How many pods an update may take away or add at once.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy; exactly,
ValidateDeploymentStrategy and ValidateDaemonSetUpdateStrategy of pkg/apis/apps/validation.
"""

from tools.kubernetes.validation.field import KEEP_ONE, Field, Refusals
from tools.kubernetes.validation.formats import at_least, number_or_percent, whole_number

_WHOLE = 100
_MANY = 2**63 - 1
_ROLLING = "RollingUpdate"


def deployment_strategy(strategy: Field) -> Refusals:
    kind, rolling = strategy["type"], strategy["rollingUpdate"]
    if kind.text in ("", _ROLLING):
        yield from _deployment_update(rolling)
    elif kind.text == "Recreate":
        if rolling.is_set:
            yield rolling.forbidden("beside `type: Recreate`", KEEP_ONE).contradicting(kind)
    else:
        yield kind.unsupported(("Recreate", _ROLLING)).named(strategy)


def _deployment_update(rolling: Field) -> Refusals:
    unavailable, surge = (_filled(rolling[name], "25%") for name in _AMOUNTS)
    yield from number_or_percent(unavailable)
    yield from number_or_percent(surge)
    if _amount(unavailable) == 0 and _amount(surge) == 0:
        yield unavailable.refused(
            f"{unavailable} and maxSurge are both 0, so that no pod could ever be replaced"
        )
    yield from _at_most_all(unavailable)


def daemon_set_strategy(strategy: Field) -> Refusals:
    kind = strategy["type"]
    if kind.text in ("", _ROLLING):
        yield from _daemon_set_update(strategy["rollingUpdate"])
    elif kind.text != "OnDelete":
        yield kind.unsupported((_ROLLING, "OnDelete")).named(strategy)


def _daemon_set_update(rolling: Field) -> Refusals:
    unavailable = _filled(rolling["maxUnavailable"], 1)
    surge = _filled(rolling["maxSurge"], 0)
    for field in (unavailable, surge):
        yield from number_or_percent(field)
        yield from _at_most_all(field)
    if _amount(unavailable) and _amount(surge):
        yield surge.refused(
            f"{surge} and maxUnavailable, which is {unavailable.value}, are both above 0",
            "Write `maxUnavailable: 0` beside maxSurge.",
        )
    if not _amount(unavailable) and not _amount(surge):
        yield unavailable.refused(
            f"{unavailable} and maxSurge are both 0, so that no pod could ever be replaced"
        )


def stateful_set_strategy(strategy: Field) -> Refusals:
    """Its maxUnavailable is off: servers drop it unread."""
    kind, rolling = strategy["type"], strategy["rollingUpdate"]
    if kind.text in ("", _ROLLING):
        yield from at_least(rolling["partition"], 0)
    elif kind.text == "OnDelete":
        if rolling.is_set:
            yield rolling.forbidden("beside `type: OnDelete`", KEEP_ONE).contradicting(kind)
    else:
        yield kind.unsupported((_ROLLING, "OnDelete")).named(strategy)


def _filled(field: Field, default: int | str) -> Field:
    return field if field.is_set else field.with_value(default)


def _amount(field: Field) -> int:
    """As the server compares it: of a percentage its number, of any other text 0."""
    if field.number is not None:
        return field.number
    text = field.text.removesuffix("%")
    number = whole_number(text)
    return number if number is not None else _MANY if text.isdecimal() else 0


def _at_most_all(field: Field) -> Refusals:
    if field.text.endswith("%") and _amount(field) > _WHOLE:
        yield field.must("be at most 100%")


_AMOUNTS = ("maxUnavailable", "maxSurge")
