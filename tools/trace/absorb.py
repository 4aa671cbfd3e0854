"""How a generated object joins the others: as a new one, or merged into one that is there."""

from tools.trace.objects import Object, as_texts
from tools.trace.value import Map, Scalar

_BEHAVIORS = ("merge", "replace")


class CannotAbsorb(Exception):
    """The behavior of an object does not fit what is there: `old`, or nothing."""

    def __init__(self, old: Object | None) -> None:
        super().__init__("nothing is there" if old is None else "it is there already")
        self.old = old


def absorb(made: Object, objects: list[Object]) -> None:
    """Add an object, or put it where the one stands that it merges with or replaces.

    Raises CannotAbsorb where Kustomize stops.
    """
    now = made.id
    old = next((obj for obj in objects if obj.is_called(now)), None)
    if (old is not None) != (made.behavior in _BEHAVIORS):
        raise CannotAbsorb(old)
    if old is None:
        objects.append(made)
        return
    for field in ("labels", "annotations"):
        _merge_texts(made.metadata, old.metadata, field)
    if made.behavior == "merge":
        for field in ("data", "binaryData"):
            _merge_texts(made.root, old.root, field)
    for field in ("name", "namespace"):
        kept = old.metadata.fields.get(field)
        if kept is None:
            made.metadata.fields.pop(field, None)
        else:
            made.metadata.fields[field] = kept
    made.previous, made.prefixes, made.suffixes = old.previous, old.prefixes, old.suffixes
    made.hashed = made.hashed and old.hashed
    made.annotated, made.behavior, made.vars = old.annotated, old.behavior, old.vars
    made.folders = old.folders
    made.refresh()
    objects[objects.index(old)] = made


def _merge_texts(into: Map, old: Map, field: str) -> None:
    """Entries of the old map that the new one lacks; those that it has are recorded over them."""
    before, after = old.fields.get(field), into.fields.get(field)
    if not isinstance(before, Map):
        return
    if not isinstance(after, Map):
        after = into.fields[field] = Map(before.source, before.key, before.node, {})
    as_texts(before)
    kept = dict(before.fields)
    for key, value in after.fields.items():
        replaced = kept.get(key)
        kept[key] = value.after(replaced) if isinstance(value, Scalar) else value
    after.fields.clear()
    after.fields.update(kept)
