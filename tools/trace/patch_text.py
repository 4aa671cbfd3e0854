"""What the text of a patch is: merge patches, or the operations of a JSON 6902 patch.

As `PatchTransformer`, `PatchJson6902Transformer` and `PatchStrategicMergeTransformer` of Kustomize
5.8.1 read it: https://github.com/kubernetes-sigs/kustomize/tree/api/v0.21.1/api/internal/builtins
"""

from collections.abc import Sequence

from tools.source.place import Place
from tools.trace.application import Mistake, Mistaken
from tools.trace.layer import Text
from tools.trace.value import List, Map, Scalar, Value, place_of

_EMPTY = "Write what it shall change, or delete the entry."
_WHOLE = "Write apiVersion, kind and metadata.name, of the object or, with a target, any."
_LIST = "Write the operations as a list: `- op: replace`, then its `path` and `value`."


class PatchText:
    """The documents of a patch. Raises Mistaken where Kustomize cannot read it.

    `operations` holds them for a JSON 6902 patch and is None for merge patches; `unread` is the
    first document that Kustomize does not look at. `raw` is the text, `entry` where it is listed.
    """

    def __init__(self, text: Text, raw: str, field: str, targeted: bool, entry: Place) -> None:
        self.place = text.place
        self.entry = entry
        self.raw = raw.strip() if text.inline else raw
        self.field = field
        self.operations: List | None = None
        self.unread: Value | None = None
        documents = list(text.values("patch", as_resource=False))
        content = [document for document in documents if not _is_empty(document)]
        if not content:
            raise Mistaken(self._nothing(documents))
        if isinstance(content[0], Map) and field != "patchesJson6902":
            self._merges(content, targeted)
        else:
            self.operations = self._list(content[0], targeted, text)
            self.unread = content[1] if len(content) > 1 else None

    def _nothing(self, documents: Sequence[Value]) -> Mistake:
        place = self._at(documents[0]) if documents else self.place
        stops = self.field in ("patchesJson6902", "patchesStrategicMerge")
        return Mistake(place, "this patch is empty", _EMPTY, stops)

    def _merges(self, content: Sequence[Value], targeted: bool) -> None:
        for document in content:
            if not isinstance(document, Map):
                sentence = "this document of the patch is no part of an object"
                raise Mistaken(Mistake(self._at(document), sentence, _WHOLE))
            _identified(document, self._at(document))
        if targeted and len(content) > 1:
            sentence = "a patch with a target holds one document; this is a second"
            remedy = "Give it an entry of its own, or delete the target."
            raise Mistaken(Mistake(self._at(content[1]), sentence, remedy))

    def _list(self, content: Value, targeted: bool, text: Text) -> List:
        place = self._at(content)
        if not isinstance(content, List):
            raise Mistaken(self._no_patch(content, place, text.inline))
        if self.raw.startswith("[") and not _is_json(self.raw):
            sentence = "a patch that begins with `[` is read as JSON, and this is none"
            raise Mistaken(Mistake(place, sentence, f"{_LIST[:-1]}; or write JSON."))
        if self.field == "patchesStrategicMerge":
            sentence = "this is a JSON 6902 patch, and no strategic merge patch"
            raise Mistaken(Mistake(place, sentence, "List it under `patches`, with a target."))
        if not targeted:
            sentence = "a JSON 6902 patch needs a target"
            remedy = "Add `target:` with the kind and name of the object beside the patch."
            raise Mistaken(Mistake(self.entry, sentence, remedy))
        return content

    def _no_patch(self, content: Value, place: Place, inline: bool) -> Mistake:
        if isinstance(content, Map):
            return Mistake(place, "this is no list of the operations of a JSON 6902 patch", _LIST)
        assert isinstance(content, Scalar)
        sentence = f"{content.text!r} is no patch"
        remedy = "Write `path:` to name a file; `patch:` holds the patch itself." if inline else ""
        return Mistake(place, sentence, remedy or _WHOLE)

    def _at(self, value: Value) -> Place:
        return place_of(value) or self.place


def _identified(document: Map, place: Place) -> None:
    """Kustomize reads a merge patch like an object: it has a kind and a name."""
    if {"op", "path"} <= document.fields.keys():
        raise Mistaken(Mistake(place, "one operation alone is no JSON 6902 patch", _LIST))
    if document.text("kind").endswith("List") and document.has("items"):
        return
    for path in (("kind",), ("metadata", "name")):
        if not document.text(*path):
            sentence = f"this patch has no {'.'.join(path)}"
            parent = document.fields.get(path[0]) or document
            raise Mistaken(Mistake(place_of(parent) or place, sentence, _WHOLE))


def _is_empty(value: Value) -> bool:
    if isinstance(value, Scalar):
        return value.is_null
    return not (value.items if isinstance(value, List) else value.fields)


def _is_json(text: str) -> bool:
    import json

    try:
        json.loads(text)
    except ValueError:
        return False
    return True
