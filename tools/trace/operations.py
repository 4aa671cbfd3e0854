"""What is wrong with the operations of a JSON 6902 patch, as their text alone shows.

https://datatracker.ietf.org/doc/html/rfc6902#section-4, and what evanphx/json-patch 4.13 makes of
the rest: an operation without a value sets null, a member that it does not know is ignored.
"""

from collections.abc import Iterator

from tools.kubernetes.spelling import closest
from tools.source.place import Place
from tools.trace.application import Mistake
from tools.trace.value import List, Map, Scalar, key_place, place_of

_OPS = ("add", "remove", "replace", "move", "copy", "test")
_MEMBERS = ("op", "path", "from", "value")
_WITH_VALUE = frozenset({"add", "replace", "test"})
_WITH_FROM = frozenset({"move", "copy"})


def mistakes_in(operations: List, fallback: Place) -> Iterator[Mistake]:
    """The mistakes of each operation, at most one of each."""
    for item in operations.items:
        if isinstance(item, Map):
            found = _Operation(item, fallback).mistake()
            if found is not None:
                yield found
        else:
            yield _no_operation(place_of(item) or fallback)


def _no_operation(place: Place) -> Mistake:
    sentence = "this is no operation of a JSON 6902 patch: it has no `op` and no `path`"
    return Mistake(place, sentence, "Write `op:`, `path:` and what it needs, or delete the entry.")


class _Operation:
    """One operation, whose members are looked at in the order in which Kustomize needs them."""

    def __init__(self, data: Map, fallback: Place) -> None:
        self.data = data
        self.place = place_of(data) or fallback
        self.op = data.text("op")
        self.name = f"{self.op} {data.text('path')}".strip() or "this operation"

    def mistake(self) -> Mistake | None:
        return self._op() or self._path() or self._source() or self._value() or self._unknown()

    def _op(self) -> Mistake | None:
        if "op" not in self.data.fields:
            return self._missing("op", f"Write `op: {_OPS[0]}`, or what it shall do.")
        if self.op in _OPS:
            return None
        place = self._place_of("op")
        sentence = f"{self.op!r} is no operation of a JSON 6902 patch"
        return Mistake(
            place, sentence, f"Write one of {', '.join(_OPS)}.", name=self.op, known=_OPS
        )

    def _path(self) -> Mistake | None:
        path = self.data.fields.get("path")
        if path is None:
            return self._missing("path", "Write the path of a field: `path: /spec/replicas`.")
        text = path.value if isinstance(path, Scalar) else None
        if not isinstance(text, str) or not text.startswith("/"):
            if text == "" and self.op != "add":
                return None  # the whole object
            what = repr(text) if isinstance(text, str | int | float) else "this"
            remedy = "Begin it with `/` and separate its parts by `/`: `path: /spec/replicas`."
            # With a single slash, Kustomize takes what stands behind it for a field of the object.
            stops = not isinstance(text, str) or text.count("/") != 1
            sentence = f"{what} is no path of a JSON 6902 patch"
            return Mistake(self._place_of("path"), sentence, remedy, stops)
        return None

    def _source(self) -> Mistake | None:
        if self.op in _WITH_FROM and not self.data.text("from"):
            return self._missing("from", f"Write `from:` with the path to {self.op} from.")
        return None

    def _value(self) -> Mistake | None:
        if self.op in _WITH_VALUE and "value" not in self.data.fields:
            does = "compares with" if self.op == "test" else "sets"
            remedy = "Write `value:` with what is meant; `value: null` for null."
            return self._missing("value", remedy, f"; Kustomize {does} null", stops=False)
        return None

    def _unknown(self) -> Mistake | None:
        for key in self.data.fields:
            if key not in _MEMBERS:
                return Mistake(
                    self._key_place(key),
                    f"unknown member {key!r} of {self.name}; Kustomize ignores it",
                    f"Delete it, or write {', '.join(_MEMBERS[:-1])} or {_MEMBERS[-1]}.",
                    stops=False,
                )
        return None

    def _missing(
        self, member: str, remedy: str, effect: str = "", *, stops: bool = True
    ) -> Mistake:
        """A member that an operation needs: perhaps one is there that was to be it."""
        others = [key for key in self.data.fields if key not in _MEMBERS]
        key = closest(member, others, 0.6)
        if key is not None:
            sentence = f"{key!r} is no member of an operation, which has no {member!r}{effect}"
            return Mistake(self._key_place(key), sentence, f"Write `{member}:`.", stops)
        return Mistake(self.place, f"{self.name} has no {member!r}{effect}", remedy, stops)

    def _place_of(self, member: str) -> Place:
        return place_of(self.data.fields[member]) or self.place

    def _key_place(self, key: str) -> Place:
        return key_place(self.data.fields[key]) or self.place
