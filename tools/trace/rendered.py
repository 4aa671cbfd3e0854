"""One target rendered for tracing: its text, its objects, and where their fields are set."""

from typing import Any, NamedTuple

from tools.kubernetes.objects import Read, objects_in
from tools.kubernetes.resource import Resource
from tools.render.starts import Start
from tools.source.document import Document, parse
from tools.source.place import FieldPath, SourceError
from tools.trace.replay import replay
from tools.trace.trace import Trace


class RenderedObject(NamedTuple):
    """An object, and where it stands in the text of the render."""

    resource: Resource
    document: Document
    path: FieldPath


class Rendered(NamedTuple):
    """What Kustomize made of a target. `text` is what it printed."""

    text: str
    objects: list[RenderedObject]
    trace: Trace

    @property
    def resources(self) -> list[Resource]:
        return [rendered.resource for rendered in self.objects]


def rendered(start: Start) -> Rendered:
    """The render that was started, traced. The build is replayed while Kustomize works.

    Raises SourceError for what must not be rendered or cannot be read, RenderFailed if Kustomize
    fails.
    """
    path, tree = start.named.path, start.tree
    if tree is None:
        raise SourceError(f"{path} is no kustomization; its values stand where they stand")
    tree.read()
    if tree.refusals:
        raise SourceError(tree.refusals[0].sentence, tree.refusals[0].place)
    if start.run is None:
        raise SourceError(start.failure or f"{path} was not started")
    replayed = replay(tree)
    text = start.run.result().text
    objects = [
        RenderedObject(Resource(found.data, index), found.document, found.path)
        for index, found in enumerate(objects_in(parse(text, f"the render of {path}")))
        if isinstance(found, Read)
    ]
    return Rendered(text, objects, Trace(tree, [one.resource for one in objects], replayed))


def entry_data(resource: Resource, entry: Any) -> dict[str, Any]:
    """One entry of the JSON format: a value, the place to edit, and what was set before."""
    ref, location = resource.ref, entry.location
    data = {
        "resource": {
            "apiVersion": ref.api_version,
            "kind": ref.kind,
            "namespace": ref.namespace or None,
            "name": ref.name,
        },
        "path": list(entry.path),
        "value": entry.value,
        "source": location.place._asdict() if location.place else None,
        "layer": location.layer,
        "overrides": [
            {**override.place._asdict(), "value": override.value} for override in location.overrides
        ],
    }
    if location.place is None:
        data["reason"] = location.reason
    return data
