"""Strategic merge as Kustomize does it: `kyaml/yaml/merge2` and `kyaml/yaml/walk`.

`dest` is changed in place, and what the patch brings is moved into it, so that the patch must not
be used again.
"""

from tools.trace import associative
from tools.trace.merge_keys import ATOMIC, Find, Schema
from tools.trace.objects import Object, as_texts
from tools.trace.tidy import is_tidy, node_of
from tools.trace.value import List, Map, Scalar, Value, copy, place_of

DIRECTIVE = "$patch"
_DIRECTIVES = ("delete", "replace", "merge")


class CannotMerge(Exception):
    """The patch does not fit the object; Kustomize stops at it. `value` is the part at fault."""

    def __init__(self, sentence: str, value: Value | None = None) -> None:
        super().__init__(sentence)
        self.value = value


def apply_patch(
    obj: Object, patch: Map, schemas: Find, *, rename: bool = False, change_kind: bool = False
) -> bool:
    """Merge a patch into an object; False if that deletes the object.

    `schemas` looks up which lists merge. `rename` and `change_kind` are the options of a patch
    that let it change the name and the kind; otherwise the object keeps its identity.

    Raises CannotMerge.
    """
    if rename or change_kind:
        obj.remember_id()
    kept = [_kept(obj.root, key) for key in ("apiVersion", "kind")]
    name, namespace = [_kept(obj.metadata, key) for key in ("name", "namespace")]
    notes = obj.metadata.fields.get("annotations")
    schema = schemas(obj.api_version, obj.kind) or Schema(find=schemas)
    merged = merge(obj.root, patch, schema)
    if not isinstance(merged, Map):
        return False
    if merged is not obj.root:
        return True  # Kustomize merges into the object, so that a replaced one gets lost
    _restore(merged, "apiVersion", kept[0])
    if not change_kind:
        _restore(merged, "kind", kept[1])
    if not rename:
        _restore(obj.metadata, "name", name)
    _restore(obj.metadata, "namespace", namespace)
    if obj.annotated and obj.metadata.fields.get("annotations") is not notes:
        obj.forget()
    obj.refresh()
    return True


def _kept(parent: Map, key: str) -> Value | None:
    """A copy of what stands at a key, because merging changes scalars in place."""
    found = parent.fields.get(key)
    return None if found is None else copy(found)


def _restore(parent: Map, key: str, value: Value | None) -> None:
    if value is None:
        parent.fields.pop(key, None)
    else:
        parent.fields[key] = value


def normalize(patch: Map) -> None:
    """What Kustomize does to a patch that has a target: labels and annotations become texts.

    A null there, which would delete the key, becomes the text `null`.
    """
    metadata = patch.fields.get("metadata")
    if not isinstance(metadata, Map):
        return
    for name in ("labels", "annotations"):
        found = metadata.fields.get(name)
        if isinstance(found, Map) and found.fields:
            as_texts(found)
        elif found is not None:
            del metadata.fields[name]


def is_missing(value: Value | None) -> bool:
    """Whether there is no value or a null."""
    return value is None or (isinstance(value, Scalar) and value.is_null)


_WORDS: dict[type, str] = {Scalar: "a scalar", Map: "a map", List: "a list", type(None): "nothing"}


def merge(dest: Value | None, origin: Value | None, schema: Schema) -> Value | None:
    """The value that results from a value and a patch for it; None where nothing is left.

    Raises CannotMerge where the two are of different kinds or a directive is unknown.
    """
    kind = next((type(v) for v in (dest, origin) if not is_missing(v)), None)
    if kind is None:
        return _merge_nulls(dest, origin)
    for value in (dest, origin):
        if not is_missing(value) and type(value) is not kind:
            what, instead = _WORDS[type(origin)], _WORDS[kind]
            raise CannotMerge(f"this is {what}, where the object has {instead}", origin)
    if kind is Scalar:
        return _merge_scalars(dest, origin)
    if schema.find is not None:
        schema = _embedded_schema(schema.find, dest, origin) or schema
    if kind is Map:
        return _merge_maps(dest, origin, schema)
    if schema.keys is not None:
        return _merge_lists(dest, origin, schema)
    return dest if origin is None else origin


def _merge_nulls(dest: Value | None, origin: Value | None) -> Value | None:
    """A null that is written out survives a patch that does not mention it; an empty one goes."""
    if origin is None and isinstance(dest, Scalar) and dest.text:
        return dest
    return None


def _merge_scalars(dest: Value | None, origin: Value | None) -> Value | None:
    if origin is None or origin is dest:
        return dest
    if is_missing(origin):
        return None
    assert isinstance(origin, Scalar)
    return origin.after(dest)


