"""What Argo CD's API server refuses in an AppProject.

`ValidateProject` of `pkg/apis/application/v1alpha1/app_project_types.go` and its helpers in
https://github.com/argoproj/argo-cd/tree/v3.5.1.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from tools.argocd.glob import glob_fault
from tools.argocd.sync_windows import window_faults
from tools.argocd.urls import normalized
from tools.kubernetes.resource import Resource, as_list
from tools.source.place import FieldPath

Fault = tuple[FieldPath, str]

_ROLE = r"[a-zA-Z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?"
_RESOURCES = ("applications", "applicationsets", "repositories", "exec", "logs", "clusters")
_ACTIONS = r"(get|create|update|delete|sync|override|\*)$|.*(action|update|delete)/"
_FIELDS = 6


def project_faults(project: Resource) -> Iterator[Fault]:
    """Every field path with a sentence fragment about what is wrong with it."""
    yield from _destinations(project)
    for field in ("sourceRepos", "sourceNamespaces"):
        yield from _texts(project, field)
    for scope in ("cluster", "namespace"):
        for field in (f"{scope}ResourceWhitelist", f"{scope}ResourceBlacklist"):
            yield from _kinds(project, field)
    yield from _orphans(project)
    yield from _roles(project)
    yield from window_faults(project)
    for path, account in project.maps("spec", "destinationServiceAccounts"):
        yield from _account(path, account)


def _destinations(project: Resource) -> Iterator[Fault]:
    seen: set[str] = set()
    for path, item in project.maps("spec", "destinations"):
        for field in ("name", "server", "namespace"):
            if item.get(field) == "!*":
                yield (*path, field), f"{field} '!*' excludes everything, which is refused"
            why = _pattern_fault(item.get(field))
            if why:
                yield (*path, field), why
        key = f"{item.get('server') or item.get('name')!r}, namespace {item.get('namespace')!r}"
        if key in seen:
            yield path, f"this destination stands twice: {key}"
        seen.add(key)


def _texts(project: Resource, field: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, item in enumerate(project.items("spec", field)):
        path = ("spec", field, index)
        if not isinstance(item, str) or not item:
            continue
        if item == "!*" and field == "sourceRepos":
            yield path, "'!*' excludes every repository, which is refused"
        elif item in seen:
            yield path, f"{item!r} stands twice"
        elif field == "sourceRepos" and not normalized(item.removeprefix("!")):
            yield path, f"{item!r} is no address that Go can parse, so it matches nothing"
        elif field == "sourceRepos" or not (item[0] == item[-1] == "/"):
            is_address = field == "sourceRepos"
            why = _pattern_fault(item, normalized(item.removeprefix("!")) if is_address else item)
            if why:
                yield path, why
        seen.add(item)


def _pattern_fault(pattern: Any, compared: str | None = None) -> str:
    """What is wrong with a glob; `compared` is what it is made to before it is one."""
    glob = pattern if compared is None else compared
    if not isinstance(glob, str) or "[" not in glob:
        return ""  # Nothing else can be malformed.
    why = glob_fault(glob.removeprefix("!"))
    return f"{pattern!r} matches nothing: {why}" if why else ""


def _orphans(project: Resource) -> Iterator[Fault]:
    for path, item in project.maps("spec", "orphanedResources", "ignore"):
        for part in ("group", "kind", "name"):
            why = _pattern_fault(item.get(part))
            if why:
                yield (*path, part), why


def _kinds(project: Resource, field: str) -> Iterator[Fault]:
    from tools.argocd.path_pattern import is_malformed

    for path, item in project.maps("spec", field):
        for part in ("group", "kind", "name"):
            pattern = item.get(part)
            if isinstance(pattern, str) and is_malformed(pattern):
                yield (
                    (*path, part),
                    f"{pattern!r} is no pattern that Go can read: it matches nothing",
                )


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


def _account(path: FieldPath, account: Mapping[str, Any]) -> Iterator[Fault]:
    for field in ("server", "namespace"):
        if "!" in str(account.get(field) or ""):
            yield (*path, field), f"{field} of a service account takes no negation"
    name = account.get("defaultServiceAccount")
    if not isinstance(name, str) or not name.strip(" ") or re.search(r"[!*\[\]{}\\/]", name):
        yield (*path, "defaultServiceAccount"), f"{name!r} is no name of a service account"
