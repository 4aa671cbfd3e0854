"""Objects as the API server has them in its hands once it has read their JSON.

What null stands for depends on where it is: of a field that is declared it makes an absent one, in
a list or a map it makes the empty value of what that holds, and beside declared fields it is as
unknown as any other value. The rest follows the types' own decoders: times of
k8s.io/apimachinery/pkg/apis/meta/v1, which read RFC 3339 with Go's time.Parse, and []byte of
encoding/json.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)([.,]\d+)?(?:Z|[+-](\d\d):(\d\d))", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CLOCK = re.compile(r"(\d\d):(\d\d):(\d\d)(?:.\d+)?(?:z|[+-]\d\d:\d\d)", re.ASCII)
_MICROSECONDS = 7
_LEAP_YEAR = 2000
_HOURS, _MINUTES = 24, 60
_EMPTY: Mapping[str, Any] = {
    "string": "", "integer": 0, "number": 0, "boolean": False, "array": [], "object": {},
}  # fmt: skip


def decoded(data: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object of a built-in kind without its nulls, as far as its schema says what they mean.

    Numbers that JSON does not have become text, which no number's schema takes.
    """
    return _Builtin(schema).object(data) if has_null(data) else data


def decoded_custom(data: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same for a custom kind, where null counts as absent unless the field takes it.

    Follows PruneNonNullableNullsWithoutDefaults of k8s.io/apiextensions-apiserver.
    """
    if not has_null(data):
        return data
    found = _Custom(schema).object(data)
    if isinstance(data.get("metadata"), dict):
        metadata = {"$ref": OBJECT_META, "$defs": schema.get("$defs", {})}
        found = {**found, "metadata": _Builtin(metadata).object(data["metadata"])}
    return found


OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
"""The definition of what stands in `metadata`."""


def has_null(value: Any) -> bool:
    """Whether there is a null or a number that JSON does not have."""
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    if isinstance(value, list):
        return any(map(has_null, value))
    return value is None or (isinstance(value, float) and value - value != 0)


_ABSENT = object()


class _Builtin:
    """Decodes by a schema that stands alone."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._definitions: Mapping[str, Any] = schema.get("$defs", {})

    def object(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._decoded(data, self._schema)
        return found

    def _decoded(self, value: Any, schema: Any) -> Any:
        schema = self._resolved(schema)
        if isinstance(value, dict):
            return self._map(value, schema)
        if isinstance(value, list):
            return [self._item(item, schema.get("items")) for item in value]
        return ".inf" if isinstance(value, float) and value - value != 0 else value

    def _map(self, value: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
        fields, others = schema.get("properties", {}), schema.get("additionalProperties")
        found = {}
        for name, item in value.items():
            known = name in fields
            inner = self._field(item, fields[name]) if known else self._entry(item, others)
            if inner is not _ABSENT:
                found[name] = inner
        return found

    def _field(self, value: Any, schema: Any) -> Any:
        return _ABSENT if value is None else self._decoded(value, schema)

    def _entry(self, value: Any, schema: Any) -> Any:
        """A value of a map."""
        return self._item(value, schema)

    def _item(self, value: Any, schema: Any) -> Any:
        """What a list or map holds: null is the empty value of its type."""
        if value is None and isinstance(schema, dict):
            schema = self._resolved(schema)
            kinds = schema.get("type", "object" if "properties" in schema else "")
            return _EMPTY.get(kinds if isinstance(kinds, str) else kinds[0])
        return self._decoded(value, schema)

    def _resolved(self, schema: Any) -> Mapping[str, Any]:
        """The schema behind a reference; nothing is known where there is none."""
        for _ in range(len(self._definitions) + 1):
            if not isinstance(schema, dict):
                return {}
            if "then" in schema:
                schema = schema["then"]
            if "$ref" not in schema:
                break
            schema = self._definitions.get(str(schema["$ref"]).rpartition("/")[2])
        return schema if isinstance(schema, dict) else {}


class _Custom(_Builtin):
    """The same for custom kinds, with what their schemas say of null."""

    def _field(self, value: Any, schema: Any) -> Any:
        if value is None and not self._takes_null(schema):
            return _ABSENT
        return self._decoded(value, schema)

    def _entry(self, value: Any, schema: Any) -> Any:
        return self._field(value, schema) if isinstance(schema, dict) else value

    def _item(self, value: Any, schema: Any) -> Any:
        return self._decoded(value, schema)

    def _takes_null(self, schema: Any) -> bool:
        kinds = self._resolved(schema).get("type", "null")
        return kinds == "null" or (isinstance(kinds, list) and "null" in kinds)


def is_time(text: str) -> bool:
    """Whether Go reads a text as a time in RFC 3339; it is less strict than the RFC."""
    found = _TIME.fullmatch(text)
    return found is not None and _is_possible(found)


def is_time_with_microseconds(text: str) -> bool:
    """The same for a MicroTime, which has exactly six digits after the second."""
    found = _TIME.fullmatch(text)
    return found is not None and len(found[7] or "") == _MICROSECONDS and _is_possible(found)


def is_date_time(text: str) -> bool:
    """Whether a text has the format `date-time` of custom kinds.

    IsDateTime of k8s.io/kube-openapi/pkg/validation/strfmt, which looks for two-digit numbers.
    """
    day, *rest = text.lower().split("t")
    found = _CLOCK.fullmatch(rest[0]) if rest else None
    if found is None or not _DAY.fullmatch(day):
        return False
    try:
        date.fromisoformat(day.replace("0000-", f"{_LEAP_YEAR}-", 1))
    except ValueError:
        return False
    return found[1] <= "23" and found[2] <= "59" and found[3] <= "59"


def _is_possible(found: re.Match[str]) -> bool:
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    try:
        date(year or _LEAP_YEAR, month, day)
    except ValueError:
        return False
    zone_hour, zone_minute = int(found[8] or 0), int(found[9] or 0)
    in_day = hour < _HOURS and minute < _MINUTES and second < _MINUTES
    return in_day and zone_hour <= _HOURS and zone_minute <= _MINUTES


def is_base64(text: str) -> bool:
    """Whether Go decodes the text: line breaks do not count, padding does."""
    from base64 import b64decode
    from binascii import Error

    text = text.replace("\n", "").replace("\r", "")
    try:
        b64decode(text, validate=True)
    except (Error, ValueError):
        return False
    return len(text) % 4 == 0
