"""Entries of a kustomization as `kustomize edit` makes them."""

from collections.abc import Mapping

from tools.argocd.inline.fault import Unedited
from tools.source.branches import Branch, Leaf


def image_of(argument: str) -> dict[str, str] | None:
    """The entry that `kustomize edit set image` makes of `[name=]image[:tag][@digest]`.

    None if it refuses the argument.
    """
    key, equals, value = argument.partition("=")
    if not equals:
        key, value = "", argument
    domain = max(value.find("/"), 0)
    at, colon = value.find("@", domain), value.find(":", domain)
    if 0 <= at < colon or colon < 0:
        colon = at if at >= 0 else len(value)
    at = at if at >= 0 else len(value)
    name, tag, digest = value[:colon], value[colon + 1 : at], value[at + 1 :]
    if name == argument:
        return None
    fields = {"newName": name if key else "", "newTag": tag, "digest": digest}
    return {"name": key or name, **fields}


def said_in(entry: Mapping[str, Branch]) -> dict[str, Branch]:
    """An entry without its empty fields."""
    return {
        key: value
        for key, value in entry.items()
        if key == "name" or not (isinstance(value, Leaf) and value.value in ("", None))
    }


def by_name(entries: Mapping[str, Branch]) -> list[Branch]:
    """Entries in the order of their names."""
    return [entries[name] for name in sorted(entries)]


def settings_of(label: Mapping[str, Branch]) -> tuple[bool, bool]:
    """Whether a label goes into selectors, and into templates."""
    said = {key.lower() for key, value in label.items() if isinstance(value, Leaf) and value.value}
    return "includeselectors" in said, "includetemplates" in said


def joined(
    before: Mapping[str, Branch], pairs: Mapping[str, Leaf], force: bool, field: str
) -> dict[str, Branch]:
    """Pairs with more of them. Raises Unedited for one that is there already."""
    both = sorted(set(before) & set(pairs))
    if both and not force:
        reason = f"the kustomization has {both[0]!r} too, which is not replaced without `force`"
        raise Unedited(reason, (field, both[0]), True)
    return {**before, **pairs}
