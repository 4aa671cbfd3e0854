"""Objects of Kubernetes' own kinds against the schemas of several versions at once."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from tools.kubernetes.decoding import decoded
from tools.kubernetes.deprecations import numbers
from tools.kubernetes.openapi import openapi, versions
from tools.kubernetes.served import served_by
from tools.kubernetes.shape import Shape
from tools.kubernetes.violations import Violation, unknown


def builtin_violations(
    api_version: str, kind: str, data: Mapping[str, Any], wanted: Sequence[str]
) -> list[Violation]:
    """Where an object breaks the schemas of those of the wanted versions that have its kind.

    A violation says which versions it is one in, unless it is one in all.
    """
    there = tuple(served_by(api_version, kind, wanted))
    found: dict[Violation, list[str]] = {}
    for shape, alike in _shapes(api_version, kind, there):
        for violation in _violations(shape, data):
            # What is missing in a status, the server fills in.
            if not (violation.path[:1] == ("status",) and violation.is_missing):
                found.setdefault(violation, []).extend(alike)
    return [
        _of_another_version(api_version, kind, data, violation, by)
        or (violation.without_value() if kind == "Secret" else violation).noted(
            "" if len(by) == len(there) else f"Kubernetes {' and '.join(by)}"
        )
        for violation, by in found.items()
    ]


def _violations(shape: Shape, data: Mapping[str, Any]) -> list[Violation]:
    found = shape.violations(decoded(data, shape.schema))
    return [violation.as_decoded() for violation in found]


def compile_builtin(api_version: str, kind: str, wanted: Sequence[str]) -> None:
    """Get ready for the first object of a kind."""
    for shape, _ in _shapes(api_version, kind, tuple(served_by(api_version, kind, wanted))):
        shape.compile()


def _of_another_version(
    api_version: str, kind: str, data: Mapping[str, Any], violation: Violation, by: Sequence[str]
) -> Violation | None:
    """The same of a field that is unknown to some versions but not to all, else None."""
    if not violation.is_unknown:
        return None
    known = [
        version
        for shape, alike in _shapes(
            api_version, kind, tuple(served_by(api_version, kind, versions()))
        )
        if all(
            other.path != violation.path for other in shape.violations(decoded(data, shape.schema))
        )
        for version in alike
    ]
    if not known:
        return None
    known.sort(key=numbers)
    later = [version for version in known if numbers(version) > numbers(by[-1])]
    when = f"it came with {later[0]}" if later else f"the last version with it is {known[-1]}"
    sentence = f"{unknown(violation.path)} of Kubernetes {' and '.join(by)}; {when}"
    remedy = "Delete the field, or name only versions under `kubernetes` that have it."
    return Violation(violation.path, sentence, remedy, violation.meant)


@cache
def _shapes(
    api_version: str, kind: str, wanted: tuple[str, ...]
) -> Sequence[tuple[Shape, tuple[str, ...]]]:
    """The different schemas of a kind, each with the versions that share it."""
    shapes: list[tuple[Shape, tuple[str, ...]]] = []
    for version in wanted:
        schema = openapi(version).schema(api_version, kind) or {}
        for index, (shape, alike) in enumerate(shapes):
            if shape.schema == schema:
                shapes[index] = (shape, (*alike, version))
                break
        else:
            shapes.append((Shape(schema, f"Kubernetes {version}"), (version,)))
    return shapes
