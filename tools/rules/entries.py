"""What the entries of a target's kustomizations did, for the rules that judge them."""

from collections.abc import Iterator

from tools.rules.target import Target
from tools.rules.typed import nearest
from tools.source.place import Place
from tools.trace.application import Target as Selection
from tools.trace.candidates import lack, listed
from tools.trace.entry import Entry


def entries(target: Target, *kinds: str) -> Iterator[Entry]:
    """The entries of these kinds (`Application.kind`) in the order of the build.

    None for plain YAML, and none where the render failed: the target is not judged then.
    """
    if target.tree is None or target.trace is None or not target.resources:
        return
    for application in target.trace.applied:
        if application.kind in kinds:
            yield Entry(target.tree, application)


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
    return entry.place(field), "no object fits all that it asks for when it is applied"
