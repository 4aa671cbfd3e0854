"""What a document lacks that Kustomize, and then the API server, need to know an object by."""

from tools.kubernetes.spelling import closest
from tools.source.place import Place, dotted
from tools.trace.application import Mistake
from tools.trace.objects import is_empty
from tools.trace.value import Map, Value, key_place, place_of

_NEEDED = (("kind",), ("metadata", "name"), ("apiVersion",))
_REMEDY = "Write apiVersion, kind and metadata.name, or take the file out of `resources`."


def unidentified(value: Value, fallback: Place) -> Mistake | None:
    """The mistake of what stands in a file under `resources` and is no complete object.

    Kustomize stops at it, but for a missing apiVersion. Empty documents are skipped.
    """
    place = place_of(value) or fallback
    if is_empty(value):
        return None
    if not isinstance(value, Map):
        sentence = "this is no Kubernetes object, and stands in a file under `resources`"
        return Mistake(place, sentence, _REMEDY)
    for path in _NEEDED:
        if not value.text(*path):
            return _lacks(value, path, place)
    return None


def _lacks(value: Map, path: tuple[str, ...], place: Place) -> Mistake:
    """A field that is missing: perhaps one is there that was to be it."""
    *above, field = path
    found = value.get(*above) or value
    holder = found if isinstance(found, Map) else value
    stops = field != "apiVersion"
    others = [key for key in holder.fields if key not in (*above, field)]
    sentence = f"this object has no {dotted(path)}"
    written = closest(field, others, 0.6)
    if written is not None:
        at = key_place(holder.fields[written]) or place
        return Mistake(at, f"{sentence}: {written!r} is none", f"Write `{field}:`.", stops)
    at = place_of(holder.fields.get(field) or found) or place
    return Mistake(at, sentence, _REMEDY, stops)
