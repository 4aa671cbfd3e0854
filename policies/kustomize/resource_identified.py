"""Every document that a kustomization lists is an object with apiVersion, kind and a name.

Kustomize finds objects by these: patches, images and references depend on them. Without a kind or a
name it stops, and its message shows what it has read of the object and not where it stands. Without
an apiVersion it goes on, and the API server refuses what it renders. A file that is no manifest at
all (values for Helm, a list, a piece of text) got into `resources` by mistake.

Looks at every document of the files under `resources`, and at the members of Lists in them; also
where nobody uses the kustomization. `generateName` is no name: Kustomize needs one. Empty documents
are skipped, as Kustomize skips them. Whether kind and apiVersion exist is judged by schema-valid.
https://kubernetes.io/docs/concepts/overview/working-with-objects/#required-fields
"""

from collections.abc import Iterator
from typing import Any

from yaml.nodes import ScalarNode

from tools.kubernetes.resource import as_list, as_map
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.rules.typed import nearest
from tools.source.document import Document, Part
from tools.source.place import FieldPath, Place, dotted

_NEEDED = (("kind",), ("metadata", "name"), ("apiVersion",))


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Write apiVersion, kind and metadata.name, or take the file out of `resources`.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    uses = target.tree.uses if target.tree else ()
    files = {use.file for use in uses if use.reference.field.lower() == "resources"}
    for document in target.documents:
        if document.file in files:
            yield from _document(document, document.data, ())


def _document(document: Document, data: Any, path: FieldPath) -> Iterator[SourceProblem]:
    if data == {}:
        return
    if not isinstance(data, dict):
        sentence = "this is no Kubernetes object, and stands in a file under `resources`"
        yield SourceProblem(document.nearest(path)[1], sentence, stops=True)
    elif str(data.get("kind", "")).endswith("List") and "items" in data:
        for index, item in enumerate(as_list(data["items"])):
            yield from _document(document, item, (*path, "items", index))
    else:
        yield from _object(document, data, path)


def _object(document: Document, data: Any, path: FieldPath) -> Iterator[SourceProblem]:
    """The first thing that an object lacks; a key that may be meant for it is pointed at."""
    for needed in _NEEDED:
        *above, field = needed
        holder = as_map(data.get(above[0])) if above else as_map(data)
        if holder.get(field) in (None, "", [], {}):
            others = [key for key in holder if key not in (*above, field)]
            written = next((key for key in others if nearest(field, [key]).startswith("; did")), "")
            what = f": {written!r} is none" if written else ""
            place = _key(document, (*path, *above, written or field))
            sentence = f"this object has no {dotted(needed)}{what}"
            yield SourceProblem(place, sentence, stops=True)
            return


def _key(document: Document, path: FieldPath) -> Place:
    """Where the key of a field stands; for a missing field, its nearest existing parent."""
    part = document.parts.get(path)
    if part is None or part.key is None or not isinstance(part.value, ScalarNode):
        return document.nearest(path)[1]
    return document.place_of(Part(None, part.key))
