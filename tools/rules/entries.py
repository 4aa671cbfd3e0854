"""What the entries of a target's kustomizations did, for the rules that judge them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tools.kubernetes.resource import as_map
from tools.rules.rule import SourceProblem
from tools.rules.target import Target
from tools.rules.typed import nearest
from tools.source.kustomization_fields import KUSTOMIZATION
from tools.source.misplaced import misplaced
from tools.source.place import Place
from tools.source.strict import faults
from tools.source.tree import Tree
from tools.trace.application import Application, Mistake
from tools.trace.application import Target as Selection
from tools.trace.candidates import lack, listed
from tools.trace.entry import Entry

_PLUGINS = {
    "PatchTransformer": "patch",
    "PatchJson6902Transformer": "patch",
    "PatchStrategicMergeTransformer": "patch",
    "ImageTagTransformer": "images",
}
"""Builtin transformers that do what a field of the kustomization does."""
_ALL_PLUGINS = {
    **_PLUGINS,
    "ConfigMapGenerator": "configMapGenerator",
    "NamespaceTransformer": "namespace",
    "ReplacementTransformer": "replacement",
    "ReplicaCountTransformer": "replicas",
    "SecretGenerator": "secretGenerator",
}
"""All builtin plugins of which the replay knows mistakes."""


def entries(target: Target, *kinds: str) -> Iterator[Entry]:
    """The entries of these kinds (`Application.kind`) in the order of the build, with the plugins
    of `transformers` that do the same.

    None for plain YAML, none where the render failed (the target is not judged then), and none for
    a component that is built alone: what it does is decided by whoever uses it.
    """
    tree = target.tree
    if tree is None or tree.root is None or target.trace is None or not target.resources:
        return
    if tree.root.is_component:
        return
    for application in target.trace.applied:
        if _kind(application, _PLUGINS) in kinds:
            yield Entry(tree, application)


def mistakes(target: Target, *kinds: str) -> Iterator[SourceProblem]:
    """What is wrong with the entries of these kinds (`Application.kind`), as far as it is sure.

    Whatever their text alone shows; and of what follows from the objects: where Kustomize renders,
    what does not stop it, else the first thing that does. The rest may be a consequence of that.
    Nothing is said where Kustomize must not be started.
    """
    if target.tree is None or target.tree.refusals or target.trace is None:
        return
    stop = first_stop(target)
    for application in _as_meant(target, target.tree, target.trace.applied):
        if _kind(application, _ALL_PLUGINS) in kinds:
            for mistake in application.mistakes:
                if stop and mistake is stop.mistake:
                    yield _problem(application, _told(application, mistake))
                elif _is_sure(target, application, mistake) and not _is_told(stop, mistake):
                    yield _problem(application, mistake)


def _as_meant(target: Target, tree: Tree, applied: Sequence[Application]) -> Iterator[Application]:
    """What entries did, but for those that only did it because a kustomization is not read as it
    was meant; where Kustomize renders all the same, that is all of them.
    """
    if target.resources:
        yield from applied
    elif not any(misplaced(tree)):
        unreadable = _unreadable(tree)
        yield from (a for a in applied if a.place.file not in unreadable)


class Stop(NamedTuple):
    """The entry at which Kustomize stops; without a mistake, it is a patch for no object."""

    entry: Entry
    mistake: Mistake | None


def first_stop(target: Target) -> Stop | None:
    """Where Kustomize stops because of what the objects are when an entry is applied.

    None if the target rendered, if something else may have stopped Kustomize before, and for a
    component by itself.
    """
    tree, trace = target.tree, target.trace
    if tree is None or trace is None or target.resources or not _was_started(tree):
        return None
    for application in trace.applied:
        mistake = next((m for m in application.mistakes if m.stops), None)
        if mistake and not mistake.certain:
            return Stop(Entry(tree, application), mistake)
        if mistake or application.unknown:
            return None
        patch = application.patch
        needed = patch and not patch.is_json and not as_map(application.entry).get("target")
        if needed and application.matched == 0:
            return Stop(Entry(tree, application), None)
    return None


def _was_started(tree: Tree) -> bool:
    """Whether Kustomize got as far as building objects, as the kustomizations tell."""
    if tree.root is None or tree.root.is_component or tree.refusals:
        return False
    return not _unreadable(tree) and not any(misplaced(tree))


def _unreadable(tree: Tree) -> frozenset[str]:
    """The kustomizations that Kustomize cannot read, or reads in part: of two equal keys one."""
    documents = [k.document for k in tree.kustomizations.values()]
    return frozenset(
        d.file
        for d in documents
        if any(fault.stops or fault.first for fault in faults(d, KUSTOMIZATION))
    )


def _told(application: Application, stop: Mistake) -> Mistake:
    """What to say of a stop: what the text shows at its place is why the objects do not fit."""
    shown = (m for m in application.mistakes if m.certain and m.place == stop.place)
    found = next(shown, None)
    return stop if found is None else found._replace(stops=True)


def _is_told(stop: "Stop | None", mistake: Mistake) -> bool:
    """Whether a mistake is said with the stop at its place."""
    return bool(stop and stop.mistake and stop.mistake.place == mistake.place)


def _is_sure(target: Target, application: Application, mistake: Mistake) -> bool:
    if target.tree and target.tree.root and target.tree.root.is_component:
        return mistake.certain
    if not mistake.certain:
        return bool(target.resources) and not mistake.stops
    return not (target.resources and mistake.stops and application.matched)


def _problem(application: Application, mistake: Mistake) -> SourceProblem:
    message = mistake.sentence + (nearest(mistake.name, mistake.known) if mistake.name else "")
    related = mistake.related
    if application.kind == "patch" and application.place.file != mistake.place.file:
        related += ((application.place, "applied here"),)
    return SourceProblem(mistake.place, message, mistake.remedy, related, mistake.stops)


def _kind(application: Application, plugins: Mapping[str, str]) -> str:
    kind: str = application.kind
    if kind in ("transformer", "generator"):
        kind = plugins.get(str(as_map(application.entry).get("kind")), kind)
    return kind


def why_nothing(entry: Entry, wanted: Selection, field: str) -> tuple[Place, str] | None:
    """The part of a selector, in a field of the entry, that keeps it from selecting, and why.

    None if it is meant for others: the entry stands in a component that several kustomizations
    use, and its kind and name fit some object that the repository's kustomizations list.
    """
    found = lack(wanted, listed(entry.scope))
    if found:
        return entry.place(field, found.part), found.sentence + nearest(found.wanted, found.known)
    if entry.is_shared:
        return None
    asked = zip(wanted._fields, wanted, strict=True)
    parts = [f"{part} {value!r}" for part, value in asked if value and part != "place"]
    which = f"has {' and '.join(parts)}" if parts else "is there"
    return entry.place(field, *_asked(wanted)), f"no object {which} when it is applied"


def _asked(wanted: Selection) -> tuple[str, ...]:
    """The part of a selector that must be what nothing fits, () if there are several."""
    names = ("namespace", "labels", "annotations")
    fields = dict(zip(names, ("namespace", "labelSelector", "annotationSelector"), strict=True))
    asked = [field for name, field in fields.items() if getattr(wanted, name)]
    return tuple(asked) if len(asked) == 1 else ()