def _embedded_schema(find: Find, *values: Value | None) -> Schema | None:
    """The schema of a whole object that stands inside a field of unknown schema."""
    for value in values:
        if isinstance(value, Map):
            api_version, kind = value.text("apiVersion"), value.text("kind")
            if api_version and kind:
                return find(api_version, kind)
    return None


def _merge_maps(dest: Value | None, origin: Value | None, schema: Schema) -> Value | None:
    if origin is not None and is_missing(origin):
        return None
    patch = origin if isinstance(origin, Map) else None
    directive = _map_directive(patch) if patch else "merge"
    if directive == "delete":
        return None
    into = patch if is_missing(dest) or directive == "replace" else dest
    assert isinstance(into, Map)
    below = schema.below
    unknown = ATOMIC if schema.find is None else schema
    if patch is not None:
        for key, value in list(patch.fields.items()):
            child = below.get(key, unknown)
            old = into.fields.get(key)
            _put(into, key, old, merge(old, value, child))
            _note_removal(into, key, old, value)
    if into is not patch:
        for key, child in below.items():
            if (patch is None or key not in patch.fields) and into.has(key):
                _tidy(into, key, child)
    return into


def _put(into: Map, key: str, old: Value | None, merged: Value | None) -> None:
    if merged is None or (is_missing(merged) and merged is not old):
        into.fields.pop(key, None)
    elif isinstance(old, Scalar) and isinstance(merged, Scalar):
        old.become(merged if merged is old else merged.in_place_of(old))
    else:
        into.fields[key] = merged


def _note_removal(into: Map, key: str, old: Value | None, value: Value) -> None:
    """Remember the null, or the directive, of the patch that took a key away, if it did."""
    place = place_of(value)
    is_gone = old is not None and key not in into.fields
    if is_gone and place is not None and value.source is not None:
        into.note_removal(key, place, value.source)


def _tidy(into: Map, key: str, schema: Schema) -> None:
    """Merge a field with nothing: this drops repeated elements of merged lists below it."""
    node = node_of(into, key)
    if node is not None and is_tidy(node, schema):
        return
    old = into.fields[key]
    if isinstance(old, Map | List):
        _put(into, key, old, merge(old, None, schema))


def _map_directive(patch: Map) -> str:
    """What `$patch` says in a map, `merge` without it; the directive is removed."""
    if not patch.has(DIRECTIVE):
        return "merge"
    said = patch.text(DIRECTIVE)
    if said not in _DIRECTIVES:
        raise CannotMerge(f"{said!r} is no directive of a patch", patch.fields[DIRECTIVE])
    del patch.fields[DIRECTIVE]
    return said


def _list_directive(patch: List) -> str:
    """What an element with only `$patch` says in a list; such elements are removed."""
    said = next(
        (item for item in patch.items if isinstance(item, Map) and item.has(DIRECTIVE)), None
    )
    if said is None or len(said.fields) > 1:
        return "merge"
    directive = said.text(DIRECTIVE)
    if directive not in _DIRECTIVES:
        raise CannotMerge(f"{directive!r} is no directive of a patch", said.fields[DIRECTIVE])
    patch.items = associative.placed(patch.items, (DIRECTIVE,), [directive], None)
    return directive


def _merge_lists(dest: Value | None, origin: Value | None, schema: Schema) -> Value | None:
    if origin is not None and is_missing(origin):
        return dest if dest is None else None
    into = dest
    if is_missing(dest):
        into = origin
    elif isinstance(origin, List):
        directive = _list_directive(origin)
        if directive == "delete":
            return None
        into = origin if directive == "replace" else dest
    assert isinstance(into, List)
    patch = origin.items if isinstance(origin, List) else None
    element = Schema(None, schema.below)

    def merged(one: Value | None, other: Value | None) -> Value | None:
        result = merge(one, other, element)
        if result is None and one is not None and isinstance(other, Map):
            _note_deletion(into, one, other)
        return result

    into.items = associative.merged(into.items, patch, schema.keys or (), merged)
    return into


def _note_deletion(into: List, old: Value, patch: Map) -> None:
    """Remember the directive of the patch that took an element away."""
    source, pairs = patch.source, patch.node.value if patch.node is not None else ()
    value = next((value for key, value in pairs if key.value == DIRECTIVE), None)
    mark = None if value is None else value.start_mark
    place = source.place(mark.line, mark.column) if source is not None and mark else None
    if source is not None and place is not None:
        into.note_removal(old, place, source)
