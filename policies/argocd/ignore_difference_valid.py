"""Every entry of `ignoreDifferences` can be read, and is about something that is deployed.

An entry that matches nothing ignores nothing: the Application stays OutOfSync, or self-healing
takes back what it was meant to leave alone. The usual reasons are a Deployment without
`group: apps`, an old name, and a pointer without its first slash. A jq expression that does not
compile makes the whole comparison fail, for every object of the Application.

Looks at each entry of Applications and of those that ApplicationSets make, and at the pointers and
expressions of `ignoreApplicationDifferences` of ApplicationSets. Pointers are checked
against RFC 6901, jq expressions against the grammar and the functions of gojq 0.12.17, which Argo
CD compiles them with. Kinds and names are compared with what the Application's sources render; an
entry for what somebody else makes (a child of a custom resource) has nothing to compare and is
found too. Silent where a source is not rendered here.

A field that is not rendered is no mistake, since it is what the cluster writes that is ignored.
What is found is a path that can lead nowhere: a field that the kind does not have in any version
of Kubernetes, `*` in a pointer, a slash in a key that is not written `~1`, a field of an item that
the rendered list does not have. So is a jq expression that ends with an error on an object that it
would change, because `[]` meets an object without that list; `[]?` does not. Expressions with more
of jq than paths and conditions are not followed.

Read in `util/argo/normalizers/diff_normalizer.go` of Argo CD 3.2.11 and 3.5.1:
https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tools.argocd.applications import Application, is_set
from tools.kubernetes.resource import Resource, as_list
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

if TYPE_CHECKING:
    from tools.argocd.ignored import Ignored

_REMEDIES = {
    "jsonPointers": "Correct the pointer or delete it; / inside a key is ~1, and * is no wildcard.",
    "jqPathExpressions": "Correct the path or delete it; write []? where some have no such list.",
}
_WHAT = ("jsonPointers", "jqPathExpressions", "managedFieldsManagers")


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("Application", "ApplicationSet"),
    remedy="Write group, kind and name of a rendered object, and /spec/replicas or .spec.replicas.",
    looks_around=True,
)
def check(target: Target, options: None) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for resource in filter(is_set, target.resources):
        yield from _of_set(resource)
    if not fleet.applications:
        return
    from tools.argocd.ignored import ignored

    for application in fleet.applications:
        entries = list(ignored(application))
        objects = fleet.objects(application) if entries else None
        for entry in entries:
            yield from _expressions(application, entry)
            # Without a kind it is refused, which schema-valid says.
            known = objects if entry.data.get("kind") else None
            if known is not None and not any(entry.is_about(o) for o in known):
                yield _unmatched(application, entry, known)
            elif known is not None:
                yield from _missed(fleet, application, entry)


def _of_set(resource: Resource) -> Iterator[Problem]:
    """`ignoreApplicationDifferences`: what an ApplicationSet leaves alone in its Applications."""
    for path, entry in resource.maps("spec", "ignoreApplicationDifferences"):
        for below, message in _faults(entry):
            yield Problem((*path, *below), message, resource)


def _faults(entry: Mapping[str, object]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Pointers and expressions that cannot be read."""
    from tools.argocd.ignored import pointer_fault
    from tools.argocd.jq.fault import jq_fault

    for field, fault in (("jsonPointers", pointer_fault), ("jqPathExpressions", jq_fault)):
        for index, text in enumerate(as_list(entry.get(field))):
            why = fault(text) if isinstance(text, str) else None
            if why:
                yield (field, index), f"{text!r} {why}"


def _expressions(application: Application, entry: "Ignored") -> Iterator[Problem]:
    if not any(as_list(entry.data.get(field)) for field in _WHAT):
        yield _problem(application, entry, (), "the entry names no field, so it ignores nothing")
    for below, message in _faults(entry.data):
        yield _problem(application, entry, below, message)


def _missed(fleet: Fleet, application: Application, entry: "Ignored") -> Iterator[Problem]:
    """The paths that lead nowhere in all that the entry is about."""
    from tools.argocd.ignored import pointer_fault
    from tools.argocd.jq.fault import jq_fault
    from tools.argocd.reached import Deployed, jq_miss, pointer_miss

    targets = (part.target for part in fleet.parts(application) if part.target)
    meant = [
        Deployed(resource, target.schemas)
        for target in targets
        for resource in target.resources
        if entry.is_about(resource)
    ]
    for field, fault, miss in (
        ("jsonPointers", pointer_fault, pointer_miss),
        ("jqPathExpressions", jq_fault, jq_miss),
    ):
        for index, text in enumerate(as_list(entry.data.get(field))):
            why = miss(text, meant) if isinstance(text, str) and not fault(text) else None
            if why:
                yield _problem(
                    application, entry, (field, index), f"{text!r} {why}", _REMEDIES[field]
                )


def _unmatched(application: Application, entry: "Ignored", objects: list[Resource]) -> Problem:
    kind, group = str(entry.data.get("kind")), str(entry.data.get("group") or "")
    same = next((o for o in objects if o.kind == kind), None)
    if same and same.ref.group != group and not entry.data.get("name"):
        message = f"{kind} is of group {same.ref.group!r}, not {group!r}: the entry ignores nothing"
        return _problem(application, entry, ("group",), message)
    name = f" {entry.data['name']!r}" if entry.data.get("name") else ""
    message = f"{application.what} deploys no {kind}{name} of group {group!r}"
    return _problem(application, entry, ("name" if name and same else "kind",), message)


def _problem(
    application: Application,
    entry: "Ignored",
    path: tuple[str | int, ...],
    message: str,
    remedy: str | None = None,
) -> Problem:
    return Problem(application.at(*entry.path, *path), message, application.resource, remedy)
