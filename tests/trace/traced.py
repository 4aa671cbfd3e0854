"""Where the values of a miniature tree are set, in a form that a test can state.

A line of source is called by the mark in its comment, `replicas: 1  #: base`, and by file and line
where it has none. A value is then said to be set at `base (resource)`: the mark and the layer.
"""

import re
from pathlib import Path
from typing import Any

from tests.miniature import plant
from tests.trace.perturbation import render
from tools.kubernetes.resource import Resource
from tools.source.place import FieldPath, Place, dotted
from tools.source.repository import Repository
from tools.source.tree import Tree
from tools.trace.application import Application
from tools.trace.location import Location
from tools.trace.trace import Trace

_MARK = re.compile(r"#: (?P<mark>[\w-]+)")


class Traced:
    """A planted tree, rendered and traced."""

    def __init__(self, root: Path, text: str, folder: str = ".") -> None:
        plant(root, text)
        self.folder = "" if folder == "." else folder
        resources = render(root / self.folder)
        assert resources is not None, "kustomize cannot build the tree"
        self.repository = Repository(root)
        self.resources = resources
        self.trace = Trace(Tree(self.repository, self.folder), resources)

    def resource(self, slug: str) -> Resource:
        """The rendered object called `Kind/name`."""
        (found,) = [resource for resource in self.resources if resource.ref.slug == slug]
        return found

    def places(self, slug: str, *below: str | int) -> dict[str, str]:
        """Every value of an object at or below a field: where it is set, and by which layer."""
        return {
            dotted(path[len(below) :]): self.said(location)
            for path, _, location in self.trace.entries(self.resource(slug))
            if path[: len(below)] == below
        }

    def place(self, slug: str, *path: str | int) -> str:
        """Where one field is set; for a missing one, what the trace says instead."""
        return self.said(self.location(slug, *path))

    def location(self, slug: str, *path: str | int) -> Location:
        """The location of one field."""
        return self.trace.locate(self.resource(slug), path)

    def overrides(self, slug: str, *path: str | int) -> list[tuple[str, Any]]:
        """The earlier places of a field with the values they set, oldest first."""
        return [(self.line(o.place), o.value) for o in self.location(slug, *path).overrides]

    def applied(self, kind: str) -> list[Application]:
        """What the entries of a kind did, in the order of the build."""
        return [application for application in self.trace.applied if application.kind == kind]

    def said(self, location: Location) -> str:
        """A location in one short text."""
        if location.place is None:
            return f"nowhere: {location.reason}"
        return f"{self.line(location.place)} ({location.layer})"

    def line(self, place: Place) -> str:
        """The mark of a line, or its file and number."""
        text = self.repository.path(place.file).read_bytes().decode(errors="replace")
        line = text.split("\n")[place.line - 1]
        mark = _MARK.search(line)
        return mark["mark"] if mark else f"{place.file}:{place.line}"


def nearest(traced: Traced, slug: str, *path: str | int) -> tuple[str, FieldPath]:
    """For a missing field: where it would be added, and to which existing parent."""
    location = traced.location(slug, *path)
    return traced.said(location), location.path
