"""What is done with sets of parameters: read from texts, selected, merged.

`applicationset/generators` of https://github.com/argoproj/argo-cd/tree/v3.2.11, the same in 3.5.1.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.argocd.gotemplate.fault import stop
from tools.argocd.gotemplate.values import formatted, from_data
from tools.kubernetes.resource import as_list, as_map
from tools.kubernetes.selector import matches
from tools.source.place import SourceError

Parameters = dict[str, Any]
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Maps into maps, everything else replaced."""
    found = dict(base)
    for key, value in over.items():
        below = found.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        found[key] = merged(as_map(below), value) if both else value
    return found


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The texts in maps and lists by their names with dots."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from flat(item, f"{name}.{index}")
    else:
        yield name, formatted(from_data(value))


def texts(element: Mapping[str, Any]) -> Parameters:
    """A list element for plain templates: flat texts."""
    found: Parameters = {}
    for key, value in element.items():
        if key == "values" and isinstance(value, dict):
            pairs = {f"values.{k}": v for k, v in value.items()}
        else:
            pairs = {key: value}
        for name, text in pairs.items():
            if not isinstance(text, str):
                raise stop(f"the list element {name!r} is no text")
            found[name] = text
    return found


def parsed(text: str) -> list[Parameters]:
    """The elements in `elementsYaml`."""
    from tools.source.document import parse

    try:
        documents = parse(text, "elementsYaml")
    except SourceError as error:
        raise stop(f"elementsYaml is {error.sentence}") from error
    elements = documents[0].data if documents else []
    if not isinstance(elements, list) or not all(isinstance(each, dict) for each in elements):
        raise stop("elementsYaml is no list of maps")
    return [dict(element) for element in elements]


def selected(sets: list[Parameters], selector: Mapping[str, Any]) -> list[Parameters]:
    """The sets that a selector of a generator lets through."""
    for expression in as_list(selector.get("matchExpressions")):
        operator = as_map(expression).get("operator")
        if operator not in _OPERATORS:
            raise stop(f"the selector has the operator {operator!r}, which there is not")
    found = [each for each in sets if matches(selector, dict(flat(each)))]
    if sets and not found:
        fault = stop(f"the selector lets no set of parameters through, out of {len(sets)}")
        fault.path = ("selector",)
        raise fault
    return found


def combined(left: Parameters, right: Parameters) -> Parameters:
    """Flat parameters of both generators of a matrix, which must not disagree."""
    found = {key: formatted(from_data(value)) for key, value in left.items()}
    for key, value in right.items():
        text = formatted(from_data(value))
        if found.setdefault(key, text) != text:
            raise stop(f"both generators of the matrix set {key!r}: {found[key]!r} and {text!r}")
    return found


def by_keys(sets: Sequence[Parameters], keys: Sequence[str]) -> dict[str, Parameters]:
    found: dict[str, Parameters] = {}
    for parameters in sets:
        key = json.dumps([parameters.get(name) for name in keys])
        if key in found:
            names = ", ".join(keys)
            raise stop(f"a generator of the merge gives two sets with the same {names}: {key}")
        found[key] = parameters
    return found
