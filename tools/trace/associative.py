"""Lists whose elements are known by keys, merged as in `kyaml/yaml/walk/associative_sequence.go`.

The order of the result, and what happens to elements that repeat or lack a key, follow from that
code step by step; hence this module does, too.
"""

from collections.abc import Callable, Sequence

from tools.trace.value import List, Map, Scalar, Value

Items = list[Value]
Keys = Sequence[str]
Merge = Callable[[Value | None, Value | None], Value | None]


def merged(dest: Items, patch: Items | None, keys: Keys, merge: Merge) -> Items:
    """The elements of `dest` and `patch`, those with the same keys merged; what only the patch
    has comes first. Keys are `("",)` for a list of scalars.
    """
    if keys == ("",):
        identities = [[text] for text in _scalars(patch, dest)]
    else:
        identities = _identities(patch, dest, keys)
    if len(keys) > 1:
        _complete(identities)
    added: Items = []
    used: Keys = keys
    for values in identities:
        used, known = _used(identities, values, keys)
        lookup_keys, lookup = _used([values], known, used)
        found = [_element(items, lookup_keys, lookup) for items in (dest, patch or ())]
        element = merge(*found)
        if _is_nothing(element):
            dest = placed(dest, used, known, None)
        else:
            added = placed(added, used, known, element)
    return _joined(added, dest, used) if identities else dest


def placed(items: Items, keys: Keys, values: Sequence[str], element: Value | None) -> Items:
    """The list with `element` in place of those that have these keys, or at the end if none has.

    With no element, those that have the keys are removed (`ElementSetter` of kyaml).
    """
    result: Items = []
    matched = False
    by_map = bool(keys and keys[0] and values and values[0])
    for item in items:
        if _is_nothing(item):
            continue
        if by_map and not isinstance(item, Map):
            result.append(item)
        elif not _has(item, keys, values):
            if values:
                result.append(item)
        else:
            matched = True
            if element is not None:
                result.append(element)
    if element is not None and not _is_null(element) and not matched:
        result.append(element)
    return result


def _has(item: Value, keys: Keys, values: Sequence[str]) -> bool:
    """Whether an element has all the keys; a key without a value to compare is one that has."""
    found = False
    for index, key in enumerate(keys):
        if index < len(values):
            found = _matches(item, key, values[index])
        if not found:
            return False
    return True


def _matches(item: Value, key: str, text: str) -> bool:
    if not key:
        return isinstance(item, Scalar) and item.text == text
    if not isinstance(item, Map):
        return False
    field = item.fields.get(key)
    return field is not None and (not text or _text(field) == text)


def _element(items: Sequence[Value], keys: Keys, values: Sequence[str]) -> Value | None:
    """The first element that has these keys with these values."""
    if not keys or not keys[0]:
        text = values[0] if values else ""
        return next((item for item in items if _text(item) == text), None)
    for item in items:
        if isinstance(item, Map) and all(
            key in item.fields and _text(item.fields[key]) == value
            for key, value in zip(keys, values, strict=True)
        ):
            return item
    return None


def _identities(patch: Items | None, dest: Items, keys: Keys) -> list[list[str]]:
    """The keys of every element, each once, those of the patch first."""
    found: dict[tuple[str, ...], None] = {}
    for item in (*(patch or ()), *dest):
        fields = item.fields if isinstance(item, Map) else {}
        found[tuple(_text(fields[key]) if key in fields else "" for key in keys)] = None
    return [list(values) for values in found]


def _scalars(patch: Items | None, dest: Items) -> list[str]:
    return list(dict.fromkeys(_text(item) for item in (*(patch or ()), *dest)))


def _complete(identities: list[list[str]]) -> None:
    """Give elements that lack a key that of one which agrees in the others."""
    for i, one in enumerate(identities):
        for j, other in enumerate(identities):
            if values := _agreeing(one, other):
                identities[i] = identities[j] = values


def _agreeing(one: list[str], other: list[str]) -> list[str] | None:
    pairs = list(zip(one, other, strict=True))
    if any(a != b and a and b for a, b in pairs) or all(a != b for a, b in pairs):
        return None
    return [a or b for a, b in pairs]


def _used(
    identities: list[list[str]], values: Sequence[str], keys: Keys
) -> tuple[Keys, Sequence[str]]:
    """The keys that any element has, and the values for them."""
    have = {keys[i] for one in identities for i, value in enumerate(one) if value}
    if not have:
        return keys, values
    kept = [i for i, value in enumerate(values) if value or keys[i] in have]
    return [key for key in keys if key in have], [values[i] for i in kept]


def _joined(added: Items, rest: Items, keys: Keys) -> Items:
    """The list `added` with the elements of `rest` put in, which replace their namesakes."""
    result = list(added)
    for item in rest:
        if not keys[0]:
            # Both read alike, but it is the patch that decides where the element stands.
            first = _element(result, keys, [_text(item)])
            result = placed(result, ("",), [_text(item)], first or item)
            continue
        before = list(result)
        values = []
        for key in keys:
            field = item.fields.get(key) if isinstance(item, Map) else None
            if field is None:
                result.append(item)
            else:
                values.append(_text(field))
        if len(keys) > 1:
            result = placed(result, keys, values, None)
        result = placed(result, keys, values, item)
        kept = set(map(id, result))
        _take_keys(item, [one for one in before if id(one) not in kept], keys)
    return result


def _take_keys(item: Value, replaced: Items, keys: Keys) -> None:
    """An element that pushes out others with the same keys is where it is because of theirs."""
    for one in replaced[:1]:
        if isinstance(one, Map) and isinstance(item, Map):
            same = [key in one.fields and key in item.fields for key in keys]
            if all(same):
                item.fields.update({key: one.fields[key] for key in keys})


def _text(value: Value) -> str:
    return value.text if isinstance(value, Scalar) else ""


def _is_null(value: Value) -> bool:
    return isinstance(value, Scalar) and value.is_null


def _is_nothing(value: Value | None) -> bool:
    if value is None:
        return True
    if isinstance(value, List):
        return False
    return value.is_null if isinstance(value, Scalar) else not value.fields
