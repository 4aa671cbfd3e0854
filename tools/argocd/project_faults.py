"""What Argo CD's API server refuses in an AppProject.

`ValidateProject` of `pkg/apis/application/v1alpha1/app_project_types.go` and its helpers in
https://github.com/argoproj/argo-cd/tree/v3.5.1.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from tools.argocd.urls import normalized
from tools.kubernetes.resource import Resource, as_list
from tools.source.place import FieldPath

Fault = tuple[FieldPath, str]

_ROLE = r"[a-zA-Z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?"
_DURATION = r"[+-]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)(?=[\d.]|$))+"
_RESOURCES = ("applications", "applicationsets", "repositories", "exec", "logs", "clusters")
_ACTIONS = r"(get|create|update|delete|sync|override|\*)$|.*(action|update|delete)/"
_FIELDS = 6
_CRON = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_DAYS = "sun mon tue wed thu fri sat"
_MONTHS = "- jan feb mar apr may jun jul aug sep oct nov dec"
_NAMES = {
    name: number
    for names in (
        "sun mon tue wed thu fri sat",
        "- jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split())
}


def project_faults(project: Resource) -> Iterator[Fault]:
    """Every field path with a sentence fragment about what is wrong with it."""
    yield from _destinations(project)
    for field in ("sourceRepos", "sourceNamespaces"):
        yield from _texts(project, field)
    yield from _roles(project)
    for path, window in project.maps("spec", "syncWindows"):
        yield from _window(path, window)
    yield from _twice(project, "syncWindows")
    for path, account in project.maps("spec", "destinationServiceAccounts"):
        yield from _account(path, account)


def _destinations(project: Resource) -> Iterator[Fault]:
    seen: set[str] = set()
    for path, item in project.maps("spec", "destinations"):
        for field in ("name", "server", "namespace"):
            if item.get(field) == "!*":
                yield (*path, field), f"{field} '!*' excludes everything, which is refused"
        key = f"{item.get('server') or item.get('name')!r}, namespace {item.get('namespace')!r}"
        if key in seen:
            yield path, f"this destination stands twice: {key}"
        seen.add(key)


def _texts(project: Resource, field: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, item in enumerate(project.items("spec", field)):
        path = ("spec", field, index)
        if not isinstance(item, str):
            continue
        if item == "!*" and field == "sourceRepos":
            yield path, "'!*' excludes every repository, which is refused"
        elif item in seen:
            yield path, f"{item!r} stands twice"
        elif field == "sourceRepos" and not normalized(item.removeprefix("!")):
            yield path, f"{item!r} is no address that Go can parse, so it matches nothing"
        seen.add(item)


def _roles(project: Resource) -> Iterator[Fault]:
    seen: list[Any] = []
    for path, role in project.maps("spec", "roles"):
        name = role.get("name")
        if name in seen:
            yield (*path, "name"), f"role {name!r} stands twice"
        elif not isinstance(name, str) or not re.fullmatch(_ROLE, name):
            yield (*path, "name"), f"{name!r} is no name of a role: letters, digits, - and _ inside"
        seen.append(name)
        yield from _entries(path, role, "policies", partial(_policy, project.name, str(name)))
        yield from _entries(path, role, "groups", _group)


def _entries(
    path: FieldPath, role: Mapping[str, Any], field: str, fault: Callable[[Any], str]
) -> Iterator[Fault]:
    entries = as_list(role.get(field))
    for index, entry in enumerate(entries):
        why = f"{entry!r} stands twice" if entry in entries[:index] else fault(entry)
        if why:
            yield (*path, field, index), why


def _policy(project: str, role: str, policy: Any) -> str:
    parts = [part.strip(" ") for part in str(policy).split(",")]
    if len(parts) != _FIELDS or parts[0] != "p":
        return f"policy {policy!r} is not 'p, subject, resource, action, object, effect'"
    _, subject, resource, action, name, effect = parts
    wanted = f"proj:{project}:{role}"
    project_text = re.escape(project)
    checks = (
        (subject == wanted, f"the subject of a policy of this role is {wanted!r}, not {subject!r}"),
        (resource in _RESOURCES, f"{resource!r} is no resource of a project"),
        (bool(re.match(_ACTIONS, action)), f"{action!r} is no action"),
        (
            bool(re.fullmatch(rf"{project_text}/[*\w.\-]+(/[*\w.\-]+)?", name)),
            f"the object of a policy is '{project}/*' or an Application of it, not {name!r}",
        ),
        (effect in ("allow", "deny"), f"the effect is allow or deny, not {effect!r}"),
    )
    return next((why for holds, why in checks if not holds), "")


def _group(group: Any) -> str:
    text = group if isinstance(group, str) else ""
    name = text.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1]
    elif "," in name:
        return f"group {group!r} has a comma and has to be quoted"
    if not name:
        return f"group {group!r} is empty"
    if re.search(r'["\n\r\t]', name):
        return f"group {group!r} has a quote, a tab or a line break in it"
    return f"group {group!r} begins or ends with a blank" if text != text.strip() else ""


def _window(path: FieldPath, window: Mapping[str, Any]) -> Iterator[Fault]:
    kind, schedule, duration = (window.get(f) for f in ("kind", "schedule", "duration"))
    if kind not in ("allow", "deny"):
        yield (*path, "kind"), f"a window is allow or deny, not {kind!r}"
    if not _is_schedule(schedule):
        yield (*path, "schedule"), f"{schedule!r} is no schedule of cron"
    if not isinstance(duration, str) or not re.fullmatch(_DURATION, duration):
        yield (*path, "duration"), f"{duration!r} is no duration, such as 1h30m"
    if not any(as_list(window.get(f)) for f in ("applications", "namespaces", "clusters")):
        yield path, "the window names no applications, namespaces or clusters"


def _twice(project: Resource, field: str) -> Iterator[Fault]:
    seen: list[Any] = []
    for path, item in project.maps("spec", field):
        own = {k: v for k, v in item.items() if k not in ("manualSync", "description")}
        if own in seen:
            yield path, "this window stands twice"
        seen.append(own)


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


def _account(path: FieldPath, account: Mapping[str, Any]) -> Iterator[Fault]:
    for field in ("server", "namespace"):
        if "!" in str(account.get(field) or ""):
            yield (*path, field), f"{field} of a service account takes no negation"
    name = account.get("defaultServiceAccount")
    if not isinstance(name, str) or not name.strip(" ") or re.search(r"[!*\[\]{}\\/]", name):
        yield (*path, "defaultServiceAccount"), f"{name!r} is no name of a service account"
