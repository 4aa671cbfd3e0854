"""What the entries of a target's kustomizations did, for the rules that judge them."""

from collections.abc import Iterator

from tools.kubernetes.resource import as_map
from tools.rules.target import Target
from tools.rules.typed import nearest
from tools.source.kustomization_fields import KUSTOMIZATION
from tools.source.place import Place
from tools.source.strict import faults
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
        kind: str = application.kind
        if kind == "transformer":
            kind = _PLUGINS.get(str(as_map(application.entry).get("kind")), kind)
        if kind in kinds:
            yield Entry(tree, application)


def stopping_patch(target: Target) -> Entry | None:
    """The strategic merge patch at which Kustomize stops because it finds no object for it.

    None if the target rendered, or if something else may have stopped Kustomize before.
    """
    tree = target.tree
    if tree is None or tree.refusals or target.trace is None or target.resources:
        return None
    if any(any(faults(k.document, KUSTOMIZATION)) for k in tree.kustomizations.values()):
        return None
    for application in target.trace.applied:
        if application.unknown:
            return None
        patch = application.patch
        needed = patch and not patch.is_json and not as_map(application.entry).get("target")
        if needed and application.matched == 0:
            return Entry(tree, application)
    return None


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
