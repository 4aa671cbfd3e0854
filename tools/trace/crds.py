"""Fields of custom kinds that an OpenAPI document of `crds` marks.

As `api/internal/accumulator/loadconfigfromcrds.go` reads it: definitions by name, whose last part
is the kind. It says where names, labels and annotations stand; merge keys are `openapi`'s.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.kubernetes.resource import as_map
from tools.trace.fieldspec import Configuration, FieldSpec, NameReference, Selected

_MARKS = {
    "x-kubernetes-annotation": "commonAnnotations",
    "x-kubernetes-label-selector": "commonLabels",
    "x-kubernetes-identity": "namePrefix",
}
_VERSION = "x-kubernetes-object-ref-api-version"
_KIND = "x-kubernetes-object-ref-kind"
_NAME_KEY = "x-kubernetes-object-ref-name-key"
_METADATA = ("kind", "apiVersion", "metadata")


def configuration_in(document: Any) -> Configuration:
    """The field specs and name references that the definitions of a document mark."""
    definitions = {str(name): as_map(found) for name, found in as_map(document).items()}
    found = Configuration({}, ())
    for name in definitions:
        properties = _properties(definitions, name)
        if all(field in properties for field in _METADATA):
            of = Selected(kind=name.rpartition(".")[2])
            for part in _marked(definitions, name, of, ()):
                found = found.merged(part)
    return found


def _properties(definitions: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    definition = definitions.get(name, {})
    return as_map(as_map(definition.get("Schema", definition.get("schema"))).get("properties"))


def _marked(
    definitions: Mapping[str, Mapping[str, Any]], name: str, of: Selected, path: tuple[str, ...]
) -> Iterator[Configuration]:
    """What the fields of a definition and of those that it refers to are marked as."""
    for field, schema in _properties(definitions, name).items():
        at = (*path, str(field))
        marks = as_map(schema)
        for mark, transformer in _MARKS.items():
            if isinstance(marks.get(mark), str):
                yield Configuration({transformer: (FieldSpec(of, at),)}, ())
        version, kind = marks.get(_VERSION), marks.get(_KIND)
        if isinstance(version, str) and isinstance(kind, str):
            key = marks.get(_NAME_KEY, "name")
            fields = (FieldSpec(of, (*at, str(key))),)
            yield Configuration({}, (NameReference(Selected("", version, kind), fields),))
        reference = marks.get("$ref")
        # Kustomize itself never ends where definitions refer to each other in a circle.
        if isinstance(reference, str) and len(at) <= len(definitions):
            yield from _marked(definitions, reference, of, at)
