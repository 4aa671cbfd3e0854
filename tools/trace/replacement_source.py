"""What a replacement copies, and from where (`api/filters/replacement`)."""

from typing import NamedTuple

from tools.source.place import Place
from tools.trace.application import Mistake, Mistaken
from tools.trace.fieldpath import CannotFollow, first_missing, parts_of, value_at
from tools.trace.objects import Id, Object, is_empty
from tools.trace.value import Map, Scalar, Value, place_of, plain

DEFAULT_PATH = "metadata.name"


class Options(NamedTuple):
    """The options of a source or a target."""

    delimiter: str
    position: int
    create: bool


def require_parts(replacement: Map, targets: list[Value], fallback: Place) -> None:
    """Raise Mistaken if a replacement lacks a part, or has one too many."""
    place = place_of(replacement) or fallback
    source, given = replacement.get("source"), replacement.get("sourceValue")
    if source is None and given is None:
        remedy = "Write `source:` with the kind, name and fieldPath to copy from."
        raise Mistaken(Mistake(place, "this replacement has no source", remedy))
    if source is not None and given is not None:
        place = place_of(given) or place
        sentence = "this replacement has both `source` and `sourceValue`"
        raise Mistaken(Mistake(place, sentence, "Delete one of the two."))
    if not targets:
        remedy = "Write `targets:` with what to select and the fieldPaths to copy to."
        raise Mistaken(Mistake(place, "this replacement has no targets", remedy))
    for target in targets:
        if not isinstance(target, Map) or not isinstance(target.get("select"), Map):
            place = place_of(target) or place
            remedy = "Write `select:` with the kind and name of the object to copy to."
            raise Mistaken(Mistake(place, "this target selects no object", remedy))


def source_value(replacement: Map, objects: list[Object], fallback: Place) -> Value:
    """The value to copy, with the place where it is set."""
    given = replacement.get("sourceValue")
    if isinstance(given, Scalar):
        return as_layer(given, given.value)
    source = replacement.get("source")
    if not isinstance(source, Map):
        raise CannotFollow("a replacement needs a source")
    found = [obj for obj in objects if any(_is_source(one, source) for one in ids_of(obj))]
    if len(found) != 1:
        raise Mistaken(_not_one(source, found, objects, place_of(source) or fallback))
    path = source.text("fieldPath") or DEFAULT_PATH
    if "*" in parts_of(path):
        sentence = "the path of a source leads to one field and has no `*`"
        raise Mistaken(_at(source, "fieldPath", sentence, _FIELD, fallback))
    value = value_at(found[0].root, parts_of(path))
    if value is None or is_empty(value):
        sentence = f"the source {called(found[0])} has no field {path!r}"
        name, known = first_missing(found[0].root, parts_of(path))
        mistake = _at(source, "fieldPath", sentence, _FIELD, fallback)
        raise Mistaken(mistake._replace(name=name, known=known))
    return _refined(source, value, fallback)


_FIELD = "Name a field that the object has when the replacement is applied."
_SOURCE = "Name the one object to copy from."


def _not_one(source: Map, found: list[Object], objects: list[Object], fallback: Place) -> Mistake:
    """Why a source does not select exactly one object."""
    if found:
        names = " and ".join(map(called, found[:2]))
        sentence = f"the source selects {len(found)} objects, such as {names}"
        return _at(source, "name", sentence, "Name the kind, and the namespace, too.", fallback)
    left = [one for obj in objects for one in ids_of(obj)]
    for part in ("kind", "name", "group", "version", "namespace"):
        wanted = source.text(part)
        fitting = [one for one in left if not wanted or getattr(one, part) == wanted]
        if not fitting:
            known = tuple(sorted({getattr(one, part) for one in left} - {""}))
            sentence = f"the source selects nothing: no object has the {part} {wanted!r}"
            if part == "name" and source.text("kind"):
                sentence = f"the source selects nothing: no {source.text('kind')} is called "
                sentence += repr(wanted)
            mistake = _at(source, part, sentence, _SOURCE, fallback)
            return mistake._replace(name=wanted, known=known)
        left = fitting
    return _at(source, "", "the source selects nothing", _SOURCE, fallback)


def _at(holder: Map, field: str, sentence: str, remedy: str, fallback: Place) -> Mistake:
    """A mistake at a field, or at what holds it, that follows from what the objects are."""
    value = holder.fields.get(field) or holder
    place = place_of(value) or place_of(holder) or fallback
    return Mistake(place, sentence, remedy, certain=False)


def called(obj: Object) -> str:
    """An object in a sentence."""
    return f"{obj.kind} {obj.name}"


def _refined(source: Map, value: Value, fallback: Place) -> Value:
    """The part of the value that the options of a source choose."""
    options = options_of(source)
    if not options.delimiter:
        return value
    if not isinstance(value, Scalar):
        sentence = f"the source is no text that can be split at {options.delimiter!r}"
        raise Mistaken(_at(source, "fieldPath", sentence, _FIELD, fallback))
    pieces = value.text.split(options.delimiter)
    if not 0 <= options.position < len(pieces):
        found = source.get("options")
        sentence = (
            f"{value.text!r} has no piece {options.position} when it is split at "
            f"{options.delimiter!r}; the first is 0"
        )
        holder = found if isinstance(found, Map) else source
        raise Mistaken(_at(holder, "index", sentence, "Correct the index.", fallback))
    piece = pieces[options.position]
    field_path = source.get("fieldPath")
    if options.position < len(pieces) - 1 and isinstance(field_path, Scalar):
        # Which piece it is, is decided here; most of the text of the source does not matter.
        return Scalar(
            field_path.source.as_layer("replacement"), field_path.key, field_path.node, None, piece
        )
    return as_layer(value, piece)


def as_layer(value: Scalar, made: object) -> Scalar:
    """Another value that a replacement makes of a scalar."""
    return Scalar(value.source.as_layer("replacement"), value.key, value.node, None, made)


def ids_of(obj: Object) -> list[Id]:
    """What an object is and was called, its namespace as written."""
    return [obj.id._replace(cluster=False), *obj.previous_ids]


def _is_source(one: Id, source: Map) -> bool:
    """Whether an identity is what a source names; parts that it leaves out do not matter."""
    namespace = source.text("namespace")
    wanted = [source.text(part) for part in ("group", "version", "kind", "name")]
    if any(text and text != mine for text, mine in zip(wanted, one[:4], strict=True)):
        return False
    return not namespace or namespace == one.effective_namespace


def options_of(holder: Map) -> Options:
    """The options of a source or a target, with their defaults."""
    options = holder.get("options")
    if not isinstance(options, Map):
        return Options("", 0, False)
    index, create = options.get("index"), options.get("create")
    number = plain(index) if index is not None else 0
    made = isinstance(create, Scalar) and create.value is True
    return Options(options.text("delimiter"), number if isinstance(number, int) else 0, made)
