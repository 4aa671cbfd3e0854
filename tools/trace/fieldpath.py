"""Field paths of replacements and vars: `spec.containers.[name=web].image`, `a.0.b`, `a.*.b`.

As `PathGetter` and `PathMatcher` of kyaml read them.
"""

import re

from yaml.nodes import ScalarNode

from tools.trace.fieldspec import Slot, split_path
from tools.trace.objects import BY_KUSTOMIZE
from tools.trace.value import List, Map, Scalar, Value


class CannotFollow(Exception):
    """A path that leads nowhere, or that this module does not follow."""


class NoSuchField(CannotFollow):
    """A path that leads nowhere: Kustomize stops at it."""


class IntoText(CannotFollow):
    """A path that goes on inside the text of the scalar at `slot`."""

    def __init__(self, slot: Slot, rest: tuple[str, ...]) -> None:
        super().__init__("the path goes on inside the text of a field")
        self.slot = slot
        self.rest = rest


def parts_of(path: str) -> tuple[str, ...]:
    """The parts of a path; a part in brackets may contain dots."""
    found: list[str] = []
    bracketed: list[str] = []
    for part in split_path(path, "."):
        if bracketed or (part.startswith("[") and not part.endswith("]")):
            bracketed.append(part)
            if part.endswith("]") and len(bracketed) > 1:
                found.append(_unbracketed(".".join(bracketed)))
                bracketed = []
        else:
            found.append(part)
    return (*found, _unbracketed(".".join(bracketed))) if bracketed else tuple(found)


def _unbracketed(part: str) -> str:
    return part if "=" in part else part.strip("[]")


def value_at(root: Map, parts: tuple[str, ...]) -> Value | None:
    """The one value that a path leads to, None if there is none."""
    value: Value | None = root
    for part in parts:
        value = _one(value, part.strip()) if part.strip() else value
        if value is None:
            return None
    return value


def first_missing(root: Map, parts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The first part of a path that a map does not have, and what it has; "" if there is none."""
    value: Value | None = root
    for part in parts:
        if part == "*":
            break
        below = _one(value, part)
        if below is None:
            return (part, tuple(value.fields)) if isinstance(value, Map) else ("", ())
        value = below
    return "", ()


def _one(value: Value | None, part: str) -> Value | None:
    if part == "*":
        raise CannotFollow("a source cannot have * in its path")
    if isinstance(value, List):
        if part.isdigit() or part == "-":
            index = -1 if part == "-" else int(part)
            return value.items[index] if index < len(value.items) and value.items else None
        if _is_list_part(part):
            name, wanted = _name_and_value(part)
            return next((i for i in value.items if _field_text(i, name) == wanted), None)
        return None
    return value.fields.get(part) if isinstance(value, Map) else None


def _field_text(item: Value, name: str) -> str | None:
    if not name:
        return item.text if isinstance(item, Scalar) else None
    found = item.fields.get(name) if isinstance(item, Map) else None
    return found.text if isinstance(found, Scalar) else None


def find(root: Map, parts: tuple[str, ...], create: type[Value] | None) -> list[Slot]:
    """Every place that a path leads to. With `create`, what is missing is made: maps and lists on
    the way, and at the end a place for a value of that type.
    """
    return _find_in(root, None, parts, create)


def _find_in(
    value: Value | None, slot: Slot | None, parts: tuple[str, ...], create: type[Value] | None
) -> list[Slot]:
    if not parts:
        return [slot] if slot is not None else []
    part = parts[0]
    if value is None and slot is not None and create is not None:
        value = _made(part)
        slot.set(value)
    if part.isdigit() or _is_list_part(part) or part == "*":
        return _find_in_list(value, part, parts[1:], create)
    if not isinstance(value, Map):
        return _refuse(value)
    child = value.fields.get(part)
    if child is None and create is None:
        return []
    if isinstance(child, Scalar) and len(parts) > 1:
        raise IntoText(Slot(value, part), parts[1:])
    return _find_in(child, Slot(value, part), parts[1:], create)


def _refuse(value: Value | None) -> list[Slot]:
    if value is None:
        return []
    raise NoSuchField("a list or a scalar stands on the way")


def _made(part: str) -> Value:
    """The container that a missing field needs for the next part of the path."""
    if part.isdigit() or _is_list_part(part):
        return List(BY_KUSTOMIZE, None, None, [])
    return Map(BY_KUSTOMIZE, None, None, {})


def _empty() -> Scalar:
    """Stands where a replacement appends an element, until that is set."""
    return Scalar(BY_KUSTOMIZE, None, ScalarNode("tag:yaml.org,2002:null", ""))


def _find_in_list(
    value: Value | None, part: str, rest: tuple[str, ...], create: type[Value] | None
) -> list[Slot]:
    if not isinstance(value, List):
        return _refuse(value)
    items = value.items
    if part == "*":
        indexes = list(range(len(items)))
    elif part.isdigit():
        index = int(part)
        if index == len(items) and create is not None:
            items.append(_made(rest[0]) if rest else _empty())
        if index >= len(items):
            raise NoSuchField(f"the list has no element {index}")
        indexes = [index]
    else:
        indexes = _matching(items, part)
        if not indexes and create is not None:
            items.append(_element(part))
            indexes = [len(items) - 1]
    found: list[Slot] = []
    for index in indexes:
        found += _find_in(items[index], Slot(value, index), rest, create)
    return found


def _matching(items: list[Value], part: str) -> list[int]:
    """The elements that `[name=pattern]` means; the pattern may match anywhere."""
    name, pattern = _name_and_value(part)
    try:
        matches = re.compile(pattern).search
    except re.error as error:
        raise CannotFollow(f"{pattern!r} is no regular expression that is understood") from error
    texts = [_field_text(item, name) for item in items]
    return [index for index, text in enumerate(texts) if text is not None and matches(text)]


def _element(part: str) -> Value:
    name, text = _name_and_value(part)
    scalar = Scalar(BY_KUSTOMIZE, None, None, None, text)
    return Map(BY_KUSTOMIZE, None, None, {name: scalar}) if name else scalar


def _is_list_part(part: str) -> bool:
    return part.startswith("[") and part.endswith("]")


def _name_and_value(part: str) -> tuple[str, str]:
    name, equals, value = part[1:-1].partition("=")
    if not equals:
        raise CannotFollow(f"{part} needs a name and a value")
    return name, value
