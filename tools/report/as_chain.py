"""Traced values for a person: the chain of one value, or the whole render with its places."""

from collections.abc import Iterator
from typing import Any

from tools.kubernetes.resource import Resource
from tools.report.excerpt import excerpt, where
from tools.report.printable import printable
from tools.report.terminal import Line, Span
from tools.source.place import FieldPath, dotted
from tools.source.repository import Repository
from tools.trace.location import Location
from tools.trace.rendered import Rendered, RenderedObject

LAYERS = {
    "resource": "", "patch": "yellow", "images": "cyan", "replicas": "cyan", "labels": "green",
    "annotations": "green", "namespace": "blue", "name": "blue", "generator": "magenta",
    "replacement": "red", "hash": "dim",
}  # fmt: skip
"""The colour of each layer."""
WIDEST_PLACE = 60


def chain(
    repository: Repository, resource: Resource, path: FieldPath, value: Any, location: Location
) -> Iterator[Line]:
    """One value: what it is, the place to edit, and what it replaced, newest first."""
    yield Line((Span(printable(f"{resource.ref}, {dotted(path)}"), "bold"),))
    yield Line((Span("  is "), Span(_shown(value), "bold")))
    if location.place is None:
        yield Line((Span(f"  set nowhere in Git: {printable(location.reason or '')}", "dim"),))
    else:
        places = [location.place, *(override.place for override in location.overrides)]
        width = len(str(max(place.line for place in places)))
        style = LAYERS.get(location.layer) or "bold"
        yield Line((Span(f"  set by {location.layer} at "), Span(where(location.place), "bold")))
        yield from excerpt(location.place, repository, width, style)
        for override in reversed(location.overrides):
            yield Line((Span(f"  instead of {_shown(override.value)} at {where(override.place)}"),))
            yield from excerpt(override.place, repository, width, "dim")


def listing(rendered: Rendered, resource: Resource, below: FieldPath = ()) -> Iterator[Line]:
    """Every value of an object (below a field), one line each, with its place."""
    entries = [
        entry for entry in rendered.trace.entries(resource) if entry.path[: len(below)] == below
    ]
    names = [printable(f"{dotted(entry.path)} = {_shown(entry.value)}") for entry in entries]
    width = min(max(map(len, names), default=0), 80)
    for name, entry in zip(names, entries, strict=True):
        place = where(entry.location.place) or f"({entry.location.reason})"
        style = LAYERS.get(entry.location.layer, "")
        yield Line((Span(f"{name:<{width}}  "), Span(printable(place), style)))


def annotated(rendered: Rendered) -> Iterator[Line]:
    """The whole render, each line beside the place that sets it, coloured by layer."""
    places: dict[int, Location] = {}
    for item in rendered.objects:
        places.update(_places(rendered, item))
    width = min(max((len(_short(p)) for p in places.values()), default=0), WIDEST_PLACE)
    for number, text in enumerate(rendered.text.splitlines(), 1):
        location = places.get(number)
        place = _short(location)[-WIDEST_PLACE:] if location else ""
        layer = location.layer if location and location.place else ""
        style = LAYERS.get(layer, "")
        margin = f"{place:<{width}}  {layer:<11} "
        yield Line((Span(margin, style or "dim"), Span("│ ", "dim"), Span(printable(text), style)))


def _places(rendered: Rendered, item: RenderedObject) -> dict[int, Location]:
    """The location of the value on each line of an object in the render."""
    found: dict[int, Location] = {}
    for entry in rendered.trace.entries(item.resource):
        for depth in range(1, len(entry.path) + 1):
            path = entry.path[:depth]
            part = item.document.parts.get((*item.path, *path))
            node = part and (part.key or part.value)
            if node is None or node.start_mark.line + 1 in found:
                continue
            is_value = depth == len(entry.path)
            location = entry.location if is_value else rendered.trace.locate(item.resource, path)
            found[node.start_mark.line + 1] = location
    return found


def _short(location: Location) -> str:
    return f"{location.place.file}:{location.place.line}" if location.place else "-"


def _shown(value: Any) -> str:
    return printable(str(value).lower() if isinstance(value, bool) or value is None else str(value))
