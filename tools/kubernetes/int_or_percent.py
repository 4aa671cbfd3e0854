"""Fields that hold a number or a percentage: `maxSurge: 1`, `minAvailable: 50%`.

The arithmetic is that of IntOrString in k8s.io/apimachinery; which way a percentage is rounded is
up to the field: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-surge
and https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages.
"""

import re
from typing import Any

_PERCENT = re.compile(r"([0-9]{1,9})%")


def scaled(value: Any, total: int, *, round_up: bool) -> int | None:
    """What a value stands for out of `total`, None if it is no number and no percentage."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and (found := _PERCENT.fullmatch(value)):
        share = int(found[1]) * total
        return -(-share // 100) if round_up else share // 100
    return None
