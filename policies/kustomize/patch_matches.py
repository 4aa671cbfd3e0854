"""Every patch of a kustomization selects at least one object.

A patch with a `target` that selects nothing is skipped by Kustomize without a word: the limit, the
replica count or the security setting that somebody wrote, and reviewed, is not in the cluster. It
happens when a Deployment is renamed, when a kind or group is misspelt, and because the parts of a
target are regular expressions that must match as a whole (`name: web` does not select `web-api`).

Looks at each entry of `patches`, `patchesJson6902` and `patchesStrategicMerge`, and at each patch
among the `transformers`, at the moment when Kustomize applies it: an object that a later component
adds does not count; names are those of the manifest and those after prefixes and suffixes. Without
a `target` Kustomize itself stops at the first such patch, and does not say where it stands;
group, version and namespace must then be those of the object, too. In a component that several
kustomizations use, a patch may be meant for others: there it is enough that its kind and name fit
some object that the repository's kustomizations list. Where objects lack what the patch would have
brought them, other rules do not say so again.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
"""

import re
from collections.abc import Iterator

from tools.kubernetes.resource import Ref
from tools.rules.entries import entries, first_stop, why_nothing
from tools.rules.rule import Consequences, Judges, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target
from tools.rules.typed import nearest
from tools.source.place import FieldPath, Place
from tools.trace.application import Patch
from tools.trace.application import Target as Selection
from tools.trace.candidates import lack, listed
from tools.trace.entry import Entry

_PLACES = {
    "kind": ("kind",),
    "name": ("metadata", "name"),
    "group": ("apiVersion",),
    "version": ("apiVersion",),
}
"""Where a strategic merge patch says what it is for."""


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Name an object that is there when the patch is applied, or delete the patch.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem | Unjudged]:
    for entry in entries(target, "patch"):
        application = entry.application
        if application.unknown:
            yield Unjudged(application.unknown, place=application.place)
        elif application.matched == 0 and application.patch:
            found = why_nothing(entry, application.patch.target, "target")
            if found:
                place, why = found
                sentence = f"this patch selects nothing: {why}"
                explains = tuple(_left(application.patch, target))
                yield SourceProblem(place, sentence, explains=explains)
    yield from _stopping(target)


def _left(patch: Patch, target: Target) -> Iterator[Consequences]:
    """The fields that the patch would have brought to objects that are not without them: those
    that fit its selector but for one part.
    """
    paths = list(_brought(patch))
    for resource in target.resources:
        missing = tuple(path for path in paths if resource.get(*path) is None)
        if missing and _nearly_fits(patch.target, resource.ref):
            yield Consequences(resource, missing)


def _nearly_fits(wanted: Selection, ref: Ref) -> bool:
    pairs = (
        (wanted.kind, ref.kind),
        (wanted.name, ref.name),
        (wanted.group, ref.group),
        (wanted.version, ref.api_version.rpartition("/")[2]),
    )
    return sum(bool(asked) and not _fits(asked, value) for asked, value in pairs) <= 1


def _fits(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return False


def _brought(patch: Patch) -> Iterator[FieldPath]:
    """The fields of a patch that stand in maps only, as far down as they do."""
    for operation in patch.operations:
        if operation.op in ("add", "replace"):
            yield operation.tokens
    if not patch.is_json:
        yield from _leaves(patch.merge, ())


def _leaves(value: object, path: FieldPath) -> Iterator[FieldPath]:
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, (*path, str(key)))
    elif path and value is not None:
        yield path


def _stopping(target: Target) -> Iterator[SourceProblem]:
    """The patch without target at which Kustomize itself stops, which names no line."""
    stop = first_stop(target)
    entry = stop.entry if stop and not stop.mistake else None
    if entry and entry.application.patch:
        found = lack(entry.application.patch.target, listed(entry.scope))
        place = entry.patch_place(*_PLACES[found.part] if found else ())
        why = f": {found.sentence}{nearest(found.wanted, found.known)}" if found else ""
        if not found:
            place, why = _rest(entry, entry.application.patch.target)
        related = ((entry.application.place, "applied here"),)
        sentence = f"this patch finds no object{why}"
        yield SourceProblem(place, sentence, related=related, stops=True)


def _rest(entry: Entry, wanted: Selection) -> tuple[Place, str]:
    """Why a patch finds no object although there is one of its kind and name."""
    if not wanted.version:
        return entry.patch_place("apiVersion"), ", because it has no apiVersion"
    if wanted.namespace:
        why = f" in the namespace {wanted.namespace!r} when it is applied"
        return entry.patch_place("metadata", "namespace"), why
    return entry.patch_place(), " when it is applied; perhaps that is in a namespace"
