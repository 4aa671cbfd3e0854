"""A field of an object under validation, and what the server has against it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tools.kubernetes.sentences import either, shown
from tools.kubernetes.spelling import closest
from tools.source.place import FieldPath, dotted

KEEP_ONE = "Keep one of the two; in a patch, null takes away what is set below it."
"""What to do about fields of which an object may have one."""
_MOST_OPTIONS = 8


class Refusal(NamedTuple):
    """Why the server refuses an object.

    `path` is the field that the server names. `place` is the one to edit, where the server names
    only what holds it: of a wrong label it says `metadata.labels`. `at_key` says that it is the key
    there, not its value. `is_missing` says that the field is not there and must be. `against` is
    the other field, if it takes two to be wrong: each would do without the other.
    """

    path: FieldPath
    sentence: str
    remedy: str | None = None
    place: FieldPath | None = None
    at_key: bool = False
    is_missing: bool = False
    against: FieldPath | None = None

    def contradicting(self, other: "Field") -> "Refusal":
        """The same of a field that is only wrong together with another one."""
        return self._replace(against=other.path)

    def named(self, whole: "Field") -> "Refusal":
        """The same, of which the server names only the list or map that holds the field."""
        return self.elsewhere(whole.path)

    def elsewhere(self, path: FieldPath) -> "Refusal":
        """The same, of which the server names another path than that of the field it means."""
        return self._replace(path=path, place=self.place or self.path)


Refusals = Iterator[Refusal]


class Release:
    """The Kubernetes version that judges; it notices whether anything depended on which it is."""

    def __init__(self, minor: int) -> None:
        self._minor = minor
        self.mattered = False

    def at_least(self, minor: int) -> bool:
        """Whether the version is 1.`minor` or later."""
        self.mattered = True
        return self._minor >= minor


class Field:
    """A value and where it stands; what is null or absent has the value None.

    Values of a type that the schema does not allow read as empty: that is for the schema to say.
    """

    __slots__ = ("path", "release", "value")

    def __init__(self, path: FieldPath, value: Any, release: Release) -> None:
        self.path = path
        self.value = value
        self.release = release

    def __getitem__(self, name: str) -> "Field":
        """The field of a map, there or not."""
        value = self.value
        return Field(
            (*self.path, name), value.get(name) if isinstance(value, dict) else None, self.release
        )

    def at(self, *names: str) -> "Field":
        """A field further below."""
        field = self
        for name in names:
            field = field[name]
        return field

    def with_value(self, value: Any) -> "Field":
        """The same field as the server fills it in."""
        return Field(self.path, value, self.release)

    @property
    def name(self) -> str:
        """The last key of the path."""
        return str(self.path[-1]) if self.path else "the object"

    @property
    def is_set(self) -> bool:
        """Whether it is there and not null, as for a pointer in Go."""
        return self.value is not None

    @property
    def is_empty(self) -> bool:
        """Whether it is absent, null, "", 0, false, [] or {}: the zero value of its type in Go."""
        return not self.value

    @property
    def text(self) -> str:
        """The value if it is text, else ""."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def number(self) -> int | None:
        """The value if it is a whole number, else None."""
        value = self.value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def is_true(self) -> bool:
        return self.value is True

    def items(self) -> list["Field"]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            return []
        return [Field((*self.path, i), item, self.release) for i, item in enumerate(self.value)]

    def entries(self) -> list[tuple[str, "Field"]]:
        """The keys of a map, each with its field."""
        if not isinstance(self.value, dict):
            return []
        return [
            (key, Field((*self.path, key), item, self.release))
            for key, item in self.value.items()
            if isinstance(key, str)
        ]

    def set_among(self, names: Iterable[str]) -> list["Field"]:
        """Those of its fields that are set, in the order of the names."""
        return [field for name in names if (field := self[name]).is_set]

    # What the server says. `what` continues `must`, `why` follows the sentence after a comma.

    def must(self, what: str, remedy: str | None = None) -> Refusal:
        """The value is wrong, or there must be one."""
        if self.value is None:
            return Refusal(self.path, f"{self} is missing, must {what}", remedy, is_missing=True)
        return self.refused(f"{self} is {shown(self.value)}, must {what}", remedy)

    def required(self, why: str = "", remedy: str | None = None) -> Refusal:
        """The field is missing or empty."""
        sentence = f"{self} is missing" + (f", {why}" if why else "")
        if self.value is not None:
            sentence = f"{self} is empty" + (f", {why}" if why else "")
        return Refusal(self.path, sentence, remedy, is_missing=self.value is None)

    def unsupported(self, known: Sequence[str]) -> Refusal:
        """The value is none of the words that the server knows."""
        meant = closest(self.text, known) if self.text else None
        if len(known) > _MOST_OPTIONS:
            what = f"be one of {len(known)} values" + (f" such as {meant}" if meant else "")
        else:
            what = f"be {either(known)}"
        return self.must(what, f"Write `{meant}`." if meant else None)

    def duplicate(self) -> Refusal:
        """The value, or the element, stands there already."""
        value = f" {self.value!r}" if isinstance(self.value, str | int) else ""
        return self.refused(f"{self} repeats{value}, which may stand there once", "Delete one.")

    def forbidden(self, why: str, remedy: str | None = None) -> Refusal:
        """The field may not be there; `why` continues `is not allowed`."""
        return self.refused(f"{self} is not allowed {why}", remedy or "Delete the field.")

    def not_beside(self, other: "Field", why: str = "") -> Refusal:
        """The field may not be there together with another one; `why` explains it."""
        reason = f"beside {other.name}" + (f": {why}" if why else "")
        return self.forbidden(reason, KEEP_ONE).contradicting(other)

    def too_long(self, limit: int, unit: str = "characters") -> Refusal:
        sentence = f"{self} has more than {limit} {unit}"
        return self.refused(sentence, f"Shorten it to {limit} {unit}.")

    def too_many(self, limit: int) -> Refusal:
        count = len(self.value) if isinstance(self.value, list | dict) else 0
        return self.refused(f"{self} has {count} entries, {limit} are allowed")

    def refused(self, sentence: str, remedy: str | None = None, at_key: bool = False) -> Refusal:
        """Anything else; the sentence stands for itself."""
        return Refusal(self.path, sentence, remedy, at_key=at_key)

    def __str__(self) -> str:
        return dotted(self.path) or "the object"


def required(parent: Field, names: Iterable[str], why: str = "") -> Refusals:
    """Fields of a map that must be there and not be empty."""
    for name in names:
        if parent[name].is_empty:
            yield parent[name].required(why)
