"""The patches of `source.kustomize` as entries of a kustomization."""

from collections.abc import Callable, Mapping
from typing import Any

from tools.argocd.inline.fault import text_of
from tools.source.branches import Branch, Leaf, Origin
from tools.source.place import FieldPath

OriginOf = Callable[[FieldPath, str], Origin]
"""From a field path below `kustomize` and the text there to the origin of the text."""
_PATCH = ("path", "patch", "target", "options")
_TARGET = (
    "group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector",
)  # fmt: skip


def patch_of(path: FieldPath, item: Mapping[str, Any], origin: OriginOf) -> dict[str, Branch]:
    """The entry of `patches` that stands at a path below `kustomize`. Raises Unedited."""

    def leaf(at: FieldPath, text: str) -> Leaf:
        return Leaf(text, origin(at, text))

    patch: dict[str, Branch] = {}
    for key in _PATCH:
        value = item.get(key)
        if key in ("path", "patch") and value:
            patch[key] = leaf((*path, key), text_of(value, key))
        elif key == "target" and isinstance(value, dict):
            patch[key] = {
                name: leaf((*path, key, name), text_of(value[name], name))
                for name in _TARGET
                if value.get(name)
            }
        elif key == "options" and isinstance(value, dict) and value:
            patch[key] = {
                name: Leaf(said is True, origin((*path, key, name), ""))
                for name, said in value.items()
            }
    return patch
