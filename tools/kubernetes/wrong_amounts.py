"""What stands in `resources` of a container where an amount belongs and is none."""

from collections.abc import Sequence
from typing import Any

from tools.kubernetes.limit_range import Amounts
from tools.kubernetes.pod import Container
from tools.kubernetes.quantity import amount_of
from tools.kubernetes.resource import as_map
from tools.source.place import FieldPath, dotted


def is_wrong(container: Container, field: str, name: str) -> bool:
    """Whether something else than an amount stands there: null is as good as nothing.

    `field` is `requests` or `limits`, `name` the resource.
    """
    value: Any = container.data
    for part in ("resources", field, name):
        if value is None:
            return False
        if not isinstance(value, dict):
            return True
        value = value.get(part)
    return value is not None and amount_of(value) is None


def unless_wrong(container: Container, field: str, amounts: Amounts) -> Amounts:
    """Those of the amounts that fill in what a container does not say.

    Nothing fills in what is wrong: what was meant is not known.
    """
    return {
        name: stated
        for name, stated in amounts.items()
        if not is_wrong(container, field, name) and not is_wrong(container, "limits", name)
    }


def why_unstated(container: Container, field: str, names: Sequence[str]) -> str:
    """What stands where amounts are missing: `: resources.limits is null`; "" if nothing does."""
    path: FieldPath = ()
    for part in ("resources", field, *names[: len(names) == 1]):
        above = as_map(container.get(*path))
        path = (*path, part)
        if part not in above:
            return ""
        if above[part] is None:
            return f": {dotted(path)} is null"
    value = container.get(*path)
    return "" if isinstance(value, dict) else f": {dotted(path)} is {value!r}"
