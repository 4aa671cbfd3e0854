"""One JSON schema, compiled, against objects."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tools.kubernetes.corrections import MICRO_TIME_FORMAT, QUANTITY_FORMAT, TIME_FORMAT
from tools.kubernetes.crds import DATE_TIME_FORMAT, EMBEDDED
from tools.kubernetes.decoding import (
    is_base64,
    is_date_time,
    is_time,
    is_time_with_microseconds,
)
from tools.kubernetes.resource import as_map
from tools.kubernetes.violations import Violation, violations

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator


class UnusableSchema(Exception):
    """A schema that cannot be applied; the text is one sentence that says which and why."""


class Shape:
    """What objects of one kind must look like. `origin` says whose word that is."""

    def __init__(self, schema: Mapping[str, Any], origin: str) -> None:
        self.schema = schema
        self.origin = origin

    def violations(self, data: Mapping[str, Any]) -> list[Violation]:
        """Where an object, as `decoding` leaves it, breaks the schema.

        Raises UnusableSchema if the schema is none, or refers to something outside of itself.
        """
        return violations(self._validator.iter_errors(data), self.schema, data)

    def compile(self) -> None:
        """Get ready for the first object; nothing else is done by it. Raises UnusableSchema."""
        _ = self._validator

    @cached_property
    def _validator(self) -> "Draft202012Validator":
        from jsonschema_rs import Draft202012Validator, ReferencingError, ValidationError

        try:
            return Draft202012Validator(
                dict(self.schema),
                formats={
                    "byte": is_base64,
                    QUANTITY_FORMAT: _is_quantity,
                    TIME_FORMAT: is_time,
                    MICRO_TIME_FORMAT: is_time_with_microseconds,
                    DATE_TIME_FORMAT: is_date_time,
                },
                validate_formats=True,
                # Nothing is fetched, whatever a schema refers to.
                offline=True,
            )
        except (ReferencingError, ValidationError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise UnusableSchema(f"{self.origin} cannot be used as a schema: {reason}") from error


def with_metadata(schema: Mapping[str, Any], object_meta: Mapping[str, Any]) -> dict[str, Any]:
    """A custom kind's schema in which `metadata` is that of every object.

    `object_meta` are the definitions behind it, by name, and the first is it.
    """
    name = next(iter(object_meta))
    own = as_map(schema.get("properties")).get("metadata")
    metadata: dict[str, Any] = {"$ref": f"#/$defs/{name}"}
    if own:
        metadata = {"allOf": [metadata, own]}
    fields = _with_metadata_inside(as_map(schema.get("properties")), {"$ref": f"#/$defs/{name}"})
    return {
        **{keyword: value for keyword, value in schema.items() if keyword not in _IDENTITY},
        "properties": {**fields, "metadata": metadata},
        "$defs": {**as_map(schema.get("$defs")), **object_meta},
    }


def _with_metadata_inside(schema: Any, metadata: Mapping[str, Any]) -> Any:
    """The same for what stands below, where objects may hold whole objects."""
    if isinstance(schema, list):
        return [_with_metadata_inside(part, metadata) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _with_metadata_inside(part, metadata) for name, part in schema.items()}
    if schema.get(EMBEDDED) is True and isinstance(found.get("properties"), dict):
        found["properties"] = {**found["properties"], "metadata": metadata}
    return found


_IDENTITY = frozenset({"$schema", "$id"})
"""Published schemas name drafts and addresses of their own here, which need not exist."""


def _is_quantity(text: str) -> bool:
    from tools.kubernetes.quantity import parse_quantity

    return parse_quantity(text) is not None
