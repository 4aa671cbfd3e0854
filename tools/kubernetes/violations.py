"""Where an object breaks a JSON schema: one sentence for each mistake, at the field to change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.kubernetes.field_home import home_of
from tools.kubernetes.resource import as_map
from tools.kubernetes.sentences import about, either, right_type, right_value, wrong_type
from tools.kubernetes.spelling import closest
from tools.source.place import FieldPath, dotted

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_MUST = "must be "
_TRANSPARENT = frozenset({"$ref", "then"})
"""Steps of a schema's path that lead to another schema for the same value."""
_SIZES = frozenset({"maximum", "minimum"})
"""What the decoder refuses by its value: a number that its type cannot hold."""


class Violation(NamedTuple):
    """A field that is wrong, missing or unknown; `remedy` says what to write if that is plain.

    `meant` is the field that is not there because this one is misspelt, or stands in a wrong place;
    None if nobody can tell. `is_whole` says that nothing in the value can be read. `map` is
    that which holds the value, where any key may stand in it; `inside` is the first field in a
    value that may hold none. `edit` is the field to change where `path` is another.
    """

    path: FieldPath
    sentence: str
    remedy: str | None = None
    meant: FieldPath | None = None
    is_whole: bool = False
    map: FieldPath | None = None
    inside: FieldPath | None = None
    edit: FieldPath | None = None

    @property
    def is_missing(self) -> bool:
        """Whether a required field is not there."""
        return self == _missing(self.path)

    @property
    def place(self) -> FieldPath:
        """The field to change."""
        return self.path if self.edit is None else self.edit

    @property
    def is_unknown(self) -> bool:
        """Whether the field is one that nothing specifies."""
        return bool(self.path) and self.sentence.startswith(unknown(self.path))

    def as_decoded(self) -> "Violation":
        """The same at the field that Go's decoder names: of `metadata.labels.app`, the labels.

        A decoder of encoding/json knows the fields of structs on its way, and no keys of maps.
        """
        return self._at(self.map)

    def as_pruned(self) -> "Violation":
        """The same at the field that the server names of a custom object: an unknown one in it."""
        return self._at(self.inside)

    def _at(self, path: FieldPath | None) -> "Violation":
        edit = self.edit if path is None else self.path
        return self._replace(path=path or self.path, map=None, inside=None, edit=edit)

    def without_value(self) -> "Violation":
        """The same without the value that is wrong, which may be a secret."""
        _, must, rest = self.sentence.rpartition(_MUST)
        return self._replace(sentence=f"{_subject(self.place)} {must}{rest}") if must else self

    def noted(self, origin: str) -> "Violation":
        """The same with the note whose schema says so, unless that goes without saying."""
        return self._replace(sentence=f"{self.sentence} ({origin})") if origin else self


def violations(
    errors: Iterable["ValidationError"], schema: Mapping[str, Any], data: Mapping[str, Any]
) -> list[Violation]:
    """What the errors of a validator come to; `data` is the object, `schema` what it breaks."""
    return list(dict.fromkeys(_Mistakes(schema, data).of(errors)))


def unknown(path: FieldPath) -> str:
    """What is said of a field that nothing specifies, before any hint."""
    return f"unknown field {path[-1]!r}" + (f" in {dotted(path[:-1])}" if path[1:] else "")


