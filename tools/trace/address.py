"""How a person names an object and a field: `Deployment/web` `spec.containers[0].image`."""

import re
from collections.abc import Sequence
from typing import Any

from tools.kubernetes.resource import Resource
from tools.kubernetes.spelling import closest
from tools.source.place import FieldPath, dotted

_PART = re.compile(
    r"""\[(?P<index>\d+)\] | \[(?P<key>\w+)=(?P<wanted>[^\]]+)\]
      | \[(?P<quote>["'])(?P<quoted>.+?)(?P=quote)\] | \.?(?P<name>[^.\[]+)""",
    re.VERBOSE,
)


class UnknownAddress(Exception):
    """Nothing has that name; the text is one sentence with what is near."""


def find_object(resources: Sequence[Resource], address: str) -> Resource:
    """The object `KIND/NAME` (case of the kind ignored), or `KIND/NAMESPACE/NAME`.

    A name made of a generator's and a hash may be given without the hash. Raises UnknownAddress.
    """
    kind, *names = address.split("/")
    found = [
        resource
        for resource in resources
        if resource.kind.lower() == kind.lower()
        and names[-1:] in ([resource.name], [_without_hash(resource.name)])
        and names[:-1] in ([], [resource.namespace])
    ]
    exact = [resource for resource in found if resource.name == names[-1]] or found
    if len(exact) == 1:
        return exact[0]
    if exact:
        refs = ", ".join(f"{r.kind}/{r.namespace}/{r.name}" for r in exact)
        raise UnknownAddress(f"{address} names several objects: {refs}")
    known = [resource.ref.slug for resource in resources]
    near = closest(address, known, 0.5)
    hint = f"; did you mean {near}?" if near else f"; there are {', '.join(sorted(known))}"
    raise UnknownAddress(f"the render holds no {address}{hint}")


def _without_hash(name: str) -> str:
    return name.rpartition("-")[0]


def find_field(data: Any, address: str) -> FieldPath:
    """The field path that a text names in an object.

    Keys with dots may be written plainly (`metadata.labels.app.kubernetes.io/name`) or in brackets
    and quotes; an element of a list by its index or as `[name=web]`. Raises UnknownAddress.
    """
    path: FieldPath = ()
    value = data
    rest = address
    while rest:
        part, rest = _next(value, rest, address)
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError) as error:
            raise UnknownAddress(_missing(path, part, value)) from error
        path = (*path, part)
    return path


def _next(value: Any, rest: str, address: str) -> tuple[str | int, str]:
    """The first part of what is left of an address, and what is left after it."""
    if isinstance(value, dict) and not rest.startswith("["):
        plain = rest.removeprefix(".")
        keys = [k for k in value if plain == k or plain.startswith((f"{k}.", f"{k}["))]
        if keys:
            key = max(keys, key=len)
            return key, plain[len(key) :]
    match = _PART.match(rest)
    if match is None:
        raise UnknownAddress(f"{address!r} is not a field path like spec.containers[0].image")
    after = rest[match.end() :]
    if match["key"]:
        return _element(value, match["key"], match["wanted"]), after
    return int(match["index"]) if match["index"] else match["quoted"] or match["name"], after


def _element(value: Any, key: str, wanted: str) -> int:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict) and str(item.get(key)) == wanted:
            return index
    raise UnknownAddress(f"no element has {key} {wanted!r}")


def _missing(path: FieldPath, part: str | int, value: Any) -> str:
    where = dotted(path) or "the object"
    if isinstance(value, dict):
        return f"{where} has no {part!r}; it has {', '.join(map(str, value)) or 'nothing'}"
    if isinstance(value, list):
        return f"{where} has {len(value)} elements, counted from 0"
    return f"{where} is {value!r} and has no {part!r}"
