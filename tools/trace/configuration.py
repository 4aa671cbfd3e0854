"""Transformer configurations that a kustomization names (`configurations`, `crds`)."""

from tools.source.place import SourceError
from tools.source.repository import join
from tools.trace.fields import DEFAULT
from tools.trace.fieldspec import Configuration, NameReference, Selected
from tools.trace.labels import field_specs
from tools.trace.layer import Layer
from tools.trace.value import List, Map, Scalar


def configuration_of(layer: Layer) -> Configuration:
    """The default configuration with what the kustomization adds to it.

    A file that cannot be read is left out: Kustomize fails on it.
    """
    found = DEFAULT
    for entry in layer.entries("configurations"):
        if isinstance(entry, Scalar):
            try:
                text = layer.named(entry.text)
            except SourceError:
                continue
            for value in text.values("resource", as_resource=False):
                if isinstance(value, Map):
                    found = found.merged(_read(value))
    for entry in layer.entries("crds"):
        if isinstance(entry, Scalar):
            found = found.merged(_of_custom_kinds(layer, entry.text))
    return found


def _of_custom_kinds(layer: Layer, name: str) -> Configuration:
    from tools.trace.crds import configuration_in

    try:
        documents = layer.repository.documents(join(layer.folder, name))
    except SourceError:
        return DEFAULT
    return configuration_in(documents[0].data) if documents else DEFAULT


def _read(value: Map) -> Configuration:
    specs = {name: tuple(field_specs(value, name)) for name in DEFAULT.specs if value.has(name)}
    listed = value.get("nameReference")
    references = [
        NameReference(_selected(entry), tuple(field_specs(entry, "fieldSpecs")))
        for entry in (listed.items if isinstance(listed, List) else ())
        if isinstance(entry, Map)
    ]
    return Configuration(specs, tuple(references))


def _selected(entry: Map) -> Selected:
    return Selected(entry.text("group"), entry.text("version"), entry.text("kind"))