class _Mistakes:
    """Errors of one object put together to mistakes."""

    def __init__(self, schema: Mapping[str, Any], data: Mapping[str, Any]) -> None:
        self._schema = schema
        self._data = data

    def of(self, errors: Iterable["ValidationError"]) -> Iterator[Violation]:
        """The mistakes behind errors. A misspelt required field is one, not two."""
        unknown: list[ValidationError] = []
        missing: dict[FieldPath, list[str]] = {}
        for error in errors:
            if error.kind.name == "required":
                name = error.kind.as_dict()["property"]
                missing.setdefault(self._path(error), []).append(name)
            elif "unexpected" in error.kind.as_dict():
                unknown.append(error)
            else:
                yield from self._explained(error)
        for error in unknown:
            yield from self._unknown(error, missing.get(self._path(error), []))
        for parent, names in missing.items():
            yield from (_missing((*parent, name)) for name in names)

    def _explained(self, error: "ValidationError") -> Iterator[Violation]:
        path = self._path(error)
        keyword, facts = error.kind.name, error.kind.as_dict()
        if keyword == "type":
            wrong = _of_wrong_type(path, error.instance, facts["types"])
            # Quantities and the like decode themselves, and do not know where they are.
            knows = facts["types"] == ["number"] or "number" not in facts["types"]
            yield wrong._replace(
                map=_map_around(path, error.evaluation_path) if knows else None,
                inside=_key_inside(path, error.instance) if self._is_closed(error) else None,
            )
        elif keyword in ("anyOf", "oneOf"):
            yield from self._alternatives(error)
        else:
            sentence = f"{_subject(path)} {about(keyword, error.instance, facts)}"
            whole = _map_around(path, error.evaluation_path) if keyword in _SIZES else None
            yield Violation(path, sentence, right_value(keyword, error.instance, facts), map=whole)

    def _is_closed(self, error: "ValidationError") -> bool:
        """Whether the fields of a map in the place of something else are unknown."""
        schema = as_map(_at(self._schema, error.schema_path[:-1]))
        return schema.get("type") != "object" or schema.get("additionalProperties") is False

    def _unknown(self, error: "ValidationError", missing: list[str]) -> Iterator[Violation]:
        """The fields of one map that nothing specifies; what was meant is not missing as well."""
        parent = self._path(error)
        names = error.kind.as_dict()["unexpected"]
        known = as_map(as_map(_at(self._schema, error.schema_path[:-1])).get("properties"))
        for name in names:
            path = (*parent, name)
            sentence = unknown(path)
            meant = closest(name, known)
            if meant:
                sentence += f"; did you mean {meant!r}?"
                yield Violation(path, sentence, f"Write `{meant}`.", (*parent, meant))
                missing[:] = [field for field in missing if field != meant]
            elif len(names) == len(missing) == 1:
                meant = missing.pop()
                sentence += f", where {meant!r} is missing"
                yield Violation(path, sentence, f"Write `{meant}`.", (*parent, meant))
            else:
                yield self._misplaced(path, sentence)

    def _misplaced(self, path: FieldPath, sentence: str) -> Violation:
        home = home_of(self._schema, path[:-1], str(path[-1]))
        if home is None:
            return Violation(path, sentence, "Delete the field, or correct its name.")
        where = dotted(home) or "the top level"
        sentence += f"; it belongs to {where}"
        return Violation(path, sentence, f"Move it to {where}.", (*home, path[-1]))

    def _alternatives(self, error: "ValidationError") -> Iterator[Violation]:
        """None of several schemas fits, or more than the one that may."""
        path = self._path(error)
        subject = _subject(path)
        branches: list[list[ValidationError]] = error.kind.as_dict().get("context") or []
        fields = [_required_by(part) for part in _at(self._schema, error.schema_path) or ()]
        wrong = [inner for branch in branches for inner in branch]
        deepest = max(branches, key=_depth, default=[])
        if fields and all(fields):
            yield self._one_of(path, fields, type(error.kind).__name__ == "OneOfMultipleValid")
        elif wrong and all(e.kind.name == "type" and self._path(e) == path for e in wrong):
            types = dict.fromkeys(kind for e in wrong for kind in e.kind.as_dict()["types"])
            yield _of_wrong_type(path, error.instance, list(types))
        elif _depth(deepest) > len(path):
            yield from self.of(deepest)
        else:
            yield Violation(path, f"{subject} fits none of the forms that its schema allows")

    def _one_of(self, path: FieldPath, fields: Sequence[str], are_many: bool) -> Violation:
        """Of a field that is missing the server names the first of those that might be there."""
        only = "only one" if are_many else "one"
        sentence = f"{_subject(path)} must have {only} of {either(map(repr, fields))}"
        return Violation(path if are_many else (*path, fields[0]), sentence, edit=path)

    def _path(self, error: "ValidationError") -> FieldPath:
        path: list[str | int] = []
        value: Any = self._data
        for part in error.instance_path:
            step = _step(value, part)
            while isinstance(value, dict) and step not in value and "" in value:
                # The validator leaves out the key of a map if that is empty.
                path.append("")
                value = value[""]
                step = _step(value, part)
            path.append(step)
            value = value[step]
        if isinstance(value, dict) and value is not error.instance and value != error.instance:
            path.append("")
        return tuple(path)


def _missing(path: FieldPath) -> Violation:
    where = f"below {dotted(path[:-1])}" if path[1:] else "at the top level"
    return Violation(path, f"{dotted(path)} is missing", f"Write `{path[-1]}:` {where}.")


def _of_wrong_type(path: FieldPath, value: Any, types: Sequence[str]) -> Violation:
    sentence = f"{_subject(path)} {wrong_type(value, types)}"
    return Violation(path, sentence, right_type(value, types), is_whole=True)


def _map_around(path: FieldPath, schema_path: Iterable[str | int]) -> FieldPath | None:
    """The map with keys of any name that holds a value, or the list of which it is an entry."""
    for keyword in reversed(list(_keywords(schema_path))[:-1]):
        if keyword == "additionalProperties":
            return path[:-1]
        if keyword == "items":
            path = path[:-1]
        elif keyword not in _TRANSPARENT:
            return None
    return None


def _key_inside(path: FieldPath, value: Any) -> FieldPath | None:
    """The first key of the first map in a value."""
    if isinstance(value, dict):
        return next(((*path, key) for key in value), None)
    items = enumerate(value) if isinstance(value, list) else ()
    found = (_key_inside((*path, index), item) for index, item in items)
    return next((key for key in found if key), None)


def _keywords(schema_path: Iterable[str | int]) -> Iterator[str | int]:
    """The keywords on a path through a schema, without the names of fields."""
    steps = iter(schema_path)
    for step in steps:
        yield step
        if step == "properties":
            next(steps, None)


def _required_by(part: Any) -> str:
    """The one field that a schema asks for, "" if it asks for anything else."""
    required = as_map(part).get("required", ())
    return required[0] if len(required) == 1 and set(part) == {"required"} else ""


def _depth(errors: Sequence["ValidationError"]) -> int:
    return max((len(error.instance_path) for error in errors), default=0)


def _at(schema: Any, path: Sequence[str | int]) -> Any:
    """The part of a schema at a path that the validator gave."""
    for part in path:
        schema = schema[_step(schema, part)]
    return schema


def _step(value: Any, part: str | int) -> str | int:
    """The key or index that a part of the validator's path stands for.

    It makes a number of a key that looks like one, and of `007` the number 7.
    """
    if isinstance(part, str) or not isinstance(value, dict) or str(part) in value:
        return str(part) if isinstance(value, dict) else part
    return next((key for key in value if key.isdecimal() and int(key) == part), part)


def _subject(path: FieldPath) -> str:
    return dotted(path) or "the object"
