"""What Argo CD's API server refuses in the sync windows of an AppProject.

`Validate` of `SyncWindow` in `pkg/apis/application/v1alpha1/types.go` of Argo CD 3.2.11.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.kubernetes.resource import Resource, as_list
from tools.source.place import FieldPath

_DURATION = r"[+-]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)(?=[\d.]|$))+"
_CRON = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_NAMES = {
    name: number
    for names in (
        "sun mon tue wed thu fri sat",
        "- jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split())
}


def window_faults(project: Resource) -> Iterator[tuple[FieldPath, str]]:
    """Every field path with a sentence fragment about what is wrong with it."""
    seen: list[Any] = []
    for path, window in project.maps("spec", "syncWindows"):
        yield from _window(path, window)
        own = {k: v for k, v in window.items() if k not in ("manualSync", "description")}
        if own in seen:
            yield path, "this window stands twice"
        seen.append(own)


def _window(path: FieldPath, window: Mapping[str, Any]) -> Iterator[tuple[FieldPath, str]]:
    kind, schedule, duration = (window.get(f) for f in ("kind", "schedule", "duration"))
    if kind not in ("allow", "deny"):
        yield (*path, "kind"), f"a window is allow or deny, not {kind!r}"
    if not _is_schedule(schedule):
        yield (*path, "schedule"), f"{schedule!r} is no schedule of cron"
    if not isinstance(duration, str) or not re.fullmatch(_DURATION, duration):
        yield (*path, "duration"), f"{duration!r} is no duration, such as 1h30m"
    if not any(as_list(window.get(f)) for f in ("applications", "namespaces", "clusters")):
        yield path, "the window names no applications, namespaces or clusters"


def _is_schedule(schedule: Any) -> bool:
    """Whether `robfig/cron` reads five fields; names of days and months count."""
    fields = schedule.split() if isinstance(schedule, str) else []
    if fields and fields[0].startswith(("TZ=", "CRON_TZ=")):
        fields = fields[1:]
    return len(fields) == len(_CRON) and all(
        _is_range(part, bounds)
        for field, bounds in zip(fields, _CRON, strict=True)
        for part in field.split(",")
    )


def _is_range(part: str, bounds: tuple[int, int]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isdigit() and int(step)):
        return False
    if span in ("*", "?"):
        return True
    ends = [_number(end) for end in span.split("-", 1)]
    low, high = bounds
    numbers = [end for end in ends if end is not None]
    return (
        numbers == sorted(numbers)
        and len(numbers) == len(ends)
        and all(low <= number <= high for number in numbers)
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else _NAMES.get(text.lower())
